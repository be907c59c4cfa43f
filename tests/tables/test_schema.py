"""New rows are read as the model knows them, or refused in one line."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.errors import TableError
from qconf.tables.schema import Schema
from qconf.tables.written_cells import WrittenCells

KINDS = {1: "text", 2: "dates", 3: "durations", 4: "nothing"}
NAMES = ["area", "zip", "sold", "age", "empty"]
DAY = pd.Timestamp("2031-01-05")


def model(**also: Any) -> Any:
    """Make what remembers columns as a fitted estimator does."""
    known = {"n_features_in_": 5, "feature_names_in_": np.array(NAMES), "_column_kinds": KINDS}
    return SimpleNamespace(**{**known, **also})


def batch(**columns: Any) -> pa.RecordBatch:
    usual = {
        "area": pa.array([80.5, None]),
        "zip": pa.array(["01234", None]),
        "sold": pa.array([DAY, None], pa.timestamp("us")),
        "age": pa.array([3, None], pa.duration("s")),
        "empty": pa.array([None, None], pa.null()),
    }
    return pa.RecordBatch.from_pydict({**usual, **columns})


def test_a_batch_of_the_kinds_of_the_fit() -> None:
    """Columns come out as they were called, in the order of the fit; gaps stay gaps."""
    new = Schema.of_model(model()).read(batch(id=pa.array([1, 2])).select(["id", *NAMES[::-1]]))
    assert new.reasons == {}
    assert list(new.table) == NAMES
    assert new.table.iloc[0].tolist()[:3] == [80.5, "01234", DAY]
    assert new.table.iloc[1].isna().all()


def test_a_missing_column_is_named_with_the_closest() -> None:
    """What is there beside the known columns is what was meant; else all that is there is told."""
    renamed = batch().rename_columns(["aera", *NAMES[1:]])
    with pytest.raises(
        TableError, match=r"no column 'area', which.*fitted on. Did you mean 'aera'"
    ):
        Schema.of_model(model()).read(renamed)
    lacking = batch(id=pa.array([1, 2])).drop_columns(["area"])
    with pytest.raises(TableError) as raised:
        Schema.of_model(model()).read(lacking)
    assert str(raised.value).endswith(f"There are: {', '.join(lacking.column_names)}.")
    with pytest.raises(TableError, match=r"no column 'area'.*nor "):
        Schema.of_model(model()).read(batch().select(["sold", "empty"]))


def test_columns_that_the_model_does_not_look_at_may_be_missing() -> None:
    """One that held nothing, and the one that told the groups."""
    schema = Schema.of_model(model(group_name_="zip"))
    new = schema.read(batch().select(["area", "sold", "age"]))
    assert new.table[["zip", "empty"]].isna().all(axis=None)


def test_a_column_that_is_there_twice() -> None:
    """It cannot be told which is meant."""
    with pytest.raises(TableError, match="two columns named 'area'"):
        Schema.of_model(model()).read(batch(x=[1, 2]).rename_columns([*NAMES, "area"]))


NUMBERS: list[pa.Array] = [
    pa.array([3, None], pa.int8()), pa.array([3, None], pa.uint64()),
    pa.array([3, None], pa.float32()),
    pa.array([Decimal("3.00"), None]), pa.array([3, None], pa.int64()).dictionary_encode(),
    pa.array([3000, None], pa.time32("ms")),
]  # fmt: skip


@pytest.mark.parametrize("array", NUMBERS, ids=lambda one: str(one.type))
def test_numbers_of_any_width(array: pa.Array) -> None:
    """A three is a three."""
    values = Schema.of_model(model()).read(batch(area=array)).table["area"]
    assert values.dtype == np.float64
    assert values[0] == 3.0
    assert np.isnan(values[1])


@pytest.mark.parametrize(
    "array",
    [pa.array(["01234", None]).dictionary_encode(), pa.array(["01234", None], pa.large_string()),
     pa.array(["01234", None], pa.string_view()), pa.array([b"01234", None])],
    ids=lambda one: str(one.type),
)  # fmt: skip
def test_text_of_any_type_stays_text(array: pa.Array) -> None:
    """A code keeps its zero."""
    assert Schema.of_model(model()).read(batch(zip=array)).table["zip"].tolist()[0] == "01234"


def test_categories_of_numbers_are_names() -> None:
    """So they were at the fit."""
    array = pa.array([98101, None], pa.int32()).dictionary_encode()
    assert Schema.of_model(model()).read(batch(zip=array)).table["zip"][0] == "98101"


@pytest.mark.parametrize(
    "array",
    [pa.array([DAY.date(), None]), pa.array([DAY, None], pa.timestamp("ns")),
     pa.array([DAY.tz_localize("UTC"), None], pa.timestamp("s", "Asia/Tokyo"))],
    ids=lambda one: str(one.type),
)  # fmt: skip
def test_dates_of_any_type(array: pa.Array) -> None:
    """A moment is one, in UTC."""
    values = Schema.of_model(model()).read(batch(sold=array)).table["sold"]
    assert values[0] == DAY
    assert pd.isna(values[1])


WRONG = [
    ("area", pa.array(["3", "4"]), "held numbers when .* holds text .string. now: write it as num"),
    ("area", pa.array(["3", "4"]).dictionary_encode(), "held numbers"),
    ("area", pa.array([DAY, DAY]), "held numbers .* holds dates"),
    ("zip", pa.array([1234, 2345]), "held text .* holds numbers .int64. now: write it as text"),
    ("zip", pa.array([True, False]), "held text"),
    ("sold", pa.array(["2031-01-05", None]), "held dates .* --date-format or --day-first"),
    ("sold", pa.array([20310105, None]), "held dates .* holds numbers"),
    ("age", pa.array([3.0, 4.0]), "held durations"),
]


@pytest.mark.parametrize(("name", "array", "message"), WRONG)
def test_a_type_that_would_lose_something(name: str, array: pa.Array, message: str) -> None:
    """It is refused by name, with what it was and what to do."""
    with pytest.raises(TableError, match=f"The column '{name}' {message}"):
        Schema.of_model(model()).read(batch(**{name: array}))


def test_what_was_said_at_the_fit_of_text_holds_for_new_rows() -> None:
    """Columns that were read as text, numbers with a decimal comma and dates in a format."""
    reading = {"text": ["zip"], "decimal": ",", "date_format": "%d.%m.%Y", "sheet": None}
    new = Schema.of_model(model(), reading).read(
        batch(
            zip=pa.array([98101, None]),
            area=pa.array(["1.234,5", "x"]),
            sold=pa.array(["05.01.2031", "5th"]),
        )
    )
    assert new.table.iloc[0].tolist()[:3] == [1234.5, "98101", DAY]
    assert new.reasons == {1: "The column 'area' must hold finite numbers; found 'x'."}


def test_a_row_that_cannot_be_read_has_its_reason() -> None:
    """The other rows can be read."""
    new = Schema.of_model(model()).read(batch(area=pa.array([np.inf, 2.0])))
    assert new.reasons == {0: "The column 'area' must hold finite numbers; found inf."}


def test_the_time_of_the_fit_may_be_text() -> None:
    """It is read as dates then and now, and dates do as well."""
    known = model(_column_kinds={**KINDS, 2: "text"}, time_name_="sold")
    schema = Schema.of_model(known)
    for sold in (pa.array(["2031-01-05", None]), pa.array([DAY, None])):
        assert schema.read(batch(sold=sold)).table["sold"][0] == DAY
    with pytest.raises(TableError, match="'05/01/2031' may be 5 January 2031 or 1 May"):
        schema.read(batch(sold=pa.array(["05/01/2031", None])))


def test_a_model_without_names() -> None:
    """Its columns are called as those of arrays are, and it gets an array."""
    nameless = SimpleNamespace(n_features_in_=2, _column_kinds={})
    new = Schema.of_model(nameless).read(pa.RecordBatch.from_pydict({"x1": [2], "x0": [1.0]}))
    np.testing.assert_array_equal(new.table, [[1.0, 2.0]])


def written(columns: dict[str, list[str]], **said: Any) -> tuple[WrittenCells, pa.RecordBatch]:
    texts = pa.RecordBatch.from_pydict({name: pa.array(cells) for name, cells in columns.items()})
    schema = Schema.of_model(model(), said)
    kinds = {one.name: one.kind for one in schema.columns if one.name in columns}
    cells = WrittenCells(frozenset(columns), schema.reading, ";")
    cells.learn(pa.Table.from_batches([texts]), kinds)
    return cells, texts


def test_a_text_file_is_read_by_the_kinds_of_the_fit() -> None:
    """A code that looks like a number stays text; one column proves the decimal mark."""
    texts = {"area": ["1.234,5", "12"], "zip": [" 01234 ", "NA"], "sold": ["13/05/2031", ""]}
    schema = Schema.of_model(
        model(_column_kinds={1: "text", 2: "dates", 3: "nothing", 4: "nothing"})
    )
    new = schema.read(written(texts)[1], written(texts)[0])
    assert new.table["area"].tolist() == [1234.5, 12.0]
    assert new.table["zip"].tolist()[0] == "01234"
    assert new.table["sold"][0] == pd.Timestamp("2031-05-13")
    assert new.table.iloc[1, 1:].isna().all()


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_a_cell_means_the_same_in_any_batch(data: st.DataObject) -> None:
    """Cut anywhere, text is read as in one piece: the form is found once."""
    cells = st.sampled_from(["1,5", "2.000", "3", "NA", "-", "true", "oops", "12 m2", "1.5", "inf"])
    area = data.draw(st.lists(cells, min_size=2, max_size=12))
    dates = st.sampled_from(["13/05/2031", "05/06/2031", "05/13/2031", "", "2031", "31/02/2031"])
    sold = data.draw(st.lists(dates, min_size=len(area), max_size=len(area)))
    first = {"area": ["1,5 m2", "3"], "sold": ["13/05/2031", ""], "zip": ["a", "b"]}
    schema = Schema.of_model(
        model(_column_kinds={1: "text", 2: "dates", 3: "nothing", 4: "nothing"})
    )
    texts = pa.RecordBatch.from_pydict({"area": area, "sold": sold, "zip": area})
    whole = schema.read(texts, written(first)[0])
    cut = data.draw(st.integers(1, len(area) - 1))
    parts = [schema.read(part, written(first)[0]) for part in (texts[:cut], texts[cut:])]
    together = pd.concat([part.table for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(together, whole.table)
    shifted = {at + cut: reason for at, reason in parts[1].reasons.items()}
    assert {**parts[0].reasons, **shifted} == whole.reasons


@settings(deadline=None, max_examples=50)
@given(st.permutations([*NAMES, "id", "price"]))
def test_order_and_extra_columns_do_not_matter(order: list[str]) -> None:
    """A column is found by its name."""
    whole = batch(id=pa.array([1, 2]), price=pa.array(["a", "b"]))
    schema = Schema.of_model(model())
    pd.testing.assert_frame_equal(schema.read(whole.select(order)).table, schema.read(whole).table)
