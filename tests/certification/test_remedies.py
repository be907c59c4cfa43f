"""What helps where nothing can be certified."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import certify
from qconf._types import FloatArray


def rows(n_rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma, rng.normal(scale=sigma)


def test_the_rate_that_could_be_certified_is_certified() -> None:
    """Asked for on the same rows it passes, and the next smaller that was tried does not."""
    score, residual = rows(200)
    one = certify(score, residual, threshold=0.15, outlier_rate=0.01)
    assert one.remedies is not None
    rate = one.remedies.certifiable_rate
    assert rate is not None
    assert rate > 0.01
    assert certify(score, residual, threshold=0.15, outlier_rate=rate).certified
    assert not certify(score, residual, threshold=0.15, outlier_rate=rate / 1.06).certified


def test_as_many_rows_as_needed_are_enough() -> None:
    """Of tables of that size, most are certified."""
    score, residual = rows(60)
    one = certify(score, residual, threshold=0.15)
    assert one.remedies is not None
    needed = one.remedies.rows_needed
    assert needed is not None
    assert 60 < needed < 2000
    again = [certify(*rows(needed, seed), threshold=0.15, cut_offs=50) for seed in range(1, 21)]
    assert sum(other.certified for other in again) >= 14


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_a_dozen_clean_rows_are_no_reason_to_ask_for_fewer_rows(seed: int) -> None:
    """Of 2,352 rows as bad as any but for the safest 12, no 180 could be certified."""
    rng = np.random.default_rng(seed)
    score, residual = rng.uniform(0.05, 0.3, 2352), rng.normal(0, 0.18, 2352)
    residual[np.argsort(score)[:12]] = 0.0
    told = str(certify(score, residual, threshold=0.15, outlier_rate=0.2))
    assert "More rows alone would not help: among the rows called safest, where the tests" in told


@pytest.mark.parametrize("times", [1.0, 100.0])
@pytest.mark.parametrize("seed", range(6))
def test_the_rows_needed_are_more_than_there_are(seed: int, times: float) -> None:
    """Whether the tests start where expected errors or where plain power calculations say."""
    score, residual = rows(120, seed)
    one = certify(times * score, residual, threshold=0.15, outlier_rate=0.02)
    assert one.remedies is not None
    needed = one.remedies.rows_needed
    assert needed is None or needed > 120


def test_no_rows_help_where_all_are_bad() -> None:
    """Half of the rows are outliers, whatever the score says."""
    rng = np.random.default_rng(0)
    one = certify(rng.random(2000), np.where(rng.random(2000) < 0.5, 1.0, 0.0), threshold=0.15)
    assert one.remedies is not None
    assert one.remedies.rows_needed is None
    assert "More rows alone would not help" in str(one)
    assert one.remedies.certifiable_rate is not None
    assert one.remedies.certifiable_rate > 0.5


def test_only_outliers_leave_nothing_to_say() -> None:
    """No rate can be certified, and no cut-off looks good enough."""
    one = certify(np.arange(50.0), np.ones(50), threshold=0.15)
    assert one.remedies is not None
    told = one.remedies.to_dict()
    assert told["certifiable_rate"] is None
    assert told["uncertified_cut_off"] is None


def test_the_uncertified_cut_off_is_the_naive_one() -> None:
    """The largest share of rows whose observed rate is low enough."""
    score, residual = rows(100)
    one = certify(score, residual, threshold=0.15, outlier_rate=0.02)
    assert one.remedies is not None
    accepted = score <= one.remedies.uncertified_cut_off
    assert np.mean(np.abs(residual[accepted]) > 0.15) <= 0.02
    order = np.argsort(score)
    n = np.arange(1, 101)
    observed = np.cumsum(np.abs(residual[order]) > 0.15) / n
    assert accepted.sum() == n[observed <= 0.02].max()
