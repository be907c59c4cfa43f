"""Text is read as dates where one order of day, month and year fits it all."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.tables.dates import dates_in_format, read_dates, share_of_dates

FORMATS = [
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%y", "%m/%d/%y", "%y-%m-%d", "%Y/%m/%d",
    "%Y.%m.%d", "%d %m %Y", "%d %B %Y", "%b %d, %Y", "%d-%b-%y", "%A, %d %B %Y", "%Y-%b-%d",
]  # fmt: skip
CLOCKS = ["", " %H:%M", "T%H:%M:%S", " %I:%M:%S %p", " %H:%M:%S.%f", " %H:%M:%SZ", "T%H:%M+02:00"]


def read(*texts: str, day_first: bool | None = None) -> list[str] | None:
    moments = read_dates(pd.Series(texts), day_first=day_first).moments
    return None if moments is None else [str(moment) for moment in moments.astype("M8[s]")]


@given(
    days=st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=5),
    date_format=st.sampled_from(FORMATS),
    clock=st.sampled_from(CLOCKS),
)
def test_dates_come_back_or_are_doubted(days: list[datetime], date_format: str, clock: str) -> None:
    """Whatever the format, what is read is what was written; else two readings are named."""
    texts = pd.Series([day.strftime(date_format + clock) for day in days])
    written = [datetime.strptime(text, date_format + clock) for text in texts]  # noqa: DTZ007
    found = read_dates(texts)
    if found.moments is None:
        assert " may be " in found.doubt
        return
    expected = np.array([moment.replace(tzinfo=None) for moment in written], dtype="M8[us]")
    ahead = np.timedelta64(2 if "+02" in clock else 0, "h")
    np.testing.assert_array_equal(found.moments, expected - ahead)
    assert found.zoned == ("Z" in clock or "+" in clock)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2031-10-05", "2031-10-05T00:00:00"),
        ("2031-10-05T09:08:07.25+0200", "2031-10-05T07:08:07"),
        ("20311005T090807", "2031-10-05T09:08:07"),
        ("13/10/99 9:05 pm", "1999-10-13T21:05:00"),
        ("Oct 5, 2031 12:00:00 AM", "2031-10-05T00:00:00"),
        ("5th October 2031", "2031-10-05T00:00:00"),
        ("Sunday, 5 October 2031", "2031-10-05T00:00:00"),
        ("Sun, 05 Oct 2031 09:00:00 GMT", "2031-10-05T09:00:00"),
        ("Sun Oct  5 09:00:00 2031", "2031-10-05T09:00:00"),
        ("05/Oct/2031:09:00:00 -0130", "2031-10-05T10:30:00"),
        ("13. 13. 2031", None),
        ("31. 10. 2031", "2031-10-31T00:00:00"),
        ("2031-10", "2031-10-01T00:00:00"),
        ("10/2031", "2031-10-01T00:00:00"),
        ("October 2031", "2031-10-01T00:00:00"),
        ("Oct-31", "2031-10-01T00:00:00"),
        ("2031Q4", "2031-10-01T00:00:00"),
        ("0033-04-03", "0033-04-03T00:00:00"),
        ("9999-12-31", "9999-12-31T00:00:00"),
    ],
)
def test_shapes(text: str, moment: str | None) -> None:
    """Each shape of a date is read; so are years that nanoseconds do not reach."""
    assert read(text) == (None if moment is None else [moment])


@pytest.mark.parametrize(
    "text",
    ["2031-02-29", "2031-13-01", "00/00/0000", "2031-10-05 24:00", "2031-10-05 10:60",
     "13:00 5 Oct 2031", "2031-10-05 13:00 PM", "5 Okt 2031", "soon", "5/10", "10.2031.5",
     "1234-5", "1/1000"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    """Days, hours and words that the calendar does not have are no dates."""
    assert read(text) is None


def test_two_readings_are_named() -> None:
    """05/01/2031 is 5 January or 1 May: both are shown, none is taken."""
    found = read_dates(pd.Series(["04/04/2031", "05/01/2031"]))
    assert found.moments is None
    assert found.doubt == "'05/01/2031' may be 5 January 2031 or 1 May 2031"


def test_a_choice_decides_only_what_is_open() -> None:
    """Day first or month first is followed where both fit, and not where one does."""
    assert read("05/01/2031", day_first=True) == ["2031-01-05T00:00:00"]
    assert read("05/01/2031", day_first=False) == ["2031-05-01T00:00:00"]
    assert read("05/13/2031", day_first=True) == ["2031-05-13T00:00:00"]


def test_one_late_day_decides() -> None:
    """A single 13th in the column settles the order for all of it."""
    assert read(*["05/01/2031"] * 99, "13/01/2031") == ["2031-01-05T00:00:00"] * 99 + [
        "2031-01-13T00:00:00"
    ]


def test_the_same_day_in_both_orders_is_no_doubt() -> None:
    """04/04/2031 is the fourth of April however it is read."""
    assert read("04/04/2031") == ["2031-04-04T00:00:00"]


def test_summer_and_winter_time_are_utc() -> None:
    """Offsets may change within a column; texts with and without one do not go together."""
    texts = "2031-10-25T12:00:00+02:00", "2031-10-26T12:00:00+01:00"
    assert read(*texts) == ["2031-10-25T10:00:00", "2031-10-26T11:00:00"]
    doubt = read_dates(pd.Series(["2031-10-25T12:00Z", "2031-10-26T12:00"])).doubt
    assert doubt == "'2031-10-25T12:00Z' says how far it is from UTC, '2031-10-26T12:00' does not"


def test_wrong_ones_are_marked() -> None:
    """Where most texts are dates, those that are none are pointed at."""
    found = read_dates(pd.Series(["2031-01-05", "soon", "2031-02-30"]))
    assert found.wrong is not None
    assert found.wrong.tolist() == [False, True, True]


def test_nanoseconds_are_kept() -> None:
    """Two moments a nanosecond apart stay two."""
    moments = read_dates(pd.Series(["2031-01-05 00:00:00.000000001", "2031-01-05"])).moments
    assert moments[0] - moments[1] == np.timedelta64(1, "ns")


def test_a_format_is_followed() -> None:
    """A format of strptime reads what no rule would, and marks what does not fit."""
    moments = dates_in_format(pd.Series(["2031|05|01"]), "%Y|%d|%m").moments
    assert moments.astype("M8[D]") == np.array(["2031-01-05"], dtype="M8[D]")
    zoned = dates_in_format(pd.Series(["5.1.2031 +0200", "5.1.2031 +0100"]), "%d.%m.%Y %z")
    assert zoned.zoned
    assert zoned.moments[1] - zoned.moments[0] == np.timedelta64(1, "h")
    wrong = dates_in_format(pd.Series(["5.1.2031", "soon"]), "%d.%m.%Y").wrong
    assert wrong is not None
    assert wrong.tolist() == [False, True]


def test_the_share_of_dates_in_any_format() -> None:
    """Each text counts for itself: in another format, in doubt, or in another language."""
    texts = pd.Series(["2031-01-05", "05/01/2031", "5. Mai 2031", "soon", "31.31.2031"])
    assert share_of_dates(texts) == 0.6
