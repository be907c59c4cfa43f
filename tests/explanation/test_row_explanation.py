"""All of one row: inputs, what would change, and what an objection would do."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from new_rows import features, fitted_model, new_rows
from saved_models import fitted
from saved_models import new_rows as rows_of_kept

from qconf.errors import OptionError, TableError
from qconf.explanation.alternatives import alternatives
from qconf.explanation.objection import Changes, Explained
from qconf.explanation.row_explanation import RowExplanation, explain_row
from qconf.explanation.subject import changed, row_of_file
from qconf.explanation.telling import headline
from qconf.scoring.decisions import Decisions
from qconf.tables.options import ReadingOptions
from qconf.tables.schema import Schema

DECIDED = Decisions(threshold=0.15)


def one_row(model: Any, rows: pd.DataFrame) -> tuple[pd.DataFrame, Schema]:
    schema = Schema.of_model(model)
    batch = pa.RecordBatch.from_pandas(rows.iloc[:1], preserve_index=False)
    return pd.DataFrame(schema.read(batch).table, columns=schema.names), schema


def told(name: str = "model-probabilities", decisions: Decisions = DECIDED) -> RowExplanation:
    model = fitted(name)
    frame, schema = one_row(model, rows_of_kept(1))
    return explain_row(model, frame, schema=schema, decisions=decisions)


@pytest.mark.parametrize(
    "name", ["model", "model-log", "model-absolute", "model-probabilities", "given"]
)
def test_every_kind_of_model_is_told(name: str) -> None:
    """With JSON that has nothing but plain values."""
    found = told(name, DECIDED if name == "model-probabilities" else Decisions())
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["score"]["expected_error"] == pytest.approx(plain["error"]["expected_error"])
    assert plain["score"]["prediction"] == pytest.approx(plain["value"]["value"])
    assert headline(found)


def test_the_schema_of_json_is_stable() -> None:
    """Keys of each part, in their order."""
    found = Explained("new.parquet", 1, told(), Changes({})).to_dict()
    assert list(found) == [
        "table", "row", "score", "inputs", "comparables", "error", "value", "alternatives",
        "changes", "after",
    ]  # fmt: skip
    assert list(found["inputs"][0]) == ["property", "cell", "typical", "mark", "note"]
    assert list(found["error"]) == [
        "unit", "typical_error", "expected_error", "standard_error", "in_words", "reasons",
    ]  # fmt: skip
    assert list(found["value"]) == [
        "typical_value", "value", "standard_error", "in_words", "contributions",
    ]  # fmt: skip
    assert list(found["alternatives"][0]) == [
        "property", "cell", "to", "which", "value", "value_change", "expected_error",
        "error_factor", "tier", "accept", "changes_decision",
    ]  # fmt: skip
    assert found["changes"] == {"set": {}, "without": [], "added_sales": 0}
    assert found["after"] is None
    assert found["comparables"] is None


def test_alternatives_are_what_the_model_says_of_such_rows() -> None:
    """Each, scored by hand; the time and the prediction of others are not theirs to change."""
    model = fitted_model(confidence="blend")
    frame, schema = one_row(model, features(new_rows(4)).dropna())
    table = alternatives(model, frame, schema, Decisions())
    assert not table.empty
    assert set(table["property"]) <= {"zone", "rooms", "area", "garden", "built"}
    before = model.predict(frame)[0]
    typical = model.background_.typical
    for one in table[table["which"] == "typical"].to_dict("records"):
        name = one["property"]
        moved = frame.assign(**{name: typical[name].astype(frame[name].dtype)})
        value, error = model.predict_with_error(moved)
        assert one["value"] == pytest.approx(value[0])
        assert one["expected_error"] == pytest.approx(error[0])
        assert one["value_change"] == pytest.approx(value[0] - before)
    assert {"lower", "higher"} & set(table["which"])
    assert (table["value_change"].abs().diff().dropna() <= 0).all()


def test_what_changes_the_decision_stands_first() -> None:
    """And then how far the value moves."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(9)).iloc[3:].dropna())
    error = float(model.predict_error(frame)[0])
    cut_off = Decisions(cut_off=error)
    table = alternatives(model, frame, schema, cut_off)
    assert table["changes_decision"].tolist() == sorted(table["changes_decision"], reverse=True)
    above = table["expected_error"] > error
    assert (table["changes_decision"] == above).all()
    assert above.any()


