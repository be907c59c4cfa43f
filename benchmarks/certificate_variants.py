"""Other ways to test cut-offs at the same honesty, to see whether they cover more.

All control the probability of any false certificate. What came of it stands in
docs/decisions/0031-certificates.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc, betaln

from benchmarks.certificates import Contender, measured, summed
from benchmarks.certified_worlds import THRESHOLD, Table, World
from qconf import certify
from qconf._types import BoolArray, FloatArray
from qconf.certification.binomial import lower_tail
from qconf.certification.cut_offs import CutOffs
from qconf.certification.sequence import last_passed
from qconf.certification.starting import RiskCurves, start_of

__all__ = ["VARIANTS", "fallback", "run"]

_WORLDS = ("independent rows, 500", "independent rows, 2000", "independent rows, 10000")
_TABLES = 200
_DELTA = 0.05
_CUT_OFFS = 400


def fallback(p_values: FloatArray, weights: FloatArray, delta: float) -> BoolArray:
    """Wiens' fallback procedure (2003), a graphical one: what passes hands on its level.

    Parameters
    ----------
    p_values, weights : ndarray of shape (n_cut_offs,)
        Weights of the starts, 1 in sum; all in one place is a single sequence.
    delta : float

    Examples
    --------
    >>> fallback(np.array([0.02, 0.04, 0.04]), np.array([0.5, 0.5, 0.0]), 0.05).tolist()
    [True, True, True]
    >>> fallback(np.array([0.04, 0.02, 0.04]), np.array([0.5, 0.5, 0.0]), 0.05).tolist()
    [False, True, False]
    """
    passed, handed_on = np.zeros(len(p_values), dtype=bool), 0.0
    for i, own in enumerate(weights * delta):
        level = own + handed_on
        passed[i] = level > 0 and p_values[i] <= level
        handed_on = level if passed[i] else 0.0
    return passed


def _counts(table: Table, n_cut_offs: int) -> tuple[CutOffs, FloatArray, FloatArray]:
    cut_offs = CutOffs.of(table.score, n_cut_offs)
    return cut_offs, cut_offs.cumulated(table.score), cut_offs.cumulated(table.score, table.outlier)


def _last_of(cut_offs: CutOffs, passed: BoolArray) -> float:
    return float(cut_offs.scores[passed].max(initial=-np.inf))


def _weighted(starts: Callable[[int, int], FloatArray]) -> Contender:
    """Certify with weights on several starts: `starts(own_start, n_cut_offs)`."""

    def cut_off(table: Table, world: World, history: Table) -> float:
        cut_offs, n, outliers = _counts(table, _CUT_OFFS)
        curves = RiskCurves.of_history(cut_offs, history.score, history.outlier)
        own = start_of(curves, cut_offs, len(table.score), world.outlier_rate, _DELTA)
        p_values = lower_tail(outliers, n, world.outlier_rate)
        return _last_of(cut_offs, fallback(p_values, starts(own, len(cut_offs)), _DELTA))

    return cut_off


def _even(own: int, n_cut_offs: int) -> FloatArray:  # noqa: ARG001 - one signature
    return np.full(n_cut_offs, 1 / n_cut_offs)


def _four(own: int, n_cut_offs: int) -> FloatArray:  # noqa: ARG001
    weights = np.zeros(n_cut_offs)
    weights[[n_cut_offs * i // 5 for i in (1, 2, 3, 4)]] = 0.25
    return weights


def _own_and_safer(own: int, n_cut_offs: int) -> FloatArray:
    """Nine tenths where power is, a tenth at half as many rows, should the first fail."""
    weights = np.zeros(n_cut_offs)
    weights[own] += 0.9
    weights[own // 2] += 0.1
    return weights


def _e_values(table: Table, world: World, history: Table) -> float:
    """Bet uniformly on rates below the limit, and pass where the wealth is 1 / delta."""
    cut_offs, n, outliers = _counts(table, _CUT_OFFS)
    curves = RiskCurves.of_history(cut_offs, history.score, history.outlier)
    rate = world.outlier_rate
    start = start_of(curves, cut_offs, len(table.score), rate, _DELTA)
    hit, missed = outliers + 1, n - outliers + 1
    wealth = (
        betaln(hit, missed)
        + np.log(np.maximum(betainc(hit, missed, rate), 1e-300))
        - np.log(rate)
        - outliers * np.log(rate)
        - (n - outliers) * np.log1p(-rate)
    )
    last, _ = last_passed(wealth >= -np.log(_DELTA), start)
    return -np.inf if last is None else float(cut_offs.scores[last])


def _split(table: Table, world: World, history: Table) -> float:  # noqa: ARG001
    """Give a quarter of the calibration rows away as older rows."""
    part = np.arange(len(table.score)) % 4 == 0
    return certify(
        table.score[~part],
        table.residual[~part],
        threshold=THRESHOLD,
        outlier_rate=world.outlier_rate,
        history=(table.score[part], table.residual[part]),
    ).cut_off


def _with(n_history: float, n_cut_offs: int) -> Contender:
    """Certify with a share of the older rows and so many cut-offs."""

    def cut_off(table: Table, world: World, history: Table) -> float:
        older = slice(0, int(n_history * len(history.score)))
        return certify(
            table.score,
            table.residual,
            threshold=THRESHOLD,
            outlier_rate=world.outlier_rate,
            history=(history.score[older], history.residual[older]) if n_history else None,
            cut_offs=n_cut_offs,
        ).cut_off

    return cut_off


def _smallest_p(n_history: float) -> Contender:
    """Start where a share of the older rows has the smallest p-value."""

    def cut_off(table: Table, world: World, history: Table) -> float:
        cut_offs, n, outliers = _counts(table, 100)
        older = slice(0, int(n_history * len(history.score)))
        n_older = cut_offs.cumulated(history.score[older])
        hit = cut_offs.cumulated(history.score[older], history.outlier[older])
        start = int(np.argmin(lower_tail(hit, n_older, world.outlier_rate)))
        passed = lower_tail(outliers, n, world.outlier_rate) <= _DELTA
        last, _ = last_passed(passed, start)
        return -np.inf if last is None else float(cut_offs.scores[last])

    return cut_off


VARIANTS: dict[str, Contender] = {
    "smallest p, as many older rows": _smallest_p(1.0),
    "smallest p, a quarter": _smallest_p(0.25),
    "expected coverage, as many older rows": _with(1.0, _CUT_OFFS),
    "expected coverage, a quarter": _with(0.25, _CUT_OFFS),
    "expected coverage, expected errors": _with(0.0, _CUT_OFFS),
    "expected coverage, 25 cut-offs": _with(1.0, 25),
    "expected coverage, 100 cut-offs": _with(1.0, 100),
    "expected coverage, 1000 cut-offs": _with(1.0, 1000),
    "a quarter of the rows split off": _split,
    "own start and a safer one, 9 to 1": _weighted(_own_and_safer),
    "four starts": _weighted(_four),
    "every cut-off a start": _weighted(_even),
    "e-values": _e_values,
}


def run(_: Path | None, seeds: int) -> pd.DataFrame:
    """Count over 200 tables of each size; a number of `seeds` would not change much."""
    del seeds
    rows: list[dict[str, Any]] = []
    for world in _WORLDS:
        rows.extend(measured(world, range(_TABLES), VARIANTS))
        print(f"certificate-variants: {world}", flush=True)
    return summed(pd.DataFrame(rows))
