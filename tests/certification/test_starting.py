"""Tests start where most rows can be expected to be certified."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.certification.cut_offs import CutOffs
from qconf.certification.sequence import last_passed
from qconf.certification.starting import RiskCurves, expected_coverage, power_start, start_of


def scores(n_rows: int, seed: int = 0) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(np.log(0.08), 0.5, n_rows))


def test_the_expected_coverage_is_that_of_the_walk() -> None:
    """Without chance in the curves: none or all of the rows between cut-offs are outliers."""
    rates = np.array([[0.0, 0.0, 0.0, 1.0]])
    accepted = np.array([40, 80, 120, 160])
    # Of 40 rows none is not enough at 5 %, of 80 it is; the fourth cut-off fails for sure.
    assert expected_coverage(rates, accepted, 0.05, 0.05).tolist() == [0.0, 0.75, 0.75, 0.0]


def test_simulated_coverage_is_what_walks_reach() -> None:
    """The backward recursion over starts is the same as a walk from each."""
    rng = np.random.default_rng(1)
    rates, accepted = np.sort(rng.random((7, 12)) * 0.2, axis=1), 40 * np.arange(1, 13)
    found = expected_coverage(rates, accepted, 0.1, 0.05)
    outliers = np.random.default_rng(1).binomial(40, rates).cumsum(axis=1)
    from scipy.stats import binom  # noqa: PLC0415

    passed = np.asarray(binom.cdf(outliers, accepted, 0.1)) <= 0.05
    for start in range(12):
        ends = [last_passed(one, start)[0] for one in passed]
        reached = [0.0 if end is None else (end + 1) / 12 for end in ends]
        assert found[start] == pytest.approx(np.mean(reached))


def test_more_older_rows_make_sharper_curves() -> None:
    """Draws scatter around the true rate of the safest and of the riskiest rows."""
    spread = []
    for n_rows in (300, 30_000):
        score = scores(n_rows)
        outlier = np.random.default_rng(2).random(n_rows) < np.minimum(score, 0.5)
        cut_offs = CutOffs.of(score, 20)
        curves = RiskCurves.of_history(cut_offs, score, outlier)
        spread.append(curves.rates.std(axis=0).mean())
        assert curves.source == "older rows"
        assert curves.rates.shape == (300, 20)
    assert spread[1] < spread[0] / 4
    np.testing.assert_allclose(
        curves.rates.mean(axis=0)[[2, 17]], cut_offs.typical[[2, 17]], rtol=0.1
    )


def test_expected_errors_say_what_rates_to_expect() -> None:
    """One-sided half as many; scores in no error unit say nothing."""
    cut_offs = CutOffs.of(scores(5000), 50)
    both = RiskCurves.of_scores(cut_offs, 0.15, one_sided=False)
    over = RiskCurves.of_scores(cut_offs, 0.15, one_sided=True)
    assert both is not None
    assert over is not None
    np.testing.assert_allclose(over.rates, both.rates / 2)
    assert (np.diff(both.rates, axis=1) >= 0).all()
    for scale in (1e-6, 1e6):
        other = CutOffs.of(scale * scores(5000), 50)
        assert RiskCurves.of_scores(other, 0.15, one_sided=False) is None
    assert RiskCurves.of_scores(CutOffs.of(-np.ones(3), 5), 0.15, one_sided=False) is None


def test_a_start_has_power_and_does_not_go_too_far() -> None:
    """Neither at rows too few to pass nor beyond where the rate is reached."""
    score = scores(2000)
    cut_offs = CutOffs.of(score, 400)
    curves = RiskCurves.of_scores(cut_offs, 0.15, one_sided=False)
    start = start_of(curves, cut_offs, 2000, 0.05, 0.05)
    accepted = cut_offs.cumulated(score)[start]
    assert 100 < accepted < 1200
    assert start_of(curves, cut_offs, 200, 0.05, 0.05) > start  # a larger share of fewer rows


def test_the_power_start() -> None:
    """500 rows have 90 % power against half of 5 %; of fewer rows, three tenths."""
    accepted = np.arange(1, 3001)
    assert accepted[power_start(accepted, 0.05, 0.05)] == 500
    assert accepted[power_start(accepted, 0.01, 0.05)] == 900
    assert power_start(np.array([5]), 0.05, 0.05) == 0


def test_without_hope_the_start_is_that_of_power() -> None:
    """Where no simulated calibration certifies anything."""
    cut_offs = CutOffs.of(scores(100), 400)
    hopeless = RiskCurves(np.full((5, len(cut_offs)), 0.9), "older rows")
    nothing_known = start_of(None, cut_offs, 100, 0.05, 0.05)
    assert start_of(hopeless, cut_offs, 100, 0.05, 0.05) == nothing_known == 29


def test_of_starts_as_good_the_middle_is_taken() -> None:
    """Without outliers every start from 59 rows on certifies all: neither end is the safest."""
    cut_offs = CutOffs.of(np.arange(1000.0), 100)
    calm = RiskCurves(np.zeros((5, 100)), "older rows")
    assert start_of(calm, cut_offs, 1000, 0.05, 0.05) == 52
