"""Periods are of one length, and go on after the last labelled row."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.equal_periods import EqualPeriods


def test_periods_are_of_one_length() -> None:
    """Thirty rows each on average, 24 at most; new rows are counted on from them."""
    time = np.linspace(0, 100, 301)
    periods = EqualPeriods.of(time)
    assert periods is not None
    assert (periods.n_periods, periods.length) == (10, 10.0)
    assert np.unique(periods.labelled(time)).tolist() == list(range(10))
    assert periods.ahead(np.array([-5.0, 5.0, 100.0, 125.0])).tolist() == [-1, 0, 10, 12]
    assert periods.is_too_far(np.array([199.0, 201.0])).tolist() == [False, True]
    longest = EqualPeriods.of(np.arange(5000.0))
    assert longest is not None
    assert longest.n_periods == 24
    assert EqualPeriods.of(np.arange(179.0)) is None
    assert EqualPeriods.of(np.zeros(1000)) is None
