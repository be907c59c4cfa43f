"""How many rows monitors need for an alarm, and how often they raise a false one.

Run lengths are of single monitors of a rate with the limit 6 %, beside MAPIE's RiskMonitoring with
the same limit. Regime changes are of a whole watch: simulated ones, and months of public tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pieces import CACHE, kept
from benchmarks.regimes import regimes
from qconf import RateMonitor
from qconf._types import FloatArray, IntArray

__all__ = ["run"]

_LIMIT, _RUNS, _BEFORE = 0.06, 1000, 1000
#: Medians of a hundred rows have a standard error of two in a thousand runs, of one in these.
_CHANGE_RUNS = 4000
#: Its limits of all rows take most of a second, where ours take 5 ms.
_MAPIE_RUNS = 100
#: Runs of a piece that is kept.
_PIECE = 50
_CACHE = CACHE / "monitoring"
#: Rate before and after the change, rows before it, and rows in all.
_WORLDS = {
    "9 % from the start": (0.09, 0.09, 0, 6000),
    "12 % from the start": (0.12, 0.12, 0, 2000),
    "5 to 10 % after 1,000 rows": (0.05, 0.10, _BEFORE, 7000),
    "5 to 15 % after 1,000 rows": (0.05, 0.15, _BEFORE, 3000),
}
_HORIZON = 20_000


def run(folder: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Measure run lengths in 1,000 runs, and regime changes in 100."""
    del seeds
    lengths = pd.DataFrame([*_false_alarms(), *_run_lengths()])
    print("monitoring: run lengths", flush=True)
    return {"monitoring": lengths, "monitoring-regimes": regimes(folder)}


def _false_alarms() -> Iterator[dict[str, Any]]:
    """Count alarms at the limit over 20,000 rows, for several orders in which labels come."""
    for order in ("of decision", "at random", "each up to 5,000 rows late"):
        found = _in_pieces(f"level-{order}", _RUNS, partial(_alarms, order))
        yield _told("qconf level", f"6 %, labels in order {order}", found, _HORIZON)


def _alarms(order: str, runs: range) -> Iterator[float]:
    for number in runs:
        rng = np.random.default_rng([16, number])
        outlier = (rng.random(_HORIZON) < _LIMIT).astype(np.intp)
        if order == "at random":
            outlier = rng.permutation(outlier)
        elif order != "of decision":
            outlier = outlier[np.argsort(np.arange(_HORIZON) + rng.uniform(0, 5000, _HORIZON))]
        yield _level(outlier)


def _run_lengths() -> Iterator[dict[str, Any]]:
    contenders = {"qconf level": (_level, _RUNS), "qconf change": (_change, _CHANGE_RUNS)}
    if find_spec("mapie") is not None:
        contenders["MAPIE RiskMonitoring"] = _mapie, _MAPIE_RUNS
    for world in _WORLDS:
        for name, (first, runs) in contenders.items():
            found = _in_pieces(f"{name}-{world}", runs, partial(_first_rows, world, first))
            yield _told(name, world, found, _WORLDS[world][2])


def _first_rows(world: str, first: Callable[[IntArray], float], runs: range) -> Iterator[float]:
    """Say after how many rows a contender alarms, in each run."""
    before, after, n_before, n_rows = _WORLDS[world]
    for number in runs:
        rng = np.random.default_rng([17, number])
        rate = np.where(np.arange(n_rows) < n_before, before, after)
        yield first((rng.random(n_rows) < rate).astype(np.intp))


def _in_pieces(name: str, runs: int, make: Callable[[range], Iterator[float]]) -> FloatArray:
    """Return rows to the alarm in all runs, some of them from files."""
    stem = "-".join(re.findall("[a-zA-Z0-9]+", name))
    parts = []
    for first in range(0, runs, _PIECE):
        piece = partial(_piece, make, range(first, first + _PIECE))
        parts.append(kept(_CACHE / f"{stem}-{first}.parquet", piece))
    return np.asarray(pd.concat(parts)["rows"])


def _piece(make: Callable[[range], Iterator[float]], runs: range) -> pd.DataFrame:
    return pd.DataFrame({"rows": list(make(runs))})


def _told(name: str, world: str, found: FloatArray, n_before: int) -> dict[str, Any]:
    """Count alarms of rows that were as promised, and take the median of the others."""
    false, late = int((found <= n_before).sum()), found[found > n_before] - n_before
    return {
        "contender": name,
        "world": world,
        "runs": len(found),
        "false_alarms": false,
        "false_alarm_rate": round(false / len(found), 4),
        "median_rows": float(np.median(late)) if n_before < _HORIZON else np.nan,
    }


def _level(outlier: IntArray) -> float:
    alarm = RateMonitor(_LIMIT).update(outlier).alarm
    return np.inf if alarm is None else alarm.n_rows


def _change(outlier: IntArray) -> float:
    monitor = RateMonitor(_LIMIT, kind="change")
    for part in np.array_split(outlier, max(len(outlier) // 200, 1)):
        if monitor.update(part).alarm is not None:
            break
    return np.inf if monitor.alarm is None else monitor.alarm.n_rows


def _mapie(outlier: IntArray) -> float:
    """Find the first row whose lower limit is above 6 %: one update tells that of all rows."""
    from mapie.exchangeability_testing import RiskMonitoring  # noqa: PLC0415 - may not be there

    monitor = RiskMonitoring(risk="accuracy", threshold=_LIMIT, warn=False)
    monitor.update(np.zeros(len(outlier), dtype=int), outlier)
    above = np.flatnonzero(monitor.online_risk_lower_bound_sequence_history > _LIMIT)
    return float(above[0]) + 1 if len(above) else np.inf
