"""A cell means the same however it is held, and what a column holds is judged once."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf import BlendConfidence, ConstantConfidence, CountConfidence, ResidualConfidence
from qconf.core.plain_columns import LEVELS, as_kinds, column_kinds, plain_columns
from qconf.encoding.encoder import TableEncoder
from qconf.errors import TableError

pa: Any = pytest.importorskip("pyarrow")

_ZONES = [dt.timezone(dt.timedelta(hours=hours)) for hours in (0, 2)]


def arrow(values: list[Any], kind: Any = None) -> pd.Series[Any]:
    array = pa.array(values, kind)
    return pd.Series(array, dtype=pd.ArrowDtype(array.type))


def plain(column: Any) -> pd.Series[Any]:
    return plain_columns(pd.DataFrame({"x": column}))["x"]


def encoded(column: Any) -> list[float]:
    frame = pd.DataFrame({"x": column})
    return [float(cell) for cell in TableEncoder().fit(frame).transform(frame)[:, 0]]


@pytest.mark.parametrize(
    "column",
    [
        [Decimal("1.5"), None, 3],
        np.array([1.5, None, 3], dtype=object),
        np.array([np.float32(1.5), pd.NA, Fraction(3)], dtype=object),
        np.array([Decimal("1.5"), Decimal("NaN"), np.int8(3)], dtype=object),
        pd.array([1.5, None, 3.0], dtype="Float64"),
        arrow([Decimal("1.5"), None, Decimal("3.0")]),
        arrow([1.5, None, 3.0]),
        pd.Series([1.5, np.nan, 3.0], dtype=pd.SparseDtype(float)),
    ],
)
def test_numbers_are_numbers_however_they_are_held(column: Any) -> None:
    """Decimals, objects, nullable, sparse and Arrow-backed numbers are NumPy's floats."""
    assert plain(column).dtype == np.float64
    np.testing.assert_array_equal(encoded(column), [1.5, np.nan, 3.0])


@pytest.mark.parametrize(
    "column",
    [
        pd.array([1, 0], dtype="Int64"),
        arrow([1, 0]),
        arrow([True, False]),
        pd.array([True, False], dtype="boolean"),
        np.array([True, False], dtype=object),
        [10**25 // 10**25, 0],
    ],
)
def test_whole_numbers_and_booleans_are_numbers(column: Any) -> None:
    """Whatever type they come in."""
    assert encoded(column) == [1.0, 0.0]


@pytest.mark.skipif(pd.__version__ < "3.1", reason="pandas cannot make a frame of them")
def test_numbers_of_many_digits() -> None:
    """Python's integers have no end, and are numbers up to the largest float."""
    assert encoded(np.array([10**25, -(10**25)], dtype=object)) == [1e25, -1e25]
    with pytest.raises(ValueError, match=r"column 'x' has 1 infinite value"):
        encoded(np.array([10**400, 1], dtype=object))


@pytest.mark.parametrize(
    ("column", "day"),
    [
        ([dt.date(9999, 12, 31), None], 2932896),
        ([dt.date(1500, 1, 1), pd.NaT], -171664),
        (np.array(["9999-12-31", "NaT"], "M8[s]"), 2932896),
        (np.array(["9999-12-31", "NaT"], "M8[ms]"), 2932896),
        (np.array(["1500-01-01", "NaT"], "M8[us]"), -171664),
        (np.array(["2020-01-02", "NaT"], "M8[ns]"), 18263),
        (arrow([dt.date(9999, 12, 31), None]), 2932896),
        (arrow([dt.datetime(2020, 1, 2), None]), 18263),
        pytest.param(
            pd.PeriodIndex(["9999-12-31", None], freq="D"),
            2932896,
            marks=pytest.mark.skipif(pd.__version__ < "3", reason="pandas 2 counts nanoseconds"),
        ),
        (np.array([dt.datetime(2020, 1, 2, 2, tzinfo=_ZONES[1]), None], dtype=object), 18263),
        (arrow([dt.datetime(2020, 1, 2, tzinfo=dt.UTC), None]), 18263),
        (
            pd.to_datetime(np.array(["2020-01-02T01:00", None], dtype=object)).tz_localize(
                "Europe/Berlin"
            ),
            18263,
        ),
    ],
)
def test_dates_are_days_since_1970_in_any_unit(column: Any, day: float) -> None:
    """From the year 1500 to the end of 9999, with or without a zone; none wraps around."""
    np.testing.assert_array_equal(encoded(column), [day, np.nan])


def test_moments_of_several_zones_are_in_order() -> None:
    """They are compared in UTC, and those without a zone are taken for UTC."""
    noon = [dt.datetime(2020, 1, 1, 12, tzinfo=zone) for zone in _ZONES]
    naive = dt.datetime(2020, 1, 1, 11)
    cells = np.array([*noon, naive, pd.Timestamp("2020-01-01 11:30", tz="UTC")], dtype=object)
    assert np.argsort(encoded(cells)).tolist() == [1, 2, 3, 0]


@pytest.mark.parametrize(
    "column",
    [
        [dt.timedelta(hours=36), None],
        np.array([36, "NaT"], "m8[h]").astype("m8[s]"),
        arrow([dt.timedelta(hours=36), None]),
        np.array([pd.Timedelta(hours=36), pd.NaT], dtype=object),
    ],
)
def test_durations_are_days(column: Any) -> None:
    """In any unit, Arrow's too."""
    np.testing.assert_array_equal(encoded(column), [1.5, np.nan])


def test_times_of_day_are_durations_since_midnight() -> None:
    """Of the standard library and of Arrow."""
    for column in ([dt.time(6), dt.time(18)], arrow([dt.time(6), dt.time(18)])):
        assert encoded(column) == [0.25, 0.75]


@pytest.mark.parametrize(
    "column",
    [
        ["b", "a", "b"],
        arrow(["b", "a", "b"]),
        arrow(["b", "a", "b"]).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        [["b"], ["a"], ["b"]],
        arrow([["b"], ["a"], ["b"]]),
        arrow([{"z": 2}, {"z": 1}, {"z": 2}]),
        arrow([b"b", b"a", b"b"]),
    ],
)
def test_names_are_levels(column: Any) -> None:
    """Text, Arrow's categories, and lists and records as they are written."""
    assert encoded(column) == [1.0, 0.0, 1.0]


def test_dictionaries_of_whole_numbers_stay_levels() -> None:
    """Arrow's categories are categories, whatever they hold."""
    kind = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.int64()))
    assert column_kinds(pd.DataFrame({"zip": pd.Series([98101, 98102], dtype=kind)})) == {0: "text"}


