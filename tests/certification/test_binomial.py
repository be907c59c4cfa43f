"""Binomial tails are scipy's, and those worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from qconf.certification.binomial import batch_limit, critical_counts, lower_tail, upper_limits


def test_tails_by_hand() -> None:
    """Of 59 rows none: 0.95^59; of 10 rows one, at one half: 11 of 1,024."""
    tails = lower_tail(np.array([0.0, 1.0]), np.array([59.0, 10.0]), 0.05)
    assert tails[0] == pytest.approx(0.95**59)
    assert lower_tail(np.array([1.0]), np.array([10.0]), 0.5)[0] == pytest.approx(11 / 1024)


@settings(deadline=None)
@given(st.integers(1, 3000), st.data(), st.floats(0.001, 0.6))
def test_whole_numbers_have_the_exact_tail(n: int, data: st.DataObject, rate: float) -> None:
    """As scipy's cumulative distribution function."""
    outliers = data.draw(st.integers(0, n))
    (tail,) = lower_tail(np.array([float(outliers)]), np.array([float(n)]), rate)
    assert tail == pytest.approx(binom.cdf(outliers, n, rate), abs=1e-12)


def test_no_rows_and_nothing_but_outliers_prove_nothing() -> None:
    """Their tail and their limit are 1."""
    outliers, n = np.array([0.0, 3.0]), np.array([0.0, 3.0])
    assert lower_tail(outliers, n, 0.1).tolist() == [1.0, 1.0]
    assert upper_limits(outliers, n, 0.95).tolist() == [1.0, 1.0]


def test_effective_numbers_lie_between_whole_ones() -> None:
    """The tail falls smoothly with the number of rows at the same rate."""
    n = np.array([100.0, 100.5, 101.0, 200.0])
    tails = lower_tail(0.02 * n, n, 0.05)
    assert (np.diff(tails) < 0).all()


def test_the_limit_is_the_rate_whose_tail_is_delta() -> None:
    """Clopper & Pearson's definition, turned round."""
    outliers, n = np.array([0.0, 7.0, 40.0]), np.array([59.0, 200.0, 1000.0])
    limits = upper_limits(outliers, n, 0.95)
    for limit, x, m in zip(limits, outliers, n, strict=True):
        assert binom.cdf(x, m, limit) == pytest.approx(0.05)


def test_critical_counts_are_the_largest_that_pass() -> None:
    """For every number of rows, one more would have a larger tail than delta."""
    n = np.arange(0, 700)
    most = critical_counts(n, 0.05, 0.05)
    assert np.max(binom.cdf(most, n, 0.05)) <= 0.05
    assert np.min(binom.cdf(most + 1, n, 0.05)) > 0.05
    assert (most[:59] == -1).all()
    assert most[59] == 0


@pytest.mark.parametrize(("outliers", "n", "n_next"), [(0, 59, 59), (12, 300, 200), (5, 90, 1)])
def test_the_batch_limit_is_the_hypergeometric_one(outliers: int, n: int, n_next: int) -> None:
    """The smallest count that a random order of all rows rules out to exceed."""
    limit = batch_limit(outliers, n, n_next, 0.95)

    def tail(beyond: int) -> float:
        return float(hypergeom.cdf(outliers, n + n_next, outliers + beyond + 1, n))

    assert limit == n_next or tail(limit) <= 0.05
    assert limit == 0 or tail(limit - 1) > 0.05
