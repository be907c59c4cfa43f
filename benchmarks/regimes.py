"""When each monitor of a watch alarms, before and after a change: simulated, and on public tables.

Outcomes come later than decisions: 200 rows in the simulated worlds, a month in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

from benchmarks.pieces import CACHE, kept
from benchmarks.scenarios import Scenario, available
from qconf import ResidualConfidence
from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.monitoring.baseline import Baseline
from qconf.monitoring.kinds import kinds_of
from qconf.monitoring.plan import Plan
from qconf.monitoring.rows import DecidedRows
from qconf.monitoring.watch import Watch
from qconf.residuals.valuation import default_valuation_model

__all__ = ["regimes"]

_RUNS, _BASELINE, _BEFORE, _AFTER, _BATCH, _DELAY = 100, 3000, 1000, 2000, 100, 200
#: Runs of a piece that is kept.
_PIECE = 20
_CACHE = CACHE / "regimes"
_THRESHOLD, _CUT_OFF = 0.15, 0.09
_CHANGES = ("none", "level shift", "slope", "variance", "one region", "harder rows come")
_REGIONS = np.array(["a", "b", "c", "d", "e"])
_MONTHS_BEFORE = {"king-county": (4, 3), "ames": (24, 12), "seattle": (24, 12)}
_FOLDS = 5


def regimes(folder: Path | None) -> pd.DataFrame:
    """Tell for each change and monitor how often it alarms before and after, and how late."""
    found = []
    for change in _CHANGES:
        runs = pd.concat(_pieces(change))
        found += [{"where": "simulated", "change": change, **one} for one in _summed(runs)]
        print(f"monitoring: {change}", flush=True)
    for scenario in available(folder):
        if scenario.time is not None:
            own = partial(_of_scenario, scenario, folder)
            told: Any = kept(_CACHE / f"{scenario.id}.parquet", own).to_dict("records")
            found += told
            print(f"monitoring: {scenario.id}", flush=True)
    return pd.DataFrame(found)


def _pieces(change: str) -> Iterator[pd.DataFrame]:
    for first in range(0, _RUNS, _PIECE):
        path = _CACHE / f"{change.replace(' ', '-')}-{first}.parquet"
        yield kept(path, partial(_some_runs, change, range(first, first + _PIECE)))


def _some_runs(change: str, runs: range) -> pd.DataFrame:
    return pd.DataFrame([_simulated(change, number) for number in runs])


def _of_scenario(scenario: Scenario, folder: Path | None) -> pd.DataFrame:
    return pd.DataFrame(_of_table(scenario, scenario.load(folder)))


def _rows(change: str, number: int, first: int, n: int) -> DecidedRows:
    """Simulate rows: five regions, two with large errors, and a column that tells nothing."""
    rng = np.random.default_rng([18, number, int(first < 0)])
    at = np.arange(first, first + n)
    after = at >= _BEFORE
    share = np.array([0.3, 0.3, 0.2, 0.1, 0.1])
    harder = np.array([0.15, 0.15, 0.2, 0.25, 0.25])
    region = np.where(
        after & (change == "harder rows come"),
        rng.choice(5, n, p=harder),
        rng.choice(5, n, p=share),
    )
    expected = np.array([0.05, 0.06, 0.08, 0.14, 0.2])[region] * np.exp(rng.normal(0, 0.2, n))
    size = expected.copy()
    if change == "variance":
        size = np.where(after, 1.5 * size, size)
    if change == "one region":
        size = np.where(after & (region == 0), 2 * size, size)
    residual = size * rng.standard_t(5, n) / np.sqrt(5 / 3)
    if change == "level shift":
        residual = residual + 0.08 * after
    if change == "slope":
        residual = residual + 0.00008 * np.maximum(at - _BEFORE, 0)
    table = pd.DataFrame({"region": _REGIONS[region], "noise": rng.normal(size=n)})
    keys = (at + 1).astype(np.uint64)
    period = np.array([f"{one // 500:04d}" for one in at])
    return _decided(keys, at.astype(float), period, expected, residual, table, _CUT_OFF)


def _decided(
    keys: Any, time: Any, period: Any, expected: Any, residual: Any, table: Any, cut_off: float
) -> DecidedRows:
    accepted = expected <= cut_off
    given = keys, time, period, expected, residual, accepted, kinds_of(accepted, None), None
    return DecidedRows(*given, table, np.ones(len(expected)))


def _baseline(rows: DecidedRows, threshold: float) -> Baseline:
    return Baseline.of(
        rows.expected, rows.residual, rows.table, threshold=threshold, kinds=rows.kinds,
        probability=None,
    )  # fmt: skip


def _limit(rows: DecidedRows, threshold: float) -> float:
    """Limit the rate of the rows accepted with 95 % confidence, as a certificate does."""
    hit = np.abs(rows.residual[rows.accepted]) > threshold
    return float(beta.ppf(0.95, hit.sum() + 1, len(hit) - hit.sum()))


def _simulated(change: str, number: int) -> dict[str, float]:
    before = _rows("none", number, -_BASELINE, _BASELINE)
    plan = Plan(_THRESHOLD, _limit(before, _THRESHOLD), baseline=_baseline(before, _THRESHOLD))
    rows = _rows(change, number, 0, _BEFORE + _AFTER)
    ends = range(_BATCH, len(rows) + 1, _BATCH)
    return _first_alarms(Watch(plan), rows, [(end, max(end - _DELAY, 0)) for end in ends])


def _first_alarms(watch: Watch, rows: DecidedRows, ends: list[tuple[int, int]]) -> dict[str, float]:
    """Feed rows batch by batch; say after how many decisions each monitor alarmed."""
    first: dict[str, float] = dict.fromkeys([*watch.monitors, "any"], np.inf)
    told = 0
    for end, known in ends:
        some = rows.take(np.arange(told, end))
        residual = np.where(np.arange(told, end) < known, some.residual, np.nan)
        fields = {**vars(some), "residual": residual}
        watch.update(DecidedRows(**fields))
        for one in watch.raised:
            first[one.monitor] = min(first[one.monitor], end)
            first["any"] = min(first["any"], end)
        told = known
    return first


def _summed(runs: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for name in runs:
        rows = runs[name].to_numpy()
        late = rows[rows > _BEFORE] - _BEFORE
        yield {
            "monitor": name,
            "needs_outcomes": name in {"outliers", "scale", "change"},
            "runs": len(rows),
            "alarmed_before": int((rows <= _BEFORE).sum()),
            "alarmed_after": int(np.isfinite(late).sum()),
            "median_rows_after": float(np.median(late)) if len(late) else np.nan,
        }


def _of_table(scenario: Scenario, table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Freeze a pair of models, and feed the months that follow; outcomes are a month late."""
    table = table.drop(columns=list(scenario.drop))
    table = table.sort_values(str(scenario.time), kind="stable").reset_index(drop=True)
    y = table[scenario.target].to_numpy(dtype=np.float64)
    X = table.drop(columns=scenario.target)
    months = pd.DatetimeIndex(X[scenario.time]).to_period("M")
    month = np.asarray(12 * months.year + months.month)
    month -= month.min()
    fitted, window = _MONTHS_BEFORE[scenario.id]
    before = np.flatnonzero(month < fitted)
    model = default_valuation_model(error_scale("relative"), 0).fit(X.iloc[before], y[before])
    later = np.flatnonzero(month >= fitted)
    prediction = model.predict(X.iloc[later])
    residual = (prediction - y[later]) / y[later]
    features = X.iloc[later].drop(columns=str(scenario.time)).assign(prediction=prediction)
    n = int((month[later] < fitted + window).sum())
    expected = _expected(features, residual, n)
    cut_off = float(np.median(expected[:n]))
    period = np.array([str(one) for one in months[later]])
    keys = np.arange(len(later), dtype=np.uint64)
    told = keys, keys.astype(float), period, expected, residual, features.reset_index(drop=True)
    rows = _decided(*told, cut_off)
    reference, new = rows.take(np.arange(n)), rows.take(np.arange(n, len(rows)))
    limit = _limit(reference, _THRESHOLD)
    plan = Plan(_THRESHOLD, limit, baseline=_baseline(reference, _THRESHOLD))
    ends = np.flatnonzero(np.append(new.period[1:] != new.period[:-1], True)) + 1
    pairs = list(zip(ends.tolist(), [0, *ends[:-1].tolist()], strict=True))
    first = _first_alarms(Watch(plan), new, pairs)
    falls = _falls(new, limit)
    for name, row in first.items():
        yield {
            "where": scenario.id,
            "change": "as it came",
            "monitor": name,
            "needs_outcomes": name in {"outliers", "scale", "change"},
            "runs": 1,
            "alarmed_before": int(row < falls),
            "alarmed_after": int(falls <= row < np.inf),
            "median_rows_after": row - falls if np.isfinite(row - falls) else np.nan,
        }


def _falls(rows: DecidedRows, limit: float) -> float:
    """Return at which row the first month ended that was clearly above the limit."""
    for label in np.unique(rows.period):
        own = (rows.period == label) & rows.accepted
        hit = np.abs(rows.residual[own]) > _THRESHOLD
        if len(hit) and beta.ppf(0.05, max(hit.sum(), 1e-9), len(hit) - hit.sum() + 1) > limit:
            return float(np.flatnonzero(rows.period == label)[-1] + 1)
    return np.inf


def _expected(features: pd.DataFrame, residual: FloatArray, n: int) -> FloatArray:
    expected = np.empty(len(features))
    fold = np.random.default_rng(0).integers(_FOLDS, size=n)
    parts = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(_FOLDS)]
    for learned, told in [*parts, (np.arange(n), np.arange(n, len(features)))]:
        model = ResidualConfidence(random_state=0)
        model.fit(features.iloc[learned], residual[learned])
        expected[told] = model.predict(features.iloc[told])
    return expected
