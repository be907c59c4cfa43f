"""What all built-in estimators cost on a million rows of twenty columns, in fits of one model.

`main` runs in a process of its own, whose peak of memory is then that of one comparison.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from benchmarks.memory import peak_of_memory
from benchmarks.out_of_memory import sales
from qconf import Comparison, compare
from qconf.core.error_scale import error_scale
from qconf.estimators.registry import BUILT_IN
from qconf.residuals.valuation import default_valuation_model

__all__ = ["main", "run"]

_ROWS: Final = 1_000_000
#: These judge what other columns say, and cost nothing.
_WITHOUT: Final = {"column", "interval"}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare all built-in estimators, and time one fit of the default valuation model."""
    del folder, seeds
    program = [sys.executable, "-m", "benchmarks.million_rows"]
    told = subprocess.run(program, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return pd.DataFrame([json.loads(told.splitlines()[-1])])


def main(n_rows: int = _ROWS) -> None:
    """Print seconds, the peak of memory and the share of each estimator as JSON, in one line."""
    table = sales(0, n_rows, n_rows).drop(columns=["sold", "building"])
    names = [name for name in BUILT_IN if name not in _WITHOUT]
    one_fit = _seconds(lambda: _fitted(table))
    found: list[Any] = []
    whole = _seconds(lambda: found.append(compare(table, "price", estimators=names)))
    again = _seconds(lambda: _fitted(table))
    told = {
        "rows": n_rows,
        "columns": table.shape[1] - 1,
        "estimators": len(names),
        "processors": os.cpu_count(),
        "fit_seconds": round((one_fit + again) / 2, 1),
        "compare_seconds": round(whole, 1),
        "fits": round(2 * whole / (one_fit + again), 1),
        "peak_mb": round(peak_of_memory() / 1024),
        "seconds_of_each": "; ".join(f"{name} {spent:.0f}" for name, spent in _parts(found[0])),
    }
    print(json.dumps(told))


def _parts(found: Comparison) -> Iterator[tuple[str, float]]:
    """Yield what the valuation models, each estimator and the intervals took."""
    yield "valuation models", found.seconds["valuation"]
    yield from ((one.name, one.seconds) for one in found.ranking)
    yield "intervals", found.seconds["evaluation"]


def _fitted(table: pd.DataFrame) -> Any:
    model = default_valuation_model(error_scale("relative"), random_state=0)
    return model.fit(table.drop(columns="price"), table["price"])


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
