"""Numbers and times are read out of columns of any type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.tables.columns import numbers, time_values


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2]),
        pd.Series(["1", "2.0"]),
        pd.Series([Decimal(1), Decimal(2)]),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series(["1", "2"], dtype="category"),
    ],
)
def test_numbers(values: pd.Series[Any]) -> None:
    """Whatever reads as a number is one."""
    assert numbers(values, "x").tolist() == [1.0, 2.0]


def test_missing_numbers() -> None:
    """Gaps become NaN."""
    assert np.isnan(numbers(pd.Series([1, None], dtype="Int64"), "x")[1])
    assert np.isnan(numbers(pd.Series(["1", None]), "x")[1])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series(["1", "$2"]), r"1 of 2 values are not, the first is '\$2'"),
        (pd.Series([True, False]), "type bool"),
        (pd.Series(pd.to_datetime(["2020-01-01"])), "type datetime64"),
        (pd.Series([1 + 2j]), "must be numbers"),
    ],
)
def test_what_is_no_number(values: pd.Series[Any], words: str) -> None:
    """The first value that is none is shown."""
    with pytest.raises(TableError, match=words):
        numbers(values, "x")


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])),
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"], utc=True)),
        pd.Series(pd.PeriodIndex(["2020-01-01", "2020-01-02"], freq="D")),
        pd.Series(["2020-01-01", "2020-01-02T00:00"]),
        pd.Series(["01/01/2020", "01/02/2020"]),
        pd.Series(["20200101", "20200102"], dtype="category"),
        pd.Series([20200101, 20200102]),
        pd.Series([2020.0, 2021.0]),
    ],
)
def test_times_sort(values: pd.Series[Any]) -> None:
    """Dates in any form, and numbers, become something that sorts."""
    moments = time_values(values, "time")
    assert moments[0] < moments[1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series(["2020-01-01", "soon"]), "1 of 2 values cannot be read, the first is 'soon'"),
        (pd.Series(["01/02/2020", "25/12/2020"]), "in one format"),
        (pd.Series(["a", "b"]), "2 of 2"),
        (pd.Series([1.0, np.inf]), "infinite"),
    ],
)
def test_what_is_no_time(values: pd.Series[Any], words: str) -> None:
    """Times that cannot be read, or only by guessing, are refused."""
    with pytest.raises(TableError, match=words):
        time_values(values, "time")
