"""Differences between two models are learned from portfolios, and pulled towards what was seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.portfolios.differences import Seen, fit_differences, means_by


def seen(slope: float, between: float, n_portfolios: int = 400, seed: int = 0) -> Seen:
    """Make portfolios of 50 rows each, of known slope and variance between them."""
    rng = np.random.default_rng(seed)
    expected = rng.normal(size=n_portfolios)
    truth = (
        0.3
        + slope * (expected - expected.mean())
        + rng.normal(scale=np.sqrt(between), size=n_portfolios)
    )
    codes = np.repeat(np.arange(n_portfolios), 50)
    came = truth[codes] + rng.normal(scale=2.0, size=len(codes))
    return Seen.of(came, expected[codes], codes, n_portfolios)


@pytest.mark.parametrize(("slope", "between"), [(0.0, 0.5), (0.5, 0.2), (1.0, 0.0)])
def test_slope_and_variance_are_found(slope: float, between: float) -> None:
    """How far expected differences come true, and how far portfolios are from them."""
    fitted = fit_differences(seen(slope, between))
    assert fitted.slope == pytest.approx(slope, abs=0.12)
    assert fitted.between == pytest.approx(between, abs=0.08)
    assert fitted.mean == pytest.approx(0.3, abs=0.15)


def test_posterior_goes_from_what_is_expected_to_what_was_seen() -> None:
    """Without labels the prior; with very many what they say; in between in between."""
    fitted = fit_differences(seen(0.5, 0.2))
    expected = np.ones(3)
    labels = Seen(np.array([0.0, 30.0, 1e9]), np.array([0.0, 3.0, 3.0]), expected,
                  np.array([1.0, 0.2, 1e-9]))  # fmt: skip
    mean, variance = fitted.posterior(expected, np.zeros(3), labels)
    prior = fitted.prior(expected)[0]
    assert mean[0] == pytest.approx(prior)
    assert prior < mean[1] < 3.0
    assert mean[2] == pytest.approx(3.0, abs=1e-6)
    assert variance[0] > variance[1] > variance[2] >= 0


def test_intervals_hold_the_truth() -> None:
    """90 % of portfolios lie within 1.645 standard deviations of their posterior mean."""
    held = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        expected = rng.normal(size=60)
        truth = 0.6 * expected + rng.normal(scale=0.4, size=60)
        codes = rng.integers(0, 60, 1500)
        came = truth[codes] + rng.normal(scale=1.5, size=1500)
        labels = Seen.of(came, expected[codes], codes, 60)
        mean, variance = fit_differences(labels).posterior(expected, np.zeros(60), labels)
        held.append(np.abs(truth - mean) <= 1.645 * np.sqrt(variance))
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


@given(st.integers(1, 6), st.integers(0, 2**31))
def test_any_portfolios_give_finite_numbers(n_portfolios: int, seed: int) -> None:
    """Of one row, of none, all alike, or one that expects what no other does."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, n_portfolios, 12)
    codes[0] = 0
    values = rng.choice([0.0, 1.0, 1e9], 12)
    labels = Seen.of(values, rng.choice([0.0, 1.0], 12), codes, n_portfolios)
    fitted = fit_differences(labels)
    assert 0 <= fitted.slope <= 1
    mean, variance = fitted.posterior(np.ones(n_portfolios), np.ones(n_portfolios), labels)
    assert np.isfinite(mean).all()
    assert (variance >= 0).all()


def test_means_of_codes() -> None:
    """Counts, means and mean squares; zeros for codes without a value."""
    n, mean, square = means_by(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), 3)
    assert (n.tolist(), mean.tolist(), square.tolist()) == ([2, 0, 1], [2, 0, 5], [5, 0, 25])
