"""What people found out, in the table that models learn from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import apply_corrections
from qconf.errors import TableError
from qconf.review.corrections import read_corrections
from qconf.review.defused import defused_table
from qconf.review.row_keys import row_keys

TABLE = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "lot": [6200, 700, 800, 900],
        "share": [0.1, 0.2, np.nan, 0.4],
        "zone": pd.Categorical(["x", "y", "x", "y"]),
        "new": [True, False, True, False],
        "sold": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]),
        "note": ["p", "q", None, "s"],
    }
)


def said(row: str, kind: str = "input", column: str = "", value: Any = None, **more: Any) -> Any:
    told = {
        "kind": kind, "row": row, "key_columns": '["id"]', "column": column, "value": value,
        "recorded": None, "reason": "wrong_input", "text": "=1", "who": "ann",
        "when": "2026-11-26T10", "confirmed": True, "origin": "decision 1 of case 1",
    }  # fmt: skip
    return {**told, **more}


def applied(*rows: Any, **how: Any) -> Any:
    return apply_corrections(TABLE, pd.DataFrame(list(rows)), **how)


@pytest.mark.parametrize(
    ("column", "value", "now"),
    [
        ("lot", "620", 620),
        ("lot", "620.5", 620.5),
        ("lot", "null", None),
        ("share", "0.25", 0.25),
        ("share", "1", 1.0),
        ("share", '"0.25"', 0.25),
        ("zone", '"y"', "y"),
        ("zone", '"new"', "new"),
        ("zone", "null", None),
        ("new", "false", False),
        ("sold", '"2026-05-06T00:00:00"', pd.Timestamp("2026-05-06")),
        ("note", '"z"', "z"),
    ],
)
def test_an_input_is_replaced_by_a_value_of_its_kind(column: str, value: str, now: Any) -> None:
    """In its row alone; the table that came in is as it was."""
    before = TABLE.copy()
    told = applied(said("a", "label"), said("a", column=column, value=value))
    cell = told.table[column][0]
    assert pd.isna(cell) if now is None else cell == now
    assert (told.n_inputs, told.n_left_out) == (1, 0)
    assert told.reviewed.tolist() == [True, False, False, False]
    pd.testing.assert_frame_equal(TABLE, before)
    rest = told.table.drop(columns=column)
    pd.testing.assert_frame_equal(rest, TABLE.drop(columns=column))
    assert told.table[column][1:].tolist()[0] == TABLE[column][1]


def test_a_column_keeps_its_type_where_it_can() -> None:
    """Whole numbers stay whole, names stay categories."""
    told = applied(said("a", column="lot", value="620"), said("b", column="zone", value='"w"'))
    assert told.table["lot"].dtype == TABLE["lot"].dtype
    assert isinstance(told.table["zone"].dtype, pd.CategoricalDtype)


def test_sales_that_are_none_are_left_out() -> None:
    """Where the others were is known."""
    told = applied(said("b", "label"), said("b", "exclusion"), said("d", "label"))
    assert told.table["id"].tolist() == ["a", "c", "d"]
    assert told.rows.tolist() == [0, 2, 3]
    assert told.reviewed.tolist() == [False, True, False, True]
    assert told.summary == "Of 4 rows reviewed: 2; inputs corrected: 0; sales left out: 1."


def test_the_last_correction_of_a_cell_counts() -> None:
    """By when it was said, whatever the order of the file."""
    rows = [
        said("a", column="lot", value="2", when="2026-11-26T11"),
        said("a", column="lot", value="1", when="2026-11-26T09"),
    ]
    for order in (rows, rows[::-1]):
        assert applied(*order).table["lot"][0] == 2


def test_what_nobody_looked_into_is_used_only_if_asked() -> None:
    """Else whoever sees an estimate could change the data."""
    claim = said("a", column="lot", value="1", confirmed=False)
    assert applied(claim).n_inputs == 0
    assert not applied(claim).reviewed.any()
    assert applied(claim, unconfirmed=True).table["lot"][0] == 1


def test_rows_that_are_not_there_change_nothing_and_are_counted() -> None:
    """Corrections may be of another table, too."""
    told = applied(said("zz", "exclusion"), said("zz", "label"))
    assert len(told.table) == 4
    assert told.warnings == ("1 reviewed rows are not in the table; they change nothing.",)


def test_rows_are_found_by_a_digest_of_what_was_read() -> None:
    """However the table holds its numbers."""
    names = ["lot", "zone"]
    key = row_keys(TABLE, names, is_id=False)[2]
    row = said(key, column="share", value="0.9", key_columns='["zone", "lot"]')
    told = apply_corrections(TABLE.astype({"lot": float}), pd.DataFrame([row]))
    assert told.table["share"][2] == 0.9


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_is_read_as_it_was_written(tmp_path: Path, ending: str) -> None:
    """Formulas of the CSV are text again."""
    rows = pd.DataFrame([said("a", column="note", value='"-5"'), said("007", "label", text="+x")])
    path = tmp_path / f"c.{ending}"
    if ending == "csv":
        text = io.StringIO()
        defused_table(rows).to_csv(text, index=False)
        path.write_text(text.getvalue())
    else:
        rows.to_parquet(path)
    read = read_corrections(str(path))
    assert read["text"].tolist() == ["=1", "+x"]
    assert read["row"].tolist() == ["a", "007"]
    assert read["confirmed"].tolist() == [True, True]
    assert apply_corrections(TABLE, str(path)).table["note"][0] == "-5"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (said("a", column="lott", value="1"), "Did you mean 'lot'?"),
        (said("a", column="lot", value='"big"'), "holds int64, and a correction of it is"),
        (said("a", column="sold", value='"soon"'), "holds datetime64"),
        (said("a", column="new", value='"maybe"'), "holds bool"),
        (said("a", column="lot", value="{"), "a correction of it is {"),
        (said("a", key_columns='["ids"]'), "Did you mean 'id'?"),
        (said("a", key_columns="id"), "key_columns must be a list of columns"),
        (said("a", key_columns="[]"), "key_columns must be a list"),
        (said("a", confirmed="perhaps"), "confirmed"),
    ],
)
def test_what_cannot_be_used_is_a_line(row: Any, words: str) -> None:
    """Nothing is guessed of what goes into the data."""
    with pytest.raises(TableError) as told:
        applied(row)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_another_table_is_no_table_of_corrections() -> None:
    """It is named what is missing."""
    with pytest.raises(TableError, match="has no 'kind'"):
        apply_corrections(TABLE, TABLE)
