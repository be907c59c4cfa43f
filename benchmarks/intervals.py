"""How often intervals hold the truth, and how often equals are told apart, in simulated tables.

The truth is what the process that makes residuals would give on average, for the scores at
hand: over other histories of its shocks, and other noise. A shock is added to every residual of
its period (a market that the model does not follow) or of its group (a seller with a habit).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from benchmarks.block_bootstrap import block_estimate
from qconf._types import FloatArray, IntArray
from qconf.comparison.result import rank_evaluations
from qconf.core.conventions import accepted_rows
from qconf.evaluation.evaluate import evaluate_scores
from qconf.residuals.schedules import blocks_in_time

__all__ = ["COVERAGE", "EQUALS", "by_blocks", "measured", "run", "summed", "table_of"]

_THRESHOLD = 0.1
_SHOCK = 0.06
_FRACTION = 0.1


@dataclass(frozen=True)
class Table:
    """Residuals whose process is known.

    Attributes
    ----------
    scores : dict of str to ndarray of shape (n_samples,)
    residual : ndarray of shape (n_samples,)
    overall, best_decile : float
        The expected outlier rate of all rows, and of the safest tenth by the first score.
    groups, time : ndarray of shape (n_samples,), or None
    """

    scores: dict[str, FloatArray]
    residual: FloatArray
    overall: float = np.nan
    best_decile: float = np.nan
    groups: IntArray | None = None
    time: IntArray | None = None


def _ar(rng: np.random.Generator, persistence: float, n: int) -> FloatArray:
    shock = np.empty(n)
    shock[0] = rng.normal()
    for i in range(1, n):
        fresh = np.sqrt(1 - persistence**2) * rng.normal()
        shock[i] = persistence * shock[i - 1] + fresh
    return shock


def _shocked(rng: np.random.Generator, shock: FloatArray, unit: IntArray, **columns: Any) -> Table:
    """Add shocks of variance 1, in units of `_SHOCK`, to noise whose size is the score."""
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, len(unit)))
    residual = sigma * rng.normal(size=len(unit)) + _SHOCK * shock[unit]
    outlier = 2 * norm.sf(_THRESHOLD / np.sqrt(sigma**2 + _SHOCK**2))
    return _table(sigma, residual, outlier, **columns)


def _table(sigma: FloatArray, residual: FloatArray, outlier: FloatArray, **columns: Any) -> Table:
    safest = np.argsort(sigma)[: accepted_rows(_FRACTION, len(sigma))]
    truth = float(outlier.mean()), float(outlier[safest].mean())
    return Table({"sigma": sigma}, residual, *truth, **columns)


def _periods(n_periods: int, persistence: float) -> Callable[[np.random.Generator], Table]:
    def make(rng: np.random.Generator) -> Table:
        period = np.repeat(np.arange(n_periods), 6000 // n_periods)
        return _shocked(rng, _ar(rng, persistence, n_periods), period, time=period)

    return make


def _tenths(rng: np.random.Generator) -> Table:
    day = np.arange(6000)
    return _shocked(rng, rng.normal(size=10), day // 600, time=day)


def _one_long_shock(rng: np.random.Generator) -> Table:
    """Every residual of a tenth of the time, wherever it lies, is moved by a tenth."""
    day = np.arange(6000)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 6000))
    begin = rng.integers(5401)
    residual = sigma * rng.normal(size=6000) + 0.1 * ((day >= begin) & (day < begin + 600))
    calm = 2 * norm.sf(_THRESHOLD / sigma)
    moved = 0.5 + norm.cdf(-2 * _THRESHOLD / sigma)
    return _table(sigma, residual, 0.9 * calm + 0.1 * moved, time=day)


def _ten_groups(rng: np.random.Generator) -> Table:
    group = np.repeat(np.arange(10), 400)
    return _shocked(rng, rng.normal(size=10), group, groups=group)


def _large_group(rng: np.random.Generator) -> Table:
    """One group of 30 % of the rows, and seventy of 1 %."""
    group = np.concatenate([np.zeros(1200, dtype=np.intp), 1 + np.arange(2800) // 40])
    return _shocked(rng, rng.normal(size=71), group, groups=group)


def _five_outliers(rng: np.random.Generator) -> Table:
    outlier = rng.random(200) < 0.025
    residual = np.where(outlier, 0.2, 0.0)
    return _table(rng.random(200), residual, np.full(200, 0.025))


def _independent(rng: np.random.Generator) -> Table:
    return _shocked(rng, rng.normal(size=6000), np.arange(6000))


def _independent_in_time(rng: np.random.Generator) -> Table:
    day = np.arange(6000)
    return _shocked(rng, rng.normal(size=6000), day, time=day)


def _equals(**columns: Any) -> Callable[[np.random.Generator], Table]:
    """Five scores that know sigma equally well, each with an error of its own."""

    def make(rng: np.random.Generator) -> Table:
        sigma = np.exp(rng.normal(np.log(0.08), 0.5, 4000))
        residual = sigma * rng.normal(size=4000)
        if "time" in columns:
            residual += _SHOCK * _ar(rng, 0.7, 60)[columns["time"]]
        scores = {f"s{i}": sigma * np.exp(rng.normal(0, 0.4, 4000)) for i in range(5)}
        return Table(scores, residual, **columns)

    return make


COVERAGE: dict[str, Callable[[np.random.Generator], Table]] = {
    "AR(0.7) over 60 periods": _periods(60, 0.7),
    "AR(0.7) over 100 periods": _periods(100, 0.7),
    "ten shocks of a tenth of the time": _tenths,
    "one shock of a tenth of the time": _one_long_shock,
    "10 groups": _ten_groups,
    "one group of 30 %": _large_group,
    "5 outliers in 200 rows": _five_outliers,
    "independent rows": _independent,
    "independent rows, with a time": _independent_in_time,
    "AR(0.9) over 100 periods": _periods(100, 0.9),
}
EQUALS: dict[str, Callable[[np.random.Generator], Table]] = {
    "five equals": _equals(),
    "five equals, AR(0.7) over 60 periods": _equals(time=np.arange(4000) * 60 // 4000),
}
_TABLES = 500


def run(_: Path | None, seeds: int) -> pd.DataFrame:
    """Count over 500 tables of each world; a number of `seeds` would not change much."""
    del seeds
    rows = []
    for world in [*COVERAGE, *EQUALS]:
        rows.append(summed(world, pd.DataFrame(measured(world))) | by_blocks(world))
        print(f"intervals: {world}", flush=True)
    return pd.DataFrame(rows)


def measured(world: str, tables: range = range(_TABLES)) -> Iterator[dict[str, Any]]:
    """Evaluate tables of a world, by number."""
    for number in tables:
        table = table_of(world, number)
        evaluations = evaluate_scores(
            table.scores,
            table.residual,
            threshold=_THRESHOLD,
            fraction=_FRACTION,
            groups=table.groups,
            time=table.time,
            n_resamples=300,
            random_state=number,
        )
        first = next(iter(evaluations.values()))
        if world in EQUALS:
            ranking = rank_evaluations(evaluations, dict.fromkeys(evaluations, 0.0))
            yield {"told_apart": any(one.distinguishable for one in ranking)}
        else:
            overall, decile = first.overall.outlier_rate, first.best_decile.outlier_rate
            yield {
                "overall": table.overall in overall,
                "overall_width": overall.interval[1] - overall.interval[0],
                "best_decile": table.best_decile in decile,
                "best_decile_width": decile.interval[1] - decile.interval[0],
                "noted": bool(first.notes),
                "overall_or_noted": table.overall in overall or bool(first.notes),
                "best_decile_or_noted": table.best_decile in decile or bool(first.notes),
            }


def by_blocks(world: str, tables: range = range(_TABLES)) -> dict[str, float]:
    """Count how often blocks of the length that Politis & White choose hold the overall rate."""
    held = []
    for number in tables:
        table = table_of(world, number)
        if table.time is None or world in EQUALS:
            return {}
        period = blocks_in_time(table.time, 100)
        outlier = np.abs(table.residual) > _THRESHOLD
        series = np.bincount(period, outlier) / np.bincount(period)
        held.append(table.overall in block_estimate(series, 0.95))
    return {"overall_by_blocks": round(float(np.mean(held)), 4)}


def table_of(world: str, number: int) -> Table:
    """Make one table of a world."""
    return {**COVERAGE, **EQUALS}[world](np.random.default_rng([2026, number]))


def summed(world: str, found: pd.DataFrame) -> dict[str, Any]:
    """Average over the tables of a world."""
    means = {str(name): round(float(mean), 4) for name, mean in found.mean().items()}
    return {"world": world, "tables": len(found), **means}