def test_columns_together_are_set_together() -> None:
    """And not one by one."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(9)).dropna())
    table = alternatives(model, frame, schema, Decisions(), [("zone", "rooms")])
    own = table[table["property"] == "zone + rooms"]
    assert own["which"].tolist() == ["typical"]
    assert not {"zone", "rooms"} & set(table["property"])
    typical = model.background_.typical
    moved = frame.assign(zone=typical["zone"].item(), rooms=float(typical["rooms"].item()))
    assert own["value"].item() == pytest.approx(model.predict(moved)[0])


def test_the_typical_row_has_typical_alternatives_of_no_column() -> None:
    """Only those beside its cells."""
    model = fitted_model()
    frame, schema = one_row(model, model.background_.typical)
    assert set(alternatives(model, frame, schema, Decisions())["which"]) <= {"lower", "higher"}


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_row_is_read_by_its_number(tmp_path: Any, ending: str) -> None:
    """From 1, as score reads it; no column but the model's."""
    table = new_rows(7)
    path = tmp_path / f"new.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    schema = Schema.of_model(fitted_model())
    for number in (1, 7):
        row = row_of_file(path, number, schema, ReadingOptions())
        assert list(row) == schema.names
        assert row["rooms"].item() == table["rooms"].iloc[number - 1]
    with pytest.raises(OptionError, match=r"has 7 rows, and --row asks for row 8\."):
        row_of_file(path, 8, schema, ReadingOptions())
    with pytest.raises(OptionError, match=r"--row counts from 1, got 0\."):
        row_of_file(path, 0, schema, ReadingOptions())


def test_a_row_that_cannot_be_read_says_why(tmp_path: Any) -> None:
    """With its number."""
    table = new_rows(3).assign(area=[1.0, np.inf, 2.0])
    table.to_parquet(tmp_path / "new.parquet", index=False)
    schema = Schema.of_model(fitted_model())
    with pytest.raises(TableError, match=r"Row 2 cannot be explained\. The column 'area'"):
        row_of_file(tmp_path / "new.parquet", 2, schema, ReadingOptions())


def test_cells_are_set_as_a_text_file_writes_them() -> None:
    """Numbers, dates, levels, truth; nothing is a gap."""
    frame, schema = one_row(fitted_model(), features(new_rows(2)))
    typed = {"rooms": " 4", "area": "81.5", "zone": "q", "garden": "true", "built": "1960-02-03"}
    row = changed(frame, typed, schema)
    assert row[["rooms", "area", "zone", "garden"]].iloc[0].tolist() == [4.0, 81.5, "q", 1.0]
    assert row["built"].item() == pd.Timestamp("1960-02-03")
    assert changed(frame, {"area": "", "zone": ""}, schema)[["area", "zone"]].isna().all(axis=None)
    assert frame["rooms"].item() == new_rows(2)["rooms"].iloc[0]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"rooom": "3"}, "--set: the model sees no column 'rooom'. Did you mean 'rooms'?"),
        ({"rooms": "three"}, "--set: the column 'rooms' holds numbers, and 'three' is none."),
        ({"built": "soon"}, "--set: .*'built'"),
        ({"parcel": "3"}, "--set: the model sees no column 'parcel'."),
        ({"price": "3"}, "--set: the model sees no column 'price'."),
    ],
)
def test_cells_that_cannot_be_set_are_refused(cells: dict[str, str], message: str) -> None:
    """With the closest name, or the kind that the column holds."""
    frame, schema = one_row(fitted_model(), features(new_rows(2)))
    with pytest.raises(OptionError, match=message):
        changed(frame, cells, schema)


def test_changes_say_themselves() -> None:
    """In the words of the heading."""
    assert not Changes({})
    assert str(Changes({"lot": "620", "zone": ""}, ("12",), 2)) == (
        "lot = 620, zone = missing, without sale 12, with 2 more sales"
    )


def test_before_and_after_stand_side_by_side() -> None:
    """The figures of both, and the factors that are other ones."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(2)))
    options: Any = {"schema": schema, "decisions": Decisions()}
    before = explain_row(model, frame, **options)
    other = changed(frame, {"zone": "nowhere", "rooms": "90"}, schema)
    found = Explained("new.csv", 1, before, Changes({"rooms": "90"}),
                      explain_row(model, other, **options))  # fmt: skip
    text = found.as_text()
    assert "With rooms = 90" in text
    assert "before" in text
    wanted = [100 * one.score["expected_error"] for one in (before, found.after) if one]
    (line,) = (one for one in text.splitlines() if one.strip().startswith("expected error  "))
    assert [float(one) for one in line.split()[2::2]] == pytest.approx(wanted, abs=0.051)
    page = found.as_page()
    assert page.count("<h1>") == 1
    assert page.count("<h2>") == 6
    assert found.to_dict()["after"]["inputs"][1]["mark"] == "out of range"