def test_a_stray_word_among_numbers_is_missing_and_told_once() -> None:
    """The column stays one of numbers; one warning names it, the word and what to do."""
    area = pd.Series(np.arange(100.0), dtype=object)
    area[3] = "unknown"
    with pytest.warns(UserWarning, match=r"'area' holds numbers.*'unknown'.*Make such") as told:
        table = plain_columns(pd.DataFrame({"area": area}))
    assert len(told) == 1
    assert table["area"].isna().tolist() == [i == 3 for i in range(100)]


def test_a_blend_tells_a_stray_word_once() -> None:
    """Though each of its members looks at the table."""
    area = pd.Series(np.arange(100.0), dtype=object)
    area[3] = "unknown"
    members = [ConstantConfidence(), CountConfidence()]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        BlendConfidence(members, random_state=0).fit(
            pd.DataFrame({"area": area}), np.linspace(-1, 1, 100)
        )
    assert len([one for one in told if "'unknown'" in str(one.message)]) == 1


def test_a_column_of_words_and_numbers_alike_is_one_of_levels() -> None:
    """Where more than a few cells are words, numbers are names too."""
    assert encoded(np.array(["a", 1, None], dtype=object))[:2] == [1.0, 0.0]


def test_what_comes_later_does_not_change_what_a_column_is() -> None:
    """Rows of fit decide; a word in a later row is missing there, and moves no other row."""
    train = pd.DataFrame({"area": np.arange(100.0)})
    est = ResidualConfidence(random_state=0).fit(train, np.linspace(-1, 1, 100))
    later = pd.DataFrame({"area": np.array([10.0, 20.0, "unknown"], dtype=object)})
    with pytest.warns(UserWarning, match="'unknown' counts as missing"):
        expected = est.predict(later)
    np.testing.assert_array_equal(expected[:2], est.predict(train.iloc[[10, 20]]))


