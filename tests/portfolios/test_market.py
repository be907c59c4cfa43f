"""The level of each period is read from its sum, and how sure it is from its rows."""

from __future__ import annotations

import numpy as np
import pytest

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.portfolios.market import Market

LOG = error_scale("log")


def market(n_periods: int, scale: str = "log", correlation: float = 0.0) -> Market | None:
    """Values that were right at first, and then too low by 1 % a period."""
    rng = np.random.default_rng(0)
    periods = np.repeat(np.arange(n_periods), 50)
    value = np.exp(rng.normal(12, 0.3, len(periods)))
    factor, shift = (np.exp(0.01 * periods), 0.0) if scale == "log" else (1.0, 1000.0 * periods)
    grown: FloatArray = value * factor + shift
    places = rng.integers(0, 5, len(periods))
    spread = 0.1 * value
    return Market.of(value, grown, spread, places, periods, correlation, error_scale(scale))


def test_levels_of_periods_are_read_and_go_on() -> None:
    """By a factor where errors are shares, by a shift where they are absolute."""
    for scale, step in (("log", 0.01), ("absolute", 1000.0)):
        told = market(12, scale)
        assert told is not None
        assert told.level.seen == pytest.approx(step * np.arange(12.0))
        assert told.freedom == 11
        (level,), covariance = told.levels(np.array([14]))
        grown = np.log(level.factor) if scale == "log" else level.shift
        assert grown == pytest.approx(14 * step, rel=0.1)
        assert covariance.shape == (1, 1)
        assert (level.shift == 0) == (scale == "log")


def test_noise_is_that_of_the_rows() -> None:
    """A tenth over the root of fifty rows, and more where those of a place go together."""
    alone, together = market(12), market(12, correlation=0.5)
    assert alone is not None
    assert together is not None
    assert np.sqrt(alone.level.noise) == pytest.approx(0.1 / np.sqrt(50), rel=0.2)
    assert (together.level.noise > 3 * alone.level.noise).all()


def test_few_periods_are_no_market() -> None:
    """Five, or more of which most have next to no rows."""
    assert market(5) is None
    periods = np.append(np.repeat(np.arange(5), 50), [5, 6, 7])
    ones = np.ones(len(periods))
    assert Market.of(ones, ones, ones, periods * 0, periods, 0.0, LOG) is None


def test_a_period_without_value_has_no_share() -> None:
    """Values that sum to nothing or less have no ratio: the period is left out."""
    periods = np.repeat(np.arange(7), 50)
    ones = np.ones(len(periods))
    value = np.where(periods == 3, -1.0, 1.0)
    told = Market.of(value, ones, ones, periods * 0, periods, 0.0, error_scale("relative"))
    assert told is not None
    assert told.level.time.tolist() == [0.5, 1.5, 2.5, 4.5, 5.5, 6.5]
