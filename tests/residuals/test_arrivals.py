"""A label is known after its delay, and not at that very moment, to the last digit."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.errors import OptionError
from qconf.residuals.arrivals import arrived

WHOLE = st.integers(-(2**63), 2**63 - 1)


def by_counting(moments: list[Any], delay: Any) -> list[int]:
    return [sum(label + delay < moment for label in moments) for moment in moments]


@given(
    st.lists(st.one_of(WHOLE, st.integers(1_700_000_000_000_000_000, 1_700_000_000_000_000_009))),
    st.one_of(st.integers(0, 2**63 - 1), st.integers(0, 9)),
)
def test_whole_numbers_lose_no_digit(moments: list[int], delay: int) -> None:
    """As Python's whole numbers, that never overflow, nanoseconds since 1970 among them."""
    moments.sort()
    assert arrived(np.array(moments, dtype=np.int64), delay).tolist() == by_counting(moments, delay)


@given(st.lists(st.integers(0, 50)), st.integers(0, 400))
def test_whole_moments_and_a_delay_in_parts(moments: list[int], eighths: int) -> None:
    """A delay of 1.5 is exact, and not cut to 1 where that would make a difference."""
    moments.sort()
    expected = by_counting(moments, Fraction(eighths, 8))
    assert arrived(np.array(moments, dtype=np.int64), eighths / 8).tolist() == expected


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "u8"])
def test_whole_numbers_of_every_width(dtype: str) -> None:
    """What does not fit the width of the moments is still added right."""
    moments = np.array([0, 100, 127], dtype=dtype)
    assert arrived(moments, 27).tolist() == [0, 1, 1]
    assert arrived(moments, 26).tolist() == [0, 1, 2]
    assert arrived(moments, 300).tolist() == [0, 0, 0]
    assert arrived(np.array([2**64 - 2, 2**64 - 1], dtype=np.uint64), 1).tolist() == [0, 0]


@pytest.mark.parametrize("steps", range(20))
@pytest.mark.parametrize(
    "moments",
    [
        np.arange(200) * 0.1,
        np.arange(200) / 10,
        np.linspace(0, 19.9, 200),
        np.arange(-100, 100) * 0.1,
        1e6 + np.arange(200) * 0.1,
        (np.arange(200) * 0.1).astype(np.float32),
        np.arange(200, dtype=np.float16) / 10,
    ],
)
def test_floats_that_meet_but_for_rounding(moments: np.ndarray, steps: int) -> None:
    """Labels that arrive at the very moment are not known, however 0.1 was rounded."""
    expected = np.maximum(np.arange(200) - steps, 0)
    np.testing.assert_array_equal(arrived(moments, steps / 10), expected)


def test_floats_that_do_not_meet() -> None:
    """Microseconds, in seconds since 1970, are still told apart: that is four roundings."""
    moments = 1.7e9 + np.arange(5) * 1e-6
    assert arrived(moments, 1e-6).tolist() == [0, 0, 1, 2, 3]
    assert arrived(np.array([0.0, 1.0]), np.nextafter(1, 0) - 1e-12).tolist() == [0, 1]
    assert arrived(np.array([-1.7e308, 1.7e308]), 1.7e308).tolist() == [0, 1]


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns", "25s"])
@pytest.mark.parametrize("kind", ["M8", "m8"])
def test_dates_and_durations_in_every_unit(kind: str, unit: str) -> None:
    """A delay in another unit is neither rounded up nor down to the wrong side."""
    moments = np.array([0, 2, 4, 6], dtype="m8[D]").astype(f"m8[{unit}]")
    moments = np.datetime64("2026-01-01") + moments if kind == "M8" else moments
    for delay in (
        dt.timedelta(days=2),
        pd.Timedelta(days=2),
        np.timedelta64(48, "h"),
        np.timedelta64(2 * 86_400 * 10**9, "ns"),
    ):
        assert arrived(moments, delay).tolist() == [0, 0, 1, 2]
    assert arrived(moments, np.timedelta64(36, "h")).tolist() == [0, 1, 2, 3]
    assert arrived(moments, pd.Timedelta("2 days 1 ns")).tolist() == [0, 0, 1, 2]
    assert arrived(moments, dt.timedelta.max).tolist() == [0, 0, 0, 0]


