"""The map has the mean of its target everywhere, and keeps every order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.learners.maps.monotone_map import MonotoneMap


def test_mean_by_decile_is_the_targets(rng: np.random.Generator) -> None:
    """Whatever bent scale the score has, deciles get the mean they had."""
    log_mean = rng.normal(size=40_000)
    target = np.exp(log_mean) * rng.chisquare(1, size=40_000)
    score = np.sinh(log_mean)
    mapped = MonotoneMap(score, target)(score)
    assert mapped.mean() == pytest.approx(target.mean(), rel=1e-9)
    order = np.argsort(score)
    for rows in np.array_split(order, 10):
        assert mapped[rows].mean() == pytest.approx(target[rows].mean(), rel=0.12)


@settings(max_examples=40)
@given(st.integers(2, 3000), st.integers(0, 10_000), st.sampled_from([0.0, 0.5, 1.0]))
def test_no_order_is_lost(n_rows: int, seed: int, tied: float) -> None:
    """Rows with different scores never become a tie, not even where the target falls."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n_rows)
    score = np.where(rng.random(n_rows) < tied, score.round(1), score)
    mapped = MonotoneMap(score, rng.chisquare(1, size=n_rows) * np.exp(-score))
    wide = np.unique(np.concatenate([score, [score.min() - 3, score.max() + 3]]))
    apart = wide[np.append(True, np.diff(wide) > 1e-6)]
    assert (np.diff(mapped(apart)) > 0).all()


@settings(max_examples=20)
@given(st.floats(1e-8, 1e8))
def test_units_of_the_target_are_those_of_the_map(unit: float) -> None:
    """The target in other units gives the map in those."""
    rng = np.random.default_rng(1)
    score, target = rng.normal(size=500), rng.chisquare(1, size=500)
    plain, scaled = MonotoneMap(score, target)(score), MonotoneMap(score, target * unit)(score)
    np.testing.assert_allclose(scaled, unit * plain, rtol=1e-9)


def test_beyond_the_outer_bins_it_goes_on_less_steeply() -> None:
    """A score far out is beyond those that were seen, but not by as much as it says."""
    score = np.linspace(0, 1, 1000)
    low, lowest, first = MonotoneMap(score, np.exp(score))(np.array([-2.0, -3.0, 0.0]))
    assert np.exp(-3) < lowest < low < first < 1.05


@pytest.mark.parametrize("target", [np.zeros(10), np.ones(10)])
def test_constant_targets(target: np.ndarray) -> None:
    """No errors, or the same for all, are finite levels."""
    mapped = MonotoneMap(np.zeros(10), target)(np.zeros(10))
    assert np.isfinite(mapped).all()
    np.testing.assert_allclose(mapped, target, atol=1e-9)
