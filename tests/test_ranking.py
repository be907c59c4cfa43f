"""Sums over ranked rows equal their definitions, under every resample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr

from qconf._types import FloatArray, IntArray
from qconf.conventions import accepted_rows
from qconf.ranking import Outcome, RankedRows, Statistics

THRESHOLD = 0.5


def ranked(score: FloatArray, residual: FloatArray, fraction: float = 0.1) -> RankedRows:
    tie_break = np.random.default_rng(0).permutation(len(score))
    return RankedRows(score, Outcome.of(residual, THRESHOLD), fraction, (0.05, 0.5), tie_break)


def by_definition(rows: RankedRows, counts: IntArray) -> Statistics:
    """Write the rows out as often as they were drawn, and follow the definitions."""
    order = np.repeat(rows.order, counts[rows.order])
    size = np.repeat(rows.size, counts[rows.order])
    outlier = size > THRESHOLD
    n_rows = len(order)
    rate = np.cumsum(outlier) / np.arange(1, n_rows + 1)
    head = accepted_rows(rows.fraction, n_rows)
    # A row is accepted with all its copies, or not at all.
    cuts = np.cumsum(counts[rows.order])
    coverage = [
        max(cut / n_rows if cut and rate[cut - 1] <= at else 0.0 for cut in cuts)
        for at in rows.outlier_rates
    ]
    return Statistics(
        outlier[:head].mean(), size[:head].mean(), rate.mean(), np.nan, tuple(coverage)
    )


@st.composite
def scored_rows(draw: Any) -> tuple[FloatArray, FloatArray, IntArray]:
    n_rows = draw(st.integers(1, 40))
    numbers = st.floats(0, 1).map(lambda x: round(x, 1))
    score = draw(hnp.arrays(float, n_rows, elements=numbers))
    residual = draw(hnp.arrays(float, n_rows, elements=st.floats(-1, 1)))
    counts = draw(hnp.arrays(np.intp, n_rows, elements=st.integers(0, 3)))
    counts[draw(st.integers(0, n_rows - 1))] += 1
    return score, residual, counts


@given(scored_rows(), st.sampled_from([0.1, 0.33, 1.0]))
@settings(max_examples=300, deadline=None)
def test_statistics_follow_the_definitions(
    rows: tuple[FloatArray, FloatArray, IntArray], fraction: float
) -> None:
    """The fast sums equal those over rows that are written out one by one."""
    score, residual, counts = rows
    one = ranked(score, residual, fraction)
    fast, slow = one.statistics(counts), by_definition(one, counts)
    np.testing.assert_allclose(fast.outlier_rate, slow.outlier_rate, atol=1e-12)
    np.testing.assert_allclose(fast.mae, slow.mae, atol=1e-12)
    np.testing.assert_allclose(fast.aurc, slow.aurc, atol=1e-12)
    np.testing.assert_allclose(fast.coverage_at, slow.coverage_at, atol=1e-12)


@given(scored_rows())
@settings(max_examples=100, deadline=None)
def test_a_rising_transform_changes_nothing(
    rows: tuple[FloatArray, FloatArray, IntArray],
) -> None:
    """Only the order of the scores counts."""
    score, residual, _ = rows
    plain, bent = ranked(score, residual), ranked(np.exp(3 * score), residual)
    assert np.array_equal(plain.order, bent.order)
    assert repr(plain.statistics()) == repr(bent.statistics())


def test_spearman_is_scipys(rng: np.random.Generator) -> None:
    """The rank correlation of the whole sample, ties included."""
    score = rng.normal(size=200).round(1)
    residual = rng.normal(size=200) * np.exp(score)
    expected = spearmanr(score, np.abs(residual)).statistic
    np.testing.assert_allclose(ranked(score, residual).statistics().spearman, expected)


def test_a_perfect_order_reaches_the_optimum() -> None:
    """With the outliers last, the best decile has none and the area is the smallest possible."""
    residual = np.linspace(0, 1, 101)
    perfect, worst = ranked(residual, residual), ranked(-residual, residual)
    assert perfect.statistics().outlier_rate == 0.0
    assert worst.statistics().outlier_rate == 1.0
    assert perfect.statistics().spearman == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    for _ in range(20):
        shuffled = ranked(rng.permutation(residual), residual)
        assert perfect.statistics().aurc <= shuffled.statistics().aurc <= worst.statistics().aurc


def test_a_constant_score_has_no_skill_on_average(rng: np.random.Generator) -> None:
    """Averaged over orders of ties, rate and area are the overall rate."""
    residual = rng.normal(size=500)
    outcome = Outcome.of(residual, THRESHOLD)
    drawn = [
        RankedRows(np.ones(500), outcome, 0.1, (), rng.permutation(500)).statistics()
        for _ in range(2000)
    ]
    overall = outcome.overall()[0]
    assert np.mean([one.outlier_rate for one in drawn]) == pytest.approx(overall, abs=0.006)
    assert np.mean([one.aurc for one in drawn]) == pytest.approx(overall, abs=0.006)
    assert np.isnan(drawn[0].spearman)


def test_curve_ends_at_the_overall_rate(rng: np.random.Generator) -> None:
    """The curve has one row a cut-off; at full coverage the risk is the overall rate."""
    residual = rng.normal(size=100)
    curve = ranked(np.abs(residual), residual).curve()
    assert curve["coverage"].iloc[-1] == 1.0
    assert curve["outlier_rate"].iloc[-1] == pytest.approx(np.mean(np.abs(residual) > THRESHOLD))
    assert curve["cut_off"].is_monotonic_increasing