@pytest.mark.parametrize(
    ("fitted", "later", "words"),
    [
        ([1.0, 2.0], ["3 rooms", "4"], r"'x' held numbers when it was fitted, and holds '3 rooms'"),
        ([1.0, 2.0], pd.to_datetime(["2020", "2021"]), "'x' held numbers.*holds 2020-01-01"),
        (
            pd.to_datetime(["2020", "2021"]),
            ["2020-01-01", "no such day"],
            "'x' held dates.*2 of 2 values are text",
        ),
        (pd.to_datetime(["2020", "2021"]), [2020.0, 2021.0], "'x' held dates.*holds 2020.0 now"),
        (pd.to_timedelta([1, 2], "D"), ["1 day", "2 days"], "'x' held durations"),
    ],
)
def test_a_column_that_changes_its_kind_is_refused_by_name(
    fitted: Any, later: Any, words: str
) -> None:
    """Text where numbers were, numbers where dates were: one line that says what to do."""
    est = CountConfidence().fit(pd.DataFrame({"x": fitted}), [0.1, 0.2])
    with pytest.raises(TableError, match=rf"column {words}.*Convert it to"):
        est.predict(pd.DataFrame({"x": later}))


def test_an_array_is_judged_as_a_table_is() -> None:
    """Text in a column of numbers is refused by its position."""
    est = CountConfidence().fit(np.array([[1.0, 2.0], [3.0, 4.0]]), [0.1, 0.2])
    with pytest.raises(TableError, match=r"column 1 held numbers.*'x'"):
        est.predict(np.array([[1.0, "x"]], dtype=object))


@pytest.mark.parametrize("later", [["a"], [2.0], [None], pd.to_datetime(["2020"])])
def test_a_column_without_a_value_in_fit_says_nothing_later(later: Any) -> None:
    """Whatever comes in it then."""
    table = pd.DataFrame({"x": [1.0, 2.0, 3.0], "note": [np.nan] * 3})
    est = ResidualConfidence(random_state=0).fit(table, [0.1, 0.2, 0.3])
    row = table.iloc[[0]]
    assert est.predict(row.assign(note=later)) == est.predict(row)


def test_a_gap_is_of_every_kind() -> None:
    """A column that has no value in later rows is missing there, whatever its type."""
    table = pd.DataFrame(
        {"x": [1.0, None], "t": np.array(["2020", "NaT"], "M8[s]"), "z": ["a", None]}
    )
    encoder = TableEncoder().fit(table)
    nothing = pd.DataFrame({name: np.array([None], dtype=object) for name in table})
    assert np.isnan(encoder.transform(nothing)).all()
    assert np.isnan(encoder.transform(nothing.astype(float))).all()


def test_a_category_is_read_as_what_its_column_was() -> None:
    """Dates that come back as categories are days still, and numbers numbers."""
    table = pd.DataFrame({"t": pd.to_datetime(["2020-01-02", "2021-01-01"]), "x": [1.0, 2.0]})
    encoder = TableEncoder().fit(table)
    np.testing.assert_array_equal(
        encoder.transform(table.astype("category")), encoder.transform(table)
    )


def test_complex_numbers_are_refused_by_name() -> None:
    """They have no order."""
    with pytest.raises(TableError, match="'x' holds complex numbers"):
        plain([1j, 2.0])


def test_plain_tables_are_not_copied() -> None:
    """What is plain already goes through as it is."""
    table = pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": [True, False], "d": ["x", "y"]})
    assert plain_columns(table) is table


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)), min_size=1)
)
def test_objects_are_the_numbers_they_are(cells: list[float | None]) -> None:
    """A column of Python numbers and gaps is the same as the array of floats."""
    column = pd.Series(cells, dtype=object)
    floats = np.array([np.nan if cell is None else float(cell) for cell in cells])
    table = as_kinds(pd.DataFrame({"x": column}), {})
    np.testing.assert_array_equal(table["x"].to_numpy(dtype=float), floats)


def test_a_column_of_names_and_numbers_is_text_in_every_part_of_it() -> None:
    """Words that stand only in the last rows do not make numbers of the first."""
    cells = [float(i) for i in range(500)] + ["on request"] * 80
    plain = plain_columns(pd.DataFrame({"area": pd.Series(cells, dtype=object)}))
    assert all(isinstance(cell, str) for cell in plain["area"])
    assert plain["area"].iloc[7] == "7"
    assert column_kinds(plain.iloc[:500]) == {0: LEVELS}


def test_complex_numbers_are_refused_later_too() -> None:
    """Their imaginary part would be lost without a word."""
    with pytest.raises(TableError, match="Complex data not supported: the column 'b'"):
        as_kinds(pd.DataFrame({"b": [1j, 2.0]}), {})
