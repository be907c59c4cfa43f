"""Numbers and times are read out of columns of any type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
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
        pd.Series([1.0, 2], dtype=object),
        pd.Series([1, "2.0 "], dtype=object),
        pd.Series([Fraction(1), np.int8(2)], dtype=object),
        pd.Series([1, 2], dtype="int64[pyarrow]"),
        pd.Series([Decimal(1), Decimal(2)], dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
        pd.Series(["1", "2"], dtype="string[pyarrow]"),
        pd.Series([1.0, 2.0], dtype=pd.SparseDtype("float64")),
        pd.Series([Decimal(1), Decimal(2)]).astype("category"),
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
        (pd.Series([1, True], dtype=object), "the first is True"),
        (pd.Series([1, datetime(2020, 1, 1)], dtype=object), "the first is datetime"),
        (pd.Series([1, 10**400], dtype=object), "too large for a float"),
        (pd.Series([1, 10**5000], dtype=object), "about 5000 digits"),
        (pd.Series(["1", "unknown"]), "Make it a missing value"),
        (pd.Series(["1,234.50"]), r"'1,234\.50'\. Make it a plain number.*--decimal"),
        (pd.Series(["1_000"]), "'1_000'"),
        (pd.Series([[1], 2], dtype=object), r"the first is \[1\]"),
        (pd.Series(pd.to_timedelta(["1h"])), "type timedelta64"),
        (pd.Series([True], dtype="boolean"), "type boolean"),
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
        pd.Series(["30/01/2020", "01/02/2020"]),
        pd.Series(["Jan 30, 2020 9:00 PM", "Feb 1, 2020 1:00 AM"]),
        pd.Series(["2020-10-25T02:30+02:00", "2020-10-25T02:10+01:00"]),
        pd.Series([date(2020, 1, 1), date(9999, 12, 31)]),
        pd.Series([date(1500, 1, 1), datetime(2020, 1, 1, 5)], dtype=object),
        pd.Series(
            [pd.Timestamp("2020", tz="Asia/Tokyo"), pd.Timestamp("2020", tz="UTC")], dtype=object
        ),
        pd.Series([np.datetime64("2020-01-01"), np.datetime64("2020-01-02")], dtype=object),
        pd.Series([pd.Period("2020-01"), pd.Period("2020-02")], dtype=object),
        pd.Series(pd.to_timedelta([1, 2], unit="h")),
        pd.Series([timedelta(1), timedelta(2)], dtype=object),
        pd.Series([Decimal("2020.5"), Decimal(2021)]),
        pd.Series([2020, 2021.5], dtype=object),
        pd.Series([2020, 2021], dtype="Int64"),
        pd.Series([1, 2], dtype="int64[pyarrow]"),
        pd.Series([date(2020, 1, 1), date(2020, 1, 2)], dtype=pd.ArrowDtype(pa.date32())),
        pd.Series(
            [datetime(2020, 1, 1), datetime(2020, 1, 2)], dtype="timestamp[us, UTC][pyarrow]"
        ),
        pd.Series([timedelta(1), timedelta(2)], dtype="duration[us][pyarrow]"),
        pd.Series(["2020-01-01", "2020-01-02"], dtype="string[pyarrow]"),
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])).astype("category"),
        pd.Series([2**62, 2**62 + 1]),
        pd.Series(["1706659200000000001", "1706659200000000002"]),
        pd.Series(["-12345678901234567", "-12345678901234566"], dtype="category"),
        pd.Series(["20200101", "20200102"], dtype="category"),
        pd.Series([20200101, 20200102]),
        pd.Series([20101231, 31121999]),
        pd.Series([2020.0, 2021.0]),
    ],
)
def test_times_sort(values: pd.Series[Any]) -> None:
    """Dates in any form, and numbers, become something that sorts."""
    moments = time_values(values, "time")
    assert moments[0] < moments[1]
    assert moments.dtype.kind in "Mfi"


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([2020.0, np.nan]),
        pd.Series([2020, None], dtype="Int64"),
        pd.Series(["2020-01-01", None]),
        pd.Series(["2020-01-01", "unknown"]),
        pd.Series([pd.Timestamp("2020-01-01"), pd.NaT]),
        pd.Series([date(2020, 1, 1), None]),
        pd.Series([Decimal(1), None]),
        pd.Series(pd.to_timedelta(["1h", None])),
        pd.Series(pd.PeriodIndex(["2020", None], freq="D")),
        pd.Series([None, None], dtype=object),
    ],
)
def test_missing_times_stay_missing(values: pd.Series[Any]) -> None:
    """What to do with a row that has no time is not decided here."""
    assert pd.isna(time_values(values, "time")[-1])


def test_times_in_the_remedy_python_offers() -> None:
    """What the message says to do about two readings works."""
    values = pd.to_datetime(pd.Series(["05/01/2031", "12/01/2031"]), dayfirst=True)
    assert time_values(values, "time")[0] == np.datetime64("2031-01-05")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series(["2020-01-01", "soon"]), "1 of 2 values cannot be read, the first is 'soon'"),
        (pd.Series(["2020-01-02", "25/12/2020"]), "in one format"),
        (
            pd.Series(["05/01/2031", "12/02/2031"]),
            "ambiguous.*5 January 2031 or 1 May 2031.*--day-first",
        ),
        (pd.Series(["2020-01-02Z", "2020-01-02 05:00Z", "2020-01-02"]), "1 of 3|does not"),
        (pd.Series([True, False]), "type bool"),
        (pd.Series([1j, 2j]), "type complex"),
        (pd.Series([True, 2020], dtype=object), "several types|type bool"),
        (pd.Series([[1], [2]]), "type list"),
        (
            pd.Series([datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)], dtype=object),
            "some have none",
        ),
        (pd.Series(["2020-01-01", 5], dtype=object), "several types"),
        (pd.Series(pd.interval_range(0, 2)), "type interval"),
        (pd.Series(["a", "b"]), "2 of 2"),
        (pd.Series(["9" * 19, "9" * 18 + "8"]), "2 of 2"),
        (pd.Series([1.0, np.inf]), "infinite"),
        (pd.Series([5012031, 13012031]), "such as 05012031.*--date-format %d%m%Y"),
    ],
)
def test_what_is_no_time(values: pd.Series[Any], words: str) -> None:
    """Times that cannot be read, or only by guessing, are refused."""
    with pytest.raises(TableError, match=words):
        time_values(values, "time")
