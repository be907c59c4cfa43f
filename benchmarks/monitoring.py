"""How many rows monitors need for an alarm, and how often they raise a false one.

Run lengths are of single monitors of a rate with the limit 6 %, beside MAPIE's RiskMonitoring with
the same limit. Regime changes are of a whole watch: simulated ones, and months of public tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.regimes import regimes
from qconf import RateMonitor
from qconf._types import IntArray

__all__ = ["run"]

_LIMIT, _RUNS, _BEFORE = 0.06, 1000, 1000
#: Its limits of all rows take most of a second, where ours take 5 ms.
_MAPIE_RUNS = 20
#: Rate before and after the change, rows before it, and rows in all.
_WORLDS = {
    "9 % from the start": (0.09, 0.09, 0, 6000),
    "12 % from the start": (0.12, 0.12, 0, 2000),
    "5 to 10 % after 1,000 rows": (0.05, 0.10, _BEFORE, 7000),
    "5 to 15 % after 1,000 rows": (0.05, 0.15, _BEFORE, 3000),
}
_HORIZON = 20_000


def run(folder: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Measure run lengths in 1,000 runs, and regime changes in 20."""
    del seeds
    lengths = pd.DataFrame([*_false_alarms(), *_run_lengths()])
    print("monitoring: run lengths", flush=True)
    return {"monitoring": lengths, "monitoring-regimes": regimes(folder)}


def _false_alarms() -> Iterator[dict[str, Any]]:
    """Count alarms at the limit over 20,000 rows, for several orders in which labels come."""
    for order in ("of decision", "at random", "each up to 5,000 rows late"):
        alarms = 0
        for number in range(_RUNS):
            rng = np.random.default_rng([16, number])
            outlier = (rng.random(_HORIZON) < _LIMIT).astype(np.intp)
            if order == "at random":
                outlier = rng.permutation(outlier)
            elif order != "of decision":
                outlier = outlier[np.argsort(np.arange(_HORIZON) + rng.uniform(0, 5000, _HORIZON))]
            alarms += RateMonitor(_LIMIT).update(outlier).alarm is not None
        yield _told("qconf level", f"6 %, labels in order {order}", _RUNS, alarms, np.nan)


def _run_lengths() -> Iterator[dict[str, Any]]:
    contenders = {"qconf level": _level, "qconf change": _change}
    if find_spec("mapie") is not None:
        contenders["MAPIE RiskMonitoring"] = _mapie
    for world, (before, after, n_before, n_rows) in _WORLDS.items():
        found: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(_RUNS):
            rng = np.random.default_rng([17, number])
            rate = np.where(np.arange(n_rows) < n_before, before, after)
            outlier = (rng.random(n_rows) < rate).astype(np.intp)
            for name, first in contenders.items():
                if first is not _mapie or number < _MAPIE_RUNS:
                    found[name].append(first(outlier))
        for name, lengths in found.items():
            late = [one - n_before for one in lengths if one > n_before]
            early = sum(one <= n_before for one in lengths)
            yield _told(name, world, len(lengths), early, float(np.median(late)))


def _told(name: str, world: str, runs: int, false: int, median: float) -> dict[str, Any]:
    return {
        "contender": name,
        "world": world,
        "runs": runs,
        "false_alarms": false,
        "false_alarm_rate": round(false / runs, 4),
        "median_rows": median,
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
