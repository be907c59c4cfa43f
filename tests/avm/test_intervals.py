"""Intervals of what is no share: uneven where the units are, and honest about few of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from qconf._types import FloatArray
from qconf.avm.intervals import rooted, skewed_estimate
from qconf.core.estimate import Estimate
from qconf.evaluation.resampling import Draws

ANYTHING = (-np.inf, np.inf)


def symmetric(n_units: int) -> FloatArray:
    """Return units of both signs, with a normal fourth moment and no skewness."""
    sizes = np.tile([0.0, 0.0, np.sqrt(3.0)], n_units)[: n_units // 2] + 1e-9
    return np.concatenate([sizes, -sizes])


def of(units: FloatArray, bounds: tuple[float, float] = ANYTHING) -> Estimate:
    draws = Draws(np.random.default_rng(0).normal(size=20_000))
    return skewed_estimate(0.0, draws, 0.95, bounds, units)


def test_many_alike_units_have_the_percentiles() -> None:
    """Two standard errors on both sides."""
    rng = np.random.default_rng(1)
    units = rng.normal(size=100_000)
    assert of(units).interval == pytest.approx((-1.96, 1.96), abs=0.04)


def test_twelve_units_have_students_t() -> None:
    """And the variance of twelve is too small by an eleventh."""
    reach = t.ppf(0.975, 11) * np.sqrt(12 / 11)
    assert of(symmetric(12)).interval == pytest.approx((-reach, reach), rel=0.03)


def test_a_few_that_make_the_variance_count_alone() -> None:
    """A thousand rows, and twelve that are much larger, are worth about twelve."""
    small, large = 0.01 * symmetric(1000), 3.0 * symmetric(12)
    few, alone = of(np.concatenate([small, large])), of(symmetric(12))
    assert few.interval[1] > 0.9 * alone.interval[1] > 1.05 * of(symmetric(1000)).interval[1]


def test_the_long_side_is_longer() -> None:
    """Squares are skewed to the right, so the interval goes up; turned round, it goes down."""
    squares = np.random.default_rng(0).normal(size=60) ** 2
    units = squares - squares.mean()
    up, down = of(units), of(-units)
    assert up.interval[1] > 1.15 * -up.interval[0]
    assert down.interval == pytest.approx((-up.interval[1], -up.interval[0]), rel=0.05)


def test_the_long_side_stays_within_bounds() -> None:
    """No median absolute error is below zero."""
    units = -np.random.default_rng(0).exponential(size=60)
    assert of(units - units.mean(), (-2.2, 1.0)).interval == (-2.2, 1.0)


@pytest.mark.parametrize("n_units", [0, 1, 9])
def test_fewer_than_ten_units_tell_nothing(n_units: int) -> None:
    """The number is told, its interval is not; units that move nothing do not count."""
    units = np.concatenate([np.arange(1.0, n_units + 1), np.zeros(50)])
    told = of(units)
    assert told.value == 0.0
    assert np.isnan(told.interval).all()


def test_a_root_of_a_mean_square_has_the_roots_of_its_ends() -> None:
    """Monotone: what holds the square holds the root."""
    assert rooted(Estimate(4.0, (0.0, 9.0))) == Estimate(2.0, (0.0, 3.0))
