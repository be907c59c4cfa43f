"""Numbers with intervals, as data and as text."""

from __future__ import annotations

from qconf.core.estimate import Estimate, in_percent, percent_range


def test_percentages() -> None:
    """One digit, unless asked otherwise."""
    assert in_percent(0.12345) == "12.3 %"
    assert in_percent(0.12345, 2) == "12.35 %"
    assert percent_range(Estimate(0.12, (0.1, 0.1415)), 2) == "10.00 to 14.15"


def test_estimate_as_dict() -> None:
    """Plain numbers under two names."""
    assert Estimate(1.0, (0.5, 2.0)).to_dict() == {"value": 1.0, "interval": [0.5, 2.0]}


def test_an_estimate_holds_what_its_interval_holds() -> None:
    """Ends included."""
    estimate = Estimate(1.0, (0.5, 2.0))
    assert 0.5 in estimate
    assert 2.0 in estimate
    assert 2.1 not in estimate
