"""Intervals of counts allow for errors that rise and fall slowly, as those of rows do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counted_rows import few_kept

from qconf import RiskCoverageCounts, evaluate, evaluate_parts
from qconf._types import FloatArray, IntArray
from qconf.errors import OptionError, TableError

ASKED: dict[str, Any] = {"threshold": 0.15, "metrics": ["ppe10", "bias"]}


def moving_rows(
    n: int, seed: int, months: int, persistence: float = 0.5, size: float = 0.3
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Make rows whose errors are larger in some months, groups of four, and when they came."""
    rng = np.random.default_rng(seed)
    level = np.zeros(months)
    for month in range(1, months):
        level[month] = persistence * level[month - 1] + rng.normal(scale=size)
    when = np.sort(rng.integers(0, months, n))
    sigma = np.exp(rng.normal(-2.4, 0.5, n))
    residual = sigma * np.exp(level[when]) * rng.normal(size=n)
    return sigma, residual, rng.permutation(np.arange(n) // 4), when


def estimates(told: Any) -> dict[str, Any]:
    return {
        "rate": told.overall.outlier_rate, "safest": told.best_decile.outlier_rate,
        "error": told.overall.mae, "safest error": told.best_decile.mae, "area": told.aurc,
        "skill": told.aurc_difference, "ratio": told.calibration_ratio,
        **{f"{name} {one.n}": value for one in (told.best_decile, told.overall)
           for name, value in one.metrics.items()},
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("few", [100, 10_000])
@pytest.mark.parametrize("months", [40, 900])
@pytest.mark.parametrize("grouped", [False, True])
def test_ends_are_those_of_rows(months: int, grouped: bool, few: int) -> None:
    """Those of `evaluate` with a time, to a seventh of an interval; without it far narrower.

    With groups, what is wider counts. In one pass or three, with fewer or more moments than there
    are stretches.
    """
    score, residual, groups, when = moving_rows(6000, 3, months, 0.8)
    own = groups if grouped else None
    expected = evaluate(score, residual, groups=own, time=when, **ASKED)
    with few_kept(few):
        told = evaluate_parts([(score, residual, own, when)], **ASKED)
        still = evaluate_parts([(score, residual, own)], **ASKED)
    assert told.timed
    assert not still.timed
    pairs = zip(estimates(told).values(), estimates(expected).values(), strict=True)
    for one, other in pairs:
        assert one.value == pytest.approx(other.value, rel=1e-3, abs=1e-4)
        reach = np.diff(other.interval)[0]
        assert one.interval == pytest.approx(other.interval, abs=0.15 * reach)
    wide, narrow = (np.diff(one.overall.outlier_rate.interval)[0] for one in (told, still))
    assert wide > 2 * narrow
    ends = ["low", "high"]
    np.testing.assert_allclose(told.risks[ends], expected.risks[ends], atol=0.02)
    np.testing.assert_allclose(told.calibration[ends], expected.calibration[ends], rtol=0.05)
    assert (told.calibration["high"] > still.calibration["high"]).mean() > 0.7
    assert len(told.notes) == len(expected.notes)


@pytest.mark.slow
def test_any_split_and_order_tell_the_same() -> None:
    """To the last bit: one part, seven that are merged in any order, rows of any order."""
    rows = moving_rows(900, 1, 300)
    shuffled = tuple(one[np.random.default_rng(0).permutation(900)] for one in rows)
    for few in (50, 5000):
        with few_kept(few):
            whole = evaluate_parts([rows], **ASKED, n_resamples=20)
            plan = RiskCoverageCounts(**ASKED, n_resamples=20)
            while True:
                parts = [tuple(one[k::7] for one in shuffled) for k in range(7)]
                for part in reversed(parts):
                    plan.merge(plan.empty().update(*part))
                if plan.is_last:
                    break
                plan = plan.next_pass()
            assert repr(plan.evaluate().to_dict()) == repr(whole.to_dict())
            other = evaluate_parts([(*rows[:3], rows[3][::-1])], **ASKED, n_resamples=20)
            assert repr(other.to_dict()) != repr(whole.to_dict())


def test_times_that_do_not_go_together_are_refused() -> None:
    """In some parts alone, of two kinds, of one moment, missing, or others in the next pass."""
    score, residual, groups, when = moving_rows(60, 1, 20)
    counts = RiskCoverageCounts().update(score, residual, None, when)
    with pytest.raises(OptionError, match="Some rows were given with times and others without"):
        counts.update(score, residual)
    with pytest.raises(OptionError, match="Times are numbers in one part and dates in another"):
        counts.update(score, residual, None, when.astype("M8[D]"))
    assert counts.n_rows == 60
    with pytest.raises(TableError, match="at least 2 distinct values, found 1"):
        evaluate_parts([(score, residual, groups, np.ones(60))])
    with pytest.raises(TableError, match="The time is missing in 1 of 60 rows"):
        counts.update(score, residual, None, np.where(when == when[0], np.nan, when)[:60]
                      if (when == when[0]).sum() == 1 else [None, *when[1:]])  # fmt: skip
    with few_kept(10):
        last = RiskCoverageCounts().update(score, residual, None, when).next_pass()
        last = last.update(score, residual, None, when).next_pass()
        while not last.is_last:
            last = last.update(score, residual, None, when).next_pass()
        last.update(score, residual, None, np.zeros(60))
        with pytest.raises(OptionError, match="has seen other times than the first"):
            last.evaluate()
        other = last.empty()
        moved = RiskCoverageCounts().update(score, residual, None, when + (when > 3))
        while not moved.is_last:
            moved = moved.next_pass().update(score, residual, None, when + (when > 3))
        with pytest.raises(OptionError, match="follow from different earlier passes"):
            other.merge(moved.empty())


@pytest.mark.slow
def test_intervals_hold_the_truth_in_other_histories() -> None:
    """95 % intervals hold the mean of all histories in 91 to 99 % of 300, by figure.

    Each of 60 months, in which errors of a month are like those of the month before. Without the
    time, the same intervals hold it in two thirds of them at most.
    """
    held, still = held_in_histories(300)
    assert all(0.91 <= share <= 0.99 for share in held.values()), held
    assert still["rate"] < 0.67, still


def held_in_histories(n_histories: int) -> tuple[dict[str, float], dict[str, float]]:
    """Count how often intervals hold the truth: with the time, and without."""

    def told(seed: int, *, timed: bool, n_resamples: int = 100) -> dict[str, Any]:
        score, residual, _, when = moving_rows(3000, seed, 60, 0.5, 0.25)
        part = (score, residual, None, when) if timed else (score, residual)
        with few_kept(500):
            return estimates(evaluate_parts([part], **ASKED, n_resamples=n_resamples))

    names = ["rate", "error", "area", "ratio", "ppe10 3000"]
    every = [told(seed, timed=False, n_resamples=2) for seed in range(1000, 1600)]
    truth = {name: np.mean([one[name].value for one in every]) for name in names}
    counted: list[dict[str, float]] = []
    for timed in (True, False):
        found = [told(seed, timed=timed) for seed in range(n_histories)]
        counted.append({
            name: float(np.mean([truth[name] in one[name] for one in found])) for name in names
        })  # fmt: skip
    return counted[0], counted[1]
