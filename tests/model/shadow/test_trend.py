"""A level is followed in time, and carried on beyond it with its uncertainty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.model.shadow.trend import SURE, Trend


def _trend(rate: float, n: int = 1500, seed: int = 0, days: int = 365) -> Trend:
    rng = np.random.default_rng(seed)
    time = rng.uniform(0, days, n)
    found = Trend.of(time, 2 + rate * time / 365 + rng.normal(0, 0.05, n), 0.1, dates=True)
    assert found is not None
    return found


@settings(deadline=None, max_examples=20)
@given(rate=st.floats(-0.08, 0.08), seed=st.integers(0, 1000))
def test_a_steady_level_is_carried_on_for_a_year(rate: float, seed: int) -> None:
    """What it is then lies within the reach."""
    trend = _trend(rate, seed=seed)
    later = np.linspace(365, 730, 20)
    off = np.abs(trend.level(later) - 2 - rate * later / 365)
    assert (off <= SURE * trend.deviation(later) + 1e-3).all()


def test_reach_grows_with_the_distance() -> None:
    """A month after the newest row a level is known better than a year after."""
    trend = _trend(0.05)
    reach = [trend.reach(np.array([365.0 + days])) for days in (0, 30, 90, 365)]
    assert reach == sorted(reach)
    assert reach[1] < 0.035
    assert reach[3] > 2 * reach[0]


def test_reach_of_one_moment_is_its_deviation() -> None:
    """Rows of one moment are off together."""
    trend = _trend(0.05)
    moment = np.array([400.0])
    assert trend.reach(moment) == pytest.approx(SURE * trend.deviation(moment)[0])


def test_more_rows_know_better() -> None:
    """Ten times the rows, and over ten years instead of one, reach less far."""
    one, ten = _trend(0.05), _trend(0.05, n=15000, days=3650)
    assert ten.reach(np.array([3650.0 + 180])) < one.reach(np.array([365.0 + 180]))


def test_a_level_that_jumps_about_is_trusted_less() -> None:
    """The walk is learned from how much the level moved from month to month."""
    rng = np.random.default_rng(0)
    time = rng.uniform(0, 365, 3000)
    jumps = rng.normal(0, 0.05, 13)[(time // 30).astype(int)]
    wild = Trend.of(time, jumps + rng.normal(0, 0.05, 3000), 0.1, dates=True)
    assert wild is not None
    assert wild.walk > 4 * _trend(0.05).walk


def test_unknown_times_reach_over_all_and_a_year() -> None:
    """They are held against the mean level, which may be off by all the market may have done."""
    trend = _trend(0.05)
    unknown = np.array([np.nan, 3.0])
    assert trend.level(unknown) == pytest.approx([trend.centre] * 2)
    assert trend.reach(unknown) > 0.05 + trend.reach(np.array([365.0]))


def test_one_moment_has_no_trend() -> None:
    """There is nothing to follow."""
    assert Trend.of(np.zeros(50), np.arange(50.0), 0.1, dates=True) is None


def test_numbers_of_unknown_units() -> None:
    """Their year is the time from the first to the last: the units change nothing."""
    rng = np.random.default_rng(1)
    time = rng.uniform(0, 1, 500)
    value = 0.1 * time + rng.normal(0, 0.02, 500)
    first, second = (Trend.of(k * time, value, 0.1, dates=False) for k in (1.0, 1000.0))
    assert first is not None
    assert second is not None
    assert second.level(np.array([1500.0])) == pytest.approx(first.level(np.array([1.5])))
    assert second.reach(np.array([1500.0])) == pytest.approx(first.reach(np.array([1.5])))
