"""The likeliest time of the row is found among the dates."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from qconf.suspicions.dates import time_column

DAYS = pd.date_range("2020-01-01", periods=50)


@pytest.mark.parametrize(
    "dates",
    [DAYS, DAYS.tz_localize("Europe/Berlin"), DAYS.to_period("M"), DAYS.astype("M8[s]")],
)
def test_dates_of_any_type(dates: Any) -> None:
    """With a zone, as months, in seconds."""
    assert time_column(pd.DataFrame({"when": dates, "area": 1.0})) == "when"


def test_the_name_decides_before_the_newest_does() -> None:
    """Sold, rather than inspected later; of two without a telling name, the later."""
    later = DAYS + pd.Timedelta(days=900)
    assert time_column(pd.DataFrame({"sold_on": DAYS, "inspection": later})) == "sold_on"
    assert time_column(pd.DataFrame({"b": later.tz_localize("UTC"), "a": DAYS})) == "b"


def test_other_columns_are_no_times() -> None:
    """Dates of the house itself, one date for all, numbers, text."""
    table = pd.DataFrame(
        {"built": DAYS, "exported": DAYS[0], "year": DAYS.year, "sold": DAYS.astype(str)}
    )
    assert time_column(table) is None
