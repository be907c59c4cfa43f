"""Tables of any kind become numbers, without looking at targets or at later rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.encoding.encoder import TableEncoder


def encoded(column: Any) -> list[float]:
    frame = pd.DataFrame({"x": column})
    matrix = TableEncoder().fit(frame).transform(frame)
    return [float(value) for value in matrix[:, 0]]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([1, 2], [1.0, 2.0]),
        ([True, False], [1.0, 0.0]),
        (np.array([True, None, False], dtype=object), [1.0, np.nan, 0.0]),
        (pd.array([1, None], dtype="Int64"), [1.0, np.nan]),
        (["b", "a", None], [1.0, 0.0, np.nan]),
        (pd.Categorical(["x", None, "w"]), [1.0, np.nan, 0.0]),
        (np.array(["a", 1, None], dtype=object), [1.0, 0.0, np.nan]),
        (pd.Series(["1970-01-03", None], dtype="datetime64[ns]"), [2.0, np.nan]),
        (pd.to_datetime(["1970-01-02T12:00Z"]), [1.5]),
        (pd.to_timedelta([36, None], unit="h"), [1.5, np.nan]),
        (pd.PeriodIndex(["1970-01-02"], freq="D"), [1.0]),
        ([dt.date(2020, 1, 1), dt.date(2021, 1, 1)], [18262.0, 18628.0]),
        ([None, None], [np.nan, np.nan]),
        (np.array([["a"], ["b"], None, ["a"]], dtype=object), [0.0, 1.0, np.nan, 0.0]),
        (np.array([1, "1", 2], dtype=object), [0.0, 0.0, 1.0]),
    ],
)
def test_every_kind_of_column(column: Any, expected: list[float]) -> None:
    """Numbers stay, dates are days, names are codes, gaps are NaN."""
    np.testing.assert_array_equal(encoded(column), expected)


def test_unseen_levels_are_missing() -> None:
    """A level that was not there in `fit` is treated as missing."""
    encoder = TableEncoder().fit(pd.DataFrame({"zip": ["a", "b"]}))
    new = encoder.transform(pd.DataFrame({"zip": ["b", "never seen", None]}))
    np.testing.assert_array_equal(new[:, 0], [1.0, np.nan, np.nan])


def test_thousands_of_levels() -> None:
    """Each of 20,000 levels has a code of its own."""
    levels = [f"seller {i}" for i in range(20_000)]
    assert len(set(encoded(levels))) == 20_000


def test_object_arrays_are_read_like_tables() -> None:
    """An array of mixed objects is split into its columns."""
    matrix = np.array([["a", 1.0], ["b", 2.0]], dtype=object)
    np.testing.assert_array_equal(TableEncoder().fit(matrix).transform(matrix), [[0, 1], [1, 2]])


def test_names_go_through() -> None:
    """The columns keep their names."""
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1], "b": ["x"]}))
    assert list(encoder.get_feature_names_out()) == ["a", "b"]
    assert list(TableEncoder().fit([[1.0, 2.0]]).get_feature_names_out()) == ["x0", "x1"]


@pytest.mark.parametrize(
    ("fitted", "later"),
    [
        (pd.Categorical([98101, 98102]), pd.Categorical([98101.0, 98102.0])),
        (pd.Categorical([98101, 98102]), ["98101", "98102"]),
        (pd.Categorical([98101.0, 98102.0, np.nan]), [98101, 98102]),
        (["98101", "98102"], [98101.0, 98102.0]),
        (pd.Categorical([True, False]), [1, 0]),
        (pd.Categorical([1, 0]), [True, False]),
        (pd.Categorical([1.5, 2.5]), ["1.5", "2.5"]),
        (
            pd.Categorical(pd.to_datetime(["2020-01-02", "2021-01-01"]).as_unit("us")),
            pd.Categorical(pd.to_datetime(["2020-01-02", "2021-01-01"]).as_unit("ns")),
        ),
        (pd.Categorical([dt.date(2020, 1, 2), dt.date(2021, 1, 1)]), ["2020-01-02", "2021-01-01"]),
    ],
)
def test_a_level_is_one_however_it_is_held(fitted: Any, later: Any) -> None:
    """As a whole number, a float beside a gap, a boolean, a date in another unit, or as text."""
    encoder = TableEncoder().fit(pd.DataFrame({"x": fitted}))
    known = encoder.transform(pd.DataFrame({"x": fitted}))[:2, 0]
    np.testing.assert_array_equal(encoder.transform(pd.DataFrame({"x": later}))[:, 0], known)


@pytest.mark.parametrize("nothing", [-np.finfo(float).max, 1e300])
def test_numbers_that_stand_for_no_data_stay_far_away(nothing: float) -> None:
    """They are at most 1e38 in size, so that a range of them is a number in any learner."""
    assert encoded([nothing, 1.0]) == [np.sign(nothing) * 1e38, 1.0]
