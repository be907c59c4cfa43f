"""Time comparables of ten thousand rows among a million sales, in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np
import pandas as pd

from benchmarks.memory import peak_of_memory
from benchmarks.scoring_stream import table_rows
from qconf import ConfidentRegressor, comparables

__all__ = ["main"]

#: What is timed hangs on the number of trees, not on what they were fitted on.
_FIT = 5_000


def main(n_sales: int = 1_000_000, n_rows: int = 10_000) -> None:
    """Print the seconds and the peak of memory as JSON, in one line."""
    model = ConfidentRegressor(confidence="constant", folds=2, random_state=0)
    model.fit(*_priced(_FIT, 0))
    sales, price = _priced(n_sales, 1)
    rows, _ = _priced(n_rows, 2)
    # Machine code is made once on a machine.
    comparables(model, rows[:20], sales=sales[:100], target=price[:100]).adjustments  # noqa: B018
    wall, cpu = time.perf_counter(), time.process_time()
    found = comparables(model, rows, sales=sales, target=price)
    sizes = len(found.table), len(found.summary), len(found.adjustments)
    seconds, busy = time.perf_counter() - wall, time.process_time() - cpu
    told = {
        "rows": n_rows,
        "sales": n_sales,
        "trees": found.n_trees,
        "columns": rows.shape[1],
        "lines": sizes[2],
        "threads": os.environ.get("OMP_NUM_THREADS", os.cpu_count()),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(busy, 1),
        "peak_mb": round(peak_of_memory() / 1024),
    }
    print(json.dumps(told))


def _priced(count: int, seed: int) -> tuple[pd.DataFrame, pd.Series[float]]:
    table = table_rows(count, seed)
    rng = np.random.default_rng(seed)
    log = 12 + 0.1 * table["x0"] + 0.2 * table["x1"] + 0.1 * np.abs(table["x2"])
    zone = table["name0"].astype(int) / 100
    return table, np.exp(log + zone + rng.normal(scale=0.2, size=count)).rename("price")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
