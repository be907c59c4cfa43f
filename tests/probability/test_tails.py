"""Beyond the last residuals: tails, and p-values that keep their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import genpareto, norm

from qconf import fit_error_distribution
from qconf.probability.tails import ParetoTail, fit_tail


def quantiles_of(shape: float, n: int = 20_000) -> np.ndarray:
    return np.asarray(genpareto.ppf((np.arange(n) + 0.5) / n, shape, scale=2.0))


@pytest.mark.parametrize("shape", [0.0, 0.2, 0.4])
def test_a_pareto_tail_is_found_again(shape: float) -> None:
    """Beyond any start a generalized Pareto distribution is one again, of the same shape."""
    values = quantiles_of(shape)
    tail = fit_tail(values, np.full(len(values), 1 / len(values)), len(values))
    assert tail is not None
    assert tail.start == pytest.approx(genpareto.ppf(0.99, shape, scale=2.0), rel=0.01)
    assert tail.shape == pytest.approx(shape, abs=0.08)
    assert tail.scale == pytest.approx(2.0 + shape * tail.start, rel=0.1)


def test_a_tail_that_ends_is_taken_for_an_exponential_one() -> None:
    """Nothing that may come is called impossible."""
    values = np.linspace(0.0, 1.0, 10_000)
    tail = fit_tail(values, np.full(10_000, 1e-4), 10_000)
    assert tail is not None
    assert tail.shape == 0.0
    assert tail.survival(np.array([2.0]))[0] > 0


def test_few_rows_have_no_tail() -> None:
    """Of fewer than 250 rows, 25 would be no tail; and one point has no scale."""
    values = np.sort(np.random.default_rng(0).normal(size=200))
    assert fit_tail(values, np.full(200, 1 / 200), 200) is None
    assert fit_tail(np.array([0.0, 1.0]), np.array([0.9, 0.1]), 10_000) is None


@given(st.floats(0, 0.9), st.floats(0.1, 10), st.lists(st.floats(-5, 50), min_size=2, max_size=9))
def test_survival_falls_from_one(shape: float, scale: float, values: list[float]) -> None:
    """It never rises, and up to the start it is 1."""
    told = ParetoTail(1.0, scale, shape).survival(np.sort(values))
    assert (np.diff(told) <= 0).all()
    assert (told[np.sort(values) <= 1.0] == 1.0).all()
    assert (told > 0).all()


def errors(rng: np.random.Generator, n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    expected = np.exp(rng.normal(-2.5, 0.5, n))
    unit = rng.normal(size=n) if kind == "normal" else rng.standard_t(5, n) * np.sqrt(3 / 5)
    return expected, expected * unit


@pytest.mark.parametrize("kind", ["normal", "t5"])
def test_small_p_values_come_as_often_as_they_say(kind: str) -> None:
    """Also where they are far rarer than the residuals that made the distribution."""
    rng = np.random.default_rng(1)
    expected, residual = errors(rng, 6000, kind)
    known = fit_error_distribution(residual, expected, error="log")
    p = known.tail_probability(*errors(rng, 200_000, kind))
    assert ((p > 0) & (p <= 1)).all()
    for level in (0.2, 0.05, 0.01):
        assert (p <= level).mean() == pytest.approx(level, rel=0.2)
    assert (p <= 1e-3).mean() < 2.5e-3
    assert (p <= 1e-4).mean() < 4e-4


def test_a_normal_error_of_seven_is_a_surprise_and_both_sides_are_alike() -> None:
    """Among twenty thousand rows it must be told: p is far below 1 / n."""
    expected, residual = errors(np.random.default_rng(2), 6000, "normal")
    known = fit_error_distribution(residual, expected, error="log", bins=1, slope=1.0)
    far = np.array([7.0, -7.0, 0.0, 2.0]) * 0.1
    p = known.tail_probability(np.full(4, 0.1), far)
    assert (p[:2] < 1e-5).all()
    assert p[2] > 0.9
    assert p[3] == pytest.approx(2 * norm.sf(2), rel=0.25)
    nearer = known.tail_probability(np.full(200, 0.1), np.linspace(0.1, 2.0, 200))
    assert (np.diff(nearer) <= 0).all()


def test_relative_errors_are_held_against_their_logarithms() -> None:
    """Four fifths of the truth and five quarters of it are as far off."""
    rng = np.random.default_rng(3)
    unit = rng.normal(scale=0.1, size=4000)
    known = fit_error_distribution(np.expm1(unit), np.full(4000, 0.1), error="relative")
    p = known.tail_probability(np.full(2, 0.1), np.array([0.25, -0.2]))
    assert p[0] == pytest.approx(p[1], rel=0.5)
    assert p[0] == pytest.approx(2 * norm.sf(np.log(1.25) / 0.1), rel=0.5)
