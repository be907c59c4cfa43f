"""The page of monitors."""

from __future__ import annotations

import pytest
from paged_results import monitoring, page_of
from pages_read import sections_of, table_of, text_of


@pytest.mark.slow
def test_it_says_first_whether_there_is_an_alarm() -> None:
    """With what to do about it."""
    calm, loud = (
        text_of(sections_of(page_of(name))["Verdict"]) for name in ("monitoring", "alarm")
    )
    assert calm.startswith("No alarm: ")
    assert loud.startswith("What was promised does not hold any more: ")
    for line in monitoring(3.0).alarm_lines:
        assert line in loud


def test_periods_and_monitors_have_their_numbers() -> None:
    """A rate has its interval; each monitor says what it watches."""
    sections = sections_of(page_of("alarm"))
    rows = table_of(sections["Outliers by period"])[1:]
    told = {label: one for label, one in monitoring(3.0).watch.periods.told.items() if one.rows > 9}
    assert [row[0] for row in rows] == list(told)
    one = told[rows[0][0]]
    assert rows[0][4].startswith(f"{100 * one.outliers / one.labelled:.1f} % (")
    monitors = table_of(sections["Drift and other monitors"])[1:]
    assert [row[0] for row in monitors] == list(monitoring(3.0).watch.monitors)
    assert all(row[1] for row in monitors)
    alarms = {one.monitor for one in monitoring(3.0).watch.raised}
    assert {row[0] for row in monitors if row[4] == "alarm"} == alarms
