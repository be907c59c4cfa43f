"""Weighted empirical distributions of bins, and their mixtures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qconf._types import FloatArray
from qconf.probability.binned import BinnedDistribution
from qconf.probability.support import cumulative_shares, n_effective, support_points

VALUES = arrays(np.float64, st.integers(1, 40), elements=st.integers(-5, 5).map(float))


def of(values: FloatArray, most: int = 100) -> BinnedDistribution:
    """Make the distribution of equally weighted values, in one bin."""
    weights, bins = np.ones(len(values)), np.zeros(len(values), dtype=np.intp)
    support = support_points(values, most)
    cumulative, _ = cumulative_shares(values, weights, bins, 1, support)
    return BinnedDistribution(support, cumulative, np.zeros(1), n_effective(weights, bins, 1))


def two_bins() -> BinnedDistribution:
    """Bin at 0: values 0 and 1; bin at 1: values 2 and 3."""
    cumulative = np.array([[0.5, 1.0, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0]])
    return BinnedDistribution(np.arange(4.0), cumulative, np.array([0.0, 1.0]), np.full(2, 9.0))


@settings(deadline=None)
@given(values=VALUES, ends=st.tuples(st.integers(-6, 6), st.integers(-6, 6)))
def test_a_probability_is_a_count(values: FloatArray, ends: tuple[int, int]) -> None:
    """Of n values k from low to high, ends and ties included, give (k + 1/2) / (n + 1)."""
    low, high = sorted(ends)
    count = int(((values >= low) & (values <= high)).sum())
    told = of(values).probability(np.zeros(1), np.array([low]), np.array([high]))
    assert told[0] == pytest.approx((count + 0.5) / (len(values) + 1))


@settings(deadline=None)
@given(values=VALUES, level=st.floats(0.02, 0.98))
def test_a_quantile_is_an_order_statistic(values: FloatArray, level: float) -> None:
    """The floor((n + 1) p)-th smallest, and above the median its mirror image."""
    known = of(values)
    n = len(values)
    if n < known.needed(level):
        return
    rank = int(np.floor((n + 1) * min(level, 1 - level) + 1e-9))
    wanted = np.sort(values)[rank - 1 if level <= 0.5 else n - rank]
    assert known.quantile(np.zeros(1), level)[0] == wanted


@settings(deadline=None)
@given(values=VALUES, came=st.floats(-8, 8))
def test_the_score_is_the_integral(values: FloatArray, came: float) -> None:
    """CRPS = E|Z − z| − E|Z − Z'| / 2 (Gneiting & Raftery 2007, eq. 21), outside too."""
    pairs = np.abs(values[:, None] - values[None]).mean() / 2
    told = of(values).crps(np.zeros(1), np.array([came]))
    assert told[0] == pytest.approx(np.abs(values - came).mean() - pairs, abs=1e-9)


@pytest.mark.parametrize(("at", "share"), [(-3.0, 0.0), (0.25, 0.25), (0.5, 0.5), (7.0, 1.0)])
def test_between_two_centres_lies_their_mixture(at: float, share: float) -> None:
    """Beyond the outermost centres, the outermost bin."""
    place = np.array([at])
    told = two_bins().probability(place, np.array([-1.0]), np.array([1.5]))
    assert told[0] == pytest.approx((9 * (1 - share) + 0.5) / 10)


def test_the_score_of_a_mixture() -> None:
    """It is the score of the mixed distribution, not the mixture of two scores."""
    told = two_bins().crps(np.array([0.5]), np.array([1.0]))
    mixed = of(np.arange(4.0)).crps(np.zeros(1), np.array([1.0]))
    assert told[0] == pytest.approx(mixed[0])


@settings(deadline=None)
@given(
    values=arrays(np.float64, st.integers(30, 300), elements=st.floats(-50, 50)),
    most=st.integers(2, 20),
)
def test_few_points_are_as_exact_as_told(values: FloatArray, most: int) -> None:
    """No share is off by more than the resolution, and none at all at a point that was kept."""
    weights, bins = np.ones(len(values)), np.zeros(len(values), dtype=np.intp)
    support = support_points(values, most)
    cumulative, resolution = cumulative_shares(values, weights, bins, 1, support)
    assert len(support) <= most
    exact = np.array([(values <= one).mean() for one in support])
    np.testing.assert_allclose(cumulative[0], exact)
    asked = np.linspace(-60, 60, 97)
    known = BinnedDistribution(support, cumulative, np.zeros(1), np.full(1, np.inf))
    before = np.searchsorted(known.support, asked, side="right")
    told = np.concatenate([[0.0], known.cumulative[0]])[before]
    off = np.array([(values <= one).mean() for one in asked]) - told
    assert (off >= -1e-9).all()
    assert (off <= resolution + 1e-9).all()


def test_points_are_dense_in_the_tails() -> None:
    """Where a share is small it has to be known more exactly."""
    support = support_points(np.arange(100_000.0), 200)
    gaps = np.diff(support)
    assert gaps[0] < gaps[len(gaps) // 2] / 20
    assert support[0] == 0
    assert support[-1] == 99_999


def test_weights_make_shares_and_fewer_rows() -> None:
    """A row of weight 2 counts twice, and unequal weights are worth fewer rows."""
    values, bins = np.array([1.0, 2.0, 3.0]), np.zeros(3, dtype=np.intp)
    weights = np.array([2.0, 1.0, 1.0])
    cumulative, _ = cumulative_shares(values, weights, bins, 1, values)
    np.testing.assert_allclose(cumulative[0], [0.5, 0.75, 1.0])
    np.testing.assert_allclose(n_effective(weights, bins, 1), 16 / 6)
