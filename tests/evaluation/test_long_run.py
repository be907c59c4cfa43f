"""Slow waves of time tell the variance of a mean that moves in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.errors import TableError
from qconf.evaluation.long_run import SlowWaves, dependence


def autoregressive(rng: np.random.Generator, persistence: float, n: int) -> FloatArray:
    series = np.empty(n)
    series[0] = rng.normal() / np.sqrt(1 - persistence**2)
    for i in range(1, n):
        series[i] = persistence * series[i - 1] + rng.normal()
    return series


@given(st.lists(st.integers(0, 20), min_size=2, max_size=80).filter(lambda x: len(set(x)) > 1))
@example([0, 0, 0, 0, 0, 1, 2, 3])
@settings(max_examples=100)
def test_weights_are_positive_and_add_up_to_the_rows(time: list[int]) -> None:
    """Whatever shares a moment, no row counts less than nothing, and none is lost."""
    waves = SlowWaves.of(np.array(time), np.ones(len(time)))
    assert waves.n_waves == min(6, len(set(time)) - 1)
    for up, down in waves.weights():
        assert min(up.min(), down.min()) > 0
        np.testing.assert_allclose([up.sum(), down.sum()], len(time))
        np.testing.assert_allclose(up + down, 2)
        # Rows of the same moment count the same.
        assert len({(t, round(w, 12)) for t, w in zip(time, up, strict=True)}) == len(set(time))


def test_waves_are_the_cosines_of_a_series() -> None:
    """For evenly spaced moments: the cosine transform of type II, by its definition."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=40)
    waves = SlowWaves.of(np.arange(40), np.ones(40))
    moment = np.arange(40) + 0.5
    coefficients = [
        np.sqrt(2) * np.mean(values * np.cos(np.pi * j * moment / 40)) for j in range(1, 7)
    ]
    assert waves.inflation == 1.0
    assert dependence(waves, values) == pytest.approx(np.mean(np.square(coefficients)))


def test_dependence_of_independent_rows_is_their_variance() -> None:
    """Averaged over series, variance over n."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        values = rng.normal(size=100)
        found.append(dependence(SlowWaves.of(np.arange(100), np.ones(100)), values))
    assert np.mean(found) == pytest.approx(1 / 100, rel=0.1)


def test_dependence_of_a_moving_mean_is_many_times_that() -> None:
    """AR(0.7) over 100 periods: 1 / (1 - 0.7)^2 / 100 in the long run, within a tenth or so."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        series = autoregressive(rng, 0.7, 100)
        found.append(dependence(SlowWaves.of(np.arange(100), series), series))
    assert np.mean(found) == pytest.approx(1 / 0.09 / 100, rel=0.15)


def test_persistence_is_that_of_the_series() -> None:
    """Read from neighbouring stretches, and mended for short series; none where nothing moves."""
    rng = np.random.default_rng(2)
    read = [
        SlowWaves.of(np.arange(100), autoregressive(rng, 0.7, 100)).persistence for _ in range(200)
    ]
    assert np.mean(read) == pytest.approx(0.7, abs=0.04)
    assert SlowWaves.of(np.arange(100), np.ones(100)).persistence == 0.0
    assert SlowWaves.of(np.arange(100), np.tile([0.0, 1.0], 50)).persistence == 0.0


def test_inflation_is_what_the_waves_miss_of_ar1() -> None:
    """By hand, for persistence r: the mean over waves of (1-r)^2 / (1 + r^2 - 2 r cos w)."""
    series = np.repeat(np.random.default_rng(0).normal(size=10), 6)
    waves = SlowWaves.of(np.arange(60), series)
    r, angle = waves.persistence, np.pi * np.arange(1, 7) / 60
    expected = np.mean((1 - r) ** 2 / (1 + r**2 - 2 * r * np.cos(angle)))
    assert r > 0.7
    assert waves.inflation == pytest.approx(1 / expected)


def test_one_moment_is_no_time() -> None:
    """If all rows have the same time there is nothing to look at."""
    with pytest.raises(TableError, match="at least 2 distinct values"):
        SlowWaves.of(np.ones(5), np.ones(5))


def test_other_values_may_move_more_slowly() -> None:
    """The waves stay; how long the movement lasts is that of the values, as from the beginning."""
    rng = np.random.default_rng(0)
    time = np.repeat(np.arange(300), 3)
    quick, slow = rng.normal(size=900), np.cumsum(rng.normal(size=900))
    waves = SlowWaves.of(time, quick)
    other = waves.of_values(slow)
    afresh = SlowWaves.of(time, slow)
    assert (other.persistence, other.inflation) == (afresh.persistence, afresh.inflation)
    assert other.persistence > waves.persistence + 0.5
    np.testing.assert_array_equal(other.position, afresh.position)


def test_persistence_is_right_on_average_though_periods_are_few() -> None:
    """The correlation of forty values of a wandering rate comes out too low; that is mended."""
    rng = np.random.default_rng(0)
    found = []
    for shocks in rng.normal(size=(300, 140)):
        rate = np.zeros(140)
        for i in range(1, 140):
            rate[i] = 0.5 * rate[i - 1] + shocks[i]
        found.append(SlowWaves.of(np.arange(40), rate[100:]).persistence)
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)
