"""Tiers and periods of rows."""

from __future__ import annotations

import numpy as np

from qconf.monitoring.kinds import kinds_of, periods_of


def test_each_row_is_in_one_tier() -> None:
    """Tiers part the rows; acceptance is beside them, and alone without probabilities."""
    accepted = np.array([True, False, False])
    kinds = kinds_of(accepted, np.array([0.01, 0.2, 0.9]))
    tiers = np.sum([rows for name, rows in kinds.items() if name.startswith("tier")], axis=0)
    assert tiers.tolist() == [1, 1, 1]
    assert kinds["tier A"].tolist() == [True, False, False]
    assert list(kinds_of(accepted, None)) == ["the rows accepted"]


def test_numbers_have_no_calendar() -> None:
    """Times that are numbers make one period."""
    assert periods_of(np.array([1.0, 2.0])).tolist() == ["all", "all"]