def test_dates_at_the_end_of_their_range() -> None:
    """Nothing wraps around: a label of 2262 that takes long does not arrive in 1677."""
    moments = np.array(["2262-04-10", "2262-04-11"], dtype="M8[ns]")
    assert arrived(moments, pd.Timedelta(days=100_000)).tolist() == [0, 0]
    assert arrived(moments, pd.Timedelta(hours=1)).tolist() == [0, 1]


def test_months_of_the_calendar() -> None:
    """From 31 January it is a month to 28 February, and not known before 1 March."""
    moments = np.array(["2026-01-31", "2026-02-28", "2026-03-01", "2026-04-01"], dtype="M8[D]")
    assert arrived(moments, pd.DateOffset(months=1)).tolist() == [0, 0, 1, 2]
    assert arrived(moments, pd.offsets.Day(28)).tolist() == [0, 0, 1, 3]


def test_labels_of_the_calendar_are_known_in_their_order() -> None:
    """A working day after Friday 15:00 is later than one after Saturday 10:00: neither is known."""
    moments = np.array(["2026-01-02T15", "2026-01-03T10", "2026-01-05T12"], dtype="M8[h]")
    assert arrived(moments, pd.offsets.BDay(1)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("moments", "delay", "words"),
    [
        ("M8[D]", 30, "must be a timedelta, as the times are dates; got 30. Type pandas.Timedelta"),
        ("M8[D]", True, "must be a timedelta, as the times are dates; got True"),
        ("M8[D]", "30D", "must be a timedelta, as the times are dates; got '30D'. Type pandas"),
        ("M8[D]", "30", "must be a timedelta, as the times are dates; got '30'"),
        ("M8[ns]", np.int64(30), "must be a timedelta, as the times are dates"),
        ("M8[D]", pd.NaT, "must be a timedelta, as the times are dates; got NaT"),
        ("M8[D]", np.timedelta64("NaT"), "must be a timedelta"),
        (
            "M8[D]",
            np.timedelta64(5),
            r"must have a unit; got np.timedelta64\(5\). Type ",
        ),
        ("M8[D]", np.timedelta64(1, "M"), r"fixed length.*Type pandas.DateOffset\(months=1\)"),
        ("M8[D]", np.timedelta64(2, "Y"), r"fixed length.*Type pandas.DateOffset\(months=24\)"),
        ("M8[D]", dt.timedelta(-1), "must not be negative"),
        ("M8[D]", pd.DateOffset(months=-1), "must not be negative"),
        ("m8[D]", 30, "must be a timedelta, as the times are durations; got 30"),
        ("m8[D]", pd.DateOffset(months=1), "must be a timedelta, as the times are durations"),
        ("i8", True, "must be a number, as the times are; got True"),
        ("i8", np.True_, "must be a number, as the times are; got np.True_"),
        ("f8", "1", "must be a number, as the times are; got '1'"),
        ("i8", dt.timedelta(1), "must be a number, as the times are; got datetime.timedelta"),
        ("i8", np.timedelta64(1, "D"), r"must be a number.*got np.timedelta64\(1,'D'\)"),
        ("f8", pd.DateOffset(months=1), "must be a number"),
        ("i8", [1], "must be a number"),
        ("i8", float("nan"), "must be a finite number"),
        ("f8", float("inf"), "must be a finite number"),
        ("f8", 10**400, "must be a finite number"),
        ("f8", -0.5, "must not be negative, got -0.5"),
    ],
)
def test_delays_out_of_rule(moments: str, delay: object, words: str) -> None:
    """Refused with the words to type; a number never takes the unit of the dates."""
    with pytest.raises(OptionError, match=words):
        arrived(np.arange(4).astype(moments), delay)
