"""A level that moves is followed, and what is said of it later holds as often as is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from qconf._types import FloatArray
from qconf.evaluation.moving_level import MovingLevel

NOISE = 1e-4


def seen(values: FloatArray, noise: float = NOISE) -> MovingLevel:
    return MovingLevel(np.arange(len(values), dtype=float), values, np.full(len(values), noise))


def test_a_line_goes_on_and_what_stands_still_stays() -> None:
    """Six periods ahead, to a fifth of what a period moves."""
    line = 0.01 * np.arange(18.0)
    mean, _ = seen(line, 1e-8).at(np.array([18.0, 23.0]))
    assert mean == pytest.approx([0.18, 0.23], abs=0.002)
    mean, _ = seen(np.full(18, 0.07)).at(np.array([30.0]))
    assert mean == pytest.approx([0.07])


def test_the_newest_periods_count_most() -> None:
    """After a lasting step of a walk, where it is now and not its mean."""
    step = np.repeat([0.0, 0.2], [12, 6]) + np.random.default_rng(0).normal(0, 0.01, 18)
    mean, _ = seen(step).at(np.array([18.0]))
    assert mean[0] > 0.17


def test_noise_is_no_movement() -> None:
    """What is seen with much noise is said to be near the mean, and a noisy period counts less."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 0.1, 24)
    mean, covariance = seen(values, 0.01).at(np.array([24.0]))
    assert abs(mean[0]) < 0.06
    assert covariance[0, 0] < 0.02
    noise = np.full(24, 1e-4)
    noise[-1] = 1.0
    steady = np.append(rng.normal(0, 0.01, 23), 5.0)
    assert MovingLevel(np.arange(24.0), steady, noise).at(np.array([24.0]))[0][0] < 1.0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-50, 50))
def test_it_is_told_in_any_unit(seed: int, factor: float, shift: float) -> None:
    """Values of another unit, or beyond a shift, give the same in that unit; so does time."""
    values = np.cumsum(np.random.default_rng(seed).normal(0, 0.02, 10))
    when = np.array([10.0, 14.0])
    mean, covariance = seen(values).at(when)
    other = MovingLevel(3 + 7 * np.arange(10.0), shift + factor * values, np.full(10, NOISE))
    told, spread = MovingLevel(other.time, other.seen, other.noise * factor**2).at(3 + 7 * when)
    np.testing.assert_allclose(told, shift + factor * mean, rtol=1e-4, atol=1e-4 * factor)
    np.testing.assert_allclose(spread, factor**2 * covariance, rtol=1e-3)


def test_further_ahead_is_less_sure_and_periods_ahead_go_together() -> None:
    """One shock is in all periods after it."""
    values = np.cumsum(np.random.default_rng(3).normal(0, 0.02, 20))
    _, covariance = seen(values).at(np.arange(20.0, 30.0))
    variance = np.diag(covariance)
    assert (np.diff(variance) > 0).all()
    assert covariance[4, 9] > 0.5 * variance[4]
    assert np.linalg.eigvalsh(covariance).min() > 0


WORLDS: dict[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "still": lambda _, n: np.zeros(n),
    "walk": lambda rng, n: np.cumsum(rng.normal(0, 0.015, n)),
    "line": lambda _, n: np.linspace(0.0, 0.006 * (n - 1), n),
    "own": lambda rng, n: np.cumsum(rng.normal(0, 0.01, n)) + rng.normal(0, 0.01, n),
}


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("n", [6, 24])
def test_intervals_hold_what_comes(world: str, n: int) -> None:
    """Of 90 % intervals 81 % or more, next period and as far ahead as was seen."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(150):
        level = WORLDS[world](rng, 2 * n)
        told = seen(level[:n] + rng.normal(0, NOISE**0.5, n))
        at = np.array([n, 2 * n - 1])
        mean, covariance = told.at(at.astype(float))
        reach = t.ppf(0.95, n - 1) * np.sqrt(np.diag(covariance))
        held.append(np.abs(level[at] - mean) <= reach)
    assert (np.mean(held, axis=0) >= 0.81).all()
