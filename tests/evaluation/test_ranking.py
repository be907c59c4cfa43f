"""Sums over ranked rows equal their definitions, under every resample."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr

from qconf._types import FloatArray, IntArray
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.metrics.registry import ALWAYS_TOLD
from qconf.evaluation.metrics.spearman import SPEARMAN
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within

THRESHOLD = 0.5


@dataclass(frozen=True)
class Statistics:
    outlier_rate: float
    mae: float
    aurc: float
    spearman: float
    coverage_at: tuple[float, ...]


def ranked(score: FloatArray, residual: FloatArray, fraction: float = 0.1) -> RankedRows:
    return RankedRows(score, Outcome.of(residual, THRESHOLD, ALWAYS_TOLD), fraction)


def statistics(rows: RankedRows, weights: Any = None) -> Statistics:
    under = rows.under(weights)
    rate, mae = under.safest_means()
    coverage = tuple(float(CoverageAt(at).of(under)) for at in (0.05, 0.5))
    area, correlation = float(AURC.of(under)), float(SPEARMAN.of(under))
    return Statistics(float(rate), float(mae), area, correlation, coverage)


def by_definition(score: FloatArray, residual: FloatArray, fraction: float) -> Statistics:
    """Follow the definitions on rows that are written out, and average over orders of ties."""
    n_rows = len(score)
    head = max(1, int(np.floor(fraction * n_rows + 0.5)))
    told = []
    for order in permutations(range(n_rows)):
        if (np.diff(score[list(order)]) < 0).any():
            continue
        size = np.abs(residual[list(order)])
        outlier = size > THRESHOLD
        rate = np.cumsum(outlier) / np.arange(1, n_rows + 1)
        told.append((outlier[:head].mean(), size[:head].mean(), rate.mean()))
    rates = {cut: (np.abs(residual[score <= cut]) > THRESHOLD).mean() for cut in score}
    coverage = [
        max([0.0, *((score <= cut).mean() for cut, rate in rates.items() if rate <= at)])
        for at in (0.05, 0.5)
    ]
    outlier_rate, mae, aurc = np.mean(told, axis=0)
    return Statistics(outlier_rate, mae, aurc, np.nan, tuple(coverage))


@st.composite
def scored_rows(draw: Any, most: int = 40) -> tuple[FloatArray, FloatArray, IntArray]:
    n_rows = draw(st.integers(1, most))
    numbers = st.floats(0, 1).map(lambda x: round(x, 1))
    score = draw(hnp.arrays(float, n_rows, elements=numbers))
    residual = draw(hnp.arrays(float, n_rows, elements=st.floats(-1, 1)))
    counts = draw(hnp.arrays(np.intp, n_rows, elements=st.integers(0, 3)))
    counts[draw(st.integers(0, n_rows - 1))] += 1
    return score, residual, counts


def assert_same(one: Statistics, other: Statistics) -> None:
    for name in ("outlier_rate", "mae", "aurc", "coverage_at"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-9)


@pytest.mark.slow
@given(scored_rows(most=6), st.sampled_from([0.1, 0.33, 1.0]))
@settings(max_examples=100)
def test_statistics_are_means_over_the_orders_of_ties(
    rows: tuple[FloatArray, FloatArray, IntArray], fraction: float
) -> None:
    """The closed forms equal the average over every order of rows that tie."""
    score, residual, _ = rows
    own = ranked(score, residual, fraction)
    assert_same(statistics(own), by_definition(score, residual, fraction))


@pytest.mark.slow
@given(scored_rows(), st.sampled_from([0.1, 0.33, 1.0]))
@settings(max_examples=200)
def test_weights_are_repeated_rows(
    rows: tuple[FloatArray, FloatArray, IntArray], fraction: float
) -> None:
    """A row counted three times is three rows of the same score; counted never, it is not there."""
    score, residual, counts = rows
    repeated = np.repeat(np.arange(len(score)), counts)
    weighted = statistics(ranked(score, residual, fraction), counts)
    assert_same(weighted, statistics(ranked(score[repeated], residual[repeated], fraction)))


@pytest.mark.slow
@given(scored_rows(), st.sampled_from([0.1, 0.33, 1.0]))
@settings(max_examples=100, deadline=None)
def test_a_risk_is_the_outlier_rate_of_that_fraction(
    rows: tuple[FloatArray, FloatArray, IntArray], fraction: float
) -> None:
    """A point of the risk-coverage curve is what the safest fraction of that size has."""
    score, residual, counts = rows
    own = ranked(score, residual, fraction)
    under = ranked(score, residual, 0.5).under(counts)
    expected = own.under(counts).safest_means()[0]
    np.testing.assert_allclose(under.risks([0.7, fraction])[1], expected, atol=1e-12)


@given(scored_rows())
@settings(max_examples=100)
def test_weights_need_not_be_whole_numbers(
    rows: tuple[FloatArray, FloatArray, IntArray],
) -> None:
    """The same weights as floating point numbers give the same statistics."""
    score, residual, counts = rows
    one = ranked(score, residual)
    assert_same(statistics(one, counts), statistics(one, counts.astype(np.float64)))


@given(scored_rows(), st.integers(1, 4), st.booleans())
@settings(max_examples=100)
def test_resamples_side_by_side_are_as_each_alone(
    rows: tuple[FloatArray, FloatArray, IntArray], n_more: int, whole: bool
) -> None:
    """However many rows each has, and whether they are counted in whole numbers."""
    score, residual, counts = rows
    own = ranked(score, residual)
    weights = np.stack([counts, *(np.roll(counts, k) + k for k in range(n_more))])
    weights = weights if whole else weights.astype(np.float64)
    together = own.under(weights)
    each = [own.under(one) for one in weights]
    for metric in (AURC, SPEARMAN, CoverageAt(0.05), CoverageAt(0.5)):
        alone = [metric.of(one) for one in each]
        np.testing.assert_allclose(metric.of(together), alone, atol=1e-12)
    means, risks = together.safest_means(), together.risks([0.07, 0.5, 1.0])
    np.testing.assert_allclose(np.transpose(means), [one.safest_means() for one in each])
    np.testing.assert_allclose(risks, [one.risks([0.07, 0.5, 1.0]) for one in each])


@pytest.mark.slow
@given(scored_rows(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_order_of_the_rows_changes_nothing(
    rows: tuple[FloatArray, FloatArray, IntArray], random: Any
) -> None:
    """Rows of equal score are one tie, whichever of them comes first in the table."""
    score, residual, _ = rows
    order = random.sample(range(len(score)), len(score))
    shuffled = ranked(score[order], residual[order])
    assert_same(statistics(ranked(score, residual)), statistics(shuffled))
    plain = ranked(score, residual)
    np.testing.assert_allclose(plain.curve(), shuffled.curve())
    np.testing.assert_allclose(plain.safest()[order], shuffled.safest())


@pytest.mark.slow
@given(scored_rows())
@settings(max_examples=100)
def test_a_rising_transform_changes_nothing(
    rows: tuple[FloatArray, FloatArray, IntArray],
) -> None:
    """Only the order of the scores counts."""
    score, residual, _ = rows
    plain, bent = ranked(score, residual), ranked(np.exp(3 * score), residual)
    assert np.array_equal(plain.order, bent.order)
    assert repr(statistics(plain)) == repr(statistics(bent))


def test_spearman_is_scipys(rng: np.random.Generator) -> None:
    """The rank correlation of the whole sample, ties included."""
    score = rng.normal(size=200).round(1)
    residual = rng.normal(size=200) * np.exp(score)
    expected = spearmanr(score, np.abs(residual)).statistic
    np.testing.assert_allclose(statistics(ranked(score, residual)).spearman, expected)


def test_a_perfect_order_reaches_the_optimum() -> None:
    """With the outliers last, the best decile has none and the area is the smallest possible."""
    residual = np.linspace(0, 1, 101)
    perfect, worst = ranked(residual, residual), ranked(-residual, residual)
    assert statistics(perfect).outlier_rate == 0.0
    assert statistics(worst).outlier_rate == 1.0
    assert statistics(perfect).spearman == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    for _ in range(20):
        shuffled = ranked(rng.permutation(residual), residual)
        assert statistics(perfect).aurc <= statistics(shuffled).aurc <= statistics(worst).aurc


def test_a_cut_off_takes_whole_levels() -> None:
    """Five levels with rates of 0.2 and more: nothing can be had at 5 %."""
    score = np.repeat(np.arange(5.0), 400)
    residual = np.tile(np.repeat([1.0, 0.0], [80, 320]), 5)
    rows = ranked(score, residual)
    assert statistics(rows).coverage_at == (0.0, 1.0)
    assert len(rows.curve()) == 5


def test_safest_rows_share_what_is_left() -> None:
    """Of three rows that tie at the border, two thirds of each are taken."""
    rows = ranked(np.array([2.0, 1.0, 2.0, 2.0, 3.0, 3.0]), np.zeros(6), fraction=0.5)
    np.testing.assert_allclose(rows.safest(), [2 / 3, 1, 2 / 3, 2 / 3, 0, 0])


def test_equal_scores_of_a_block_stay_equal() -> None:
    """A constant that is fitted anew in each block puts no row of it before another."""
    blocks = np.array([0, 1, 0, 1, 0])
    shares = rank_within(np.array([0.3, 0.2, 0.3, 0.2, 0.3]), blocks)
    np.testing.assert_array_equal(shares, np.full(5, 0.5))


def test_the_curve_has_a_point_for_each_cut_off() -> None:
    """Rows that tie are accepted together; the last point is the whole table."""
    outcome = Outcome.of(np.array([0.0, 9.0, 9.0, 0.0]), 1.0)
    curve = RankedRows(np.array([2.0, 1.0, 3.0, 2.0]), outcome, 0.5).curve()
    assert curve["cut_off"].tolist() == [1.0, 2.0, 3.0]
    assert curve["coverage"].tolist() == [0.25, 0.75, 1.0]
    assert curve["outlier_rate"].tolist() == pytest.approx([1.0, 1 / 3, 0.5])


def test_an_error_as_large_as_the_threshold_is_no_outlier() -> None:
    """An outlier is beyond the threshold, on either side."""
    outcome = Outcome.of(np.array([0.25, -0.25, 0.26, -0.26]), 0.25)
    assert outcome.outlier.tolist() == [False, False, True, True]


@pytest.mark.parametrize("most", [3, 300, 70_000])
def test_many_rows_are_looked_up_in_few_bytes_and_counted_the_same(
    most: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one byte, two or four, and fractions as they are."""
    rows = ranked(rng.integers(40, size=200).astype(np.float64), rng.normal(size=200))
    counts = rng.integers(most + 1, size=200)
    counts[0] = most
    before = [statistics(rows, weights) for weights in (counts, counts / 3, None)]
    monkeypatch.setattr("qconf.evaluation.ranking._VERY_MANY", 0)
    assert [statistics(rows, weights) for weights in (counts, counts / 3, None)] == before
