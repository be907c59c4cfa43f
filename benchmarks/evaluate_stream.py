"""What it takes to judge a billion rows: made block by block, counted, and never held.

Row i of n has the place i * 387,420,489 modulo n in the order of scores: no two have one place. So
the safest tenth are those of the first n / 10 places, and the outliers among them are counted
beside the stream by nothing but their places. Each size is counted by a process of its own, which
tells its peak of memory, and is kept every hundred million rows: a run that was stopped goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.memory import peak_of_memory
from benchmarks.pieces import CACHE, kept
from qconf import RiskCoverageCounts
from qconf._types import FloatArray, IntArray

__all__ = ["direct_count", "measured", "run", "stream_block"]

#: Rows, and rows of a group; 0 is without groups.
_SIZES = ((10_000_000, 0), (100_000_000, 0), (1_000_000_000, 0), (1_000_000_000, 5))
_BLOCK, _KEPT_EVERY = 1_000_000, 100
#: Shares no factor with a power of ten.
_STEP = 387_420_489
_FOLDER = CACHE / "evaluate-stream"


def run(
    folder: Path | None, seeds: int, sizes: tuple[tuple[int, int], ...] = _SIZES
) -> pd.DataFrame:
    """Count rows of several sizes; one row each."""
    del folder, seeds
    pieces = [
        kept(_FOLDER / f"{rows}-{of_group}.parquet", lambda: _apart(rows, of_group))  # noqa: B023 - called at once
        for rows, of_group in sizes
    ]
    return pd.concat(pieces, ignore_index=True)


def stream_block(rows: int, start: int, size: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Make some rows: their places in the order, their scores, their residuals."""
    place = np.arange(start, start + size, dtype=np.int64) * _STEP % rows
    score = np.exp(2.0 * (place + 0.5) / rows - 3.0)
    noise = np.random.Generator(np.random.SFC64(start)).standard_normal(size)
    return place, score, score * noise


def direct_count(rows: int, place: IntArray, residual: FloatArray) -> int:
    """Count outliers among the safest tenth by the places of the rows alone."""
    return int(((place < rows // 10) & (np.abs(residual) > 0.15)).sum())


def measured(rows: int, of_group: int, folder: Path, block: int = _BLOCK) -> dict[str, Any]:
    """Go over the rows as often as it takes, from where an earlier run has stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    state, told = folder / "state.counts", folder / "told.json"
    counts, done = RiskCoverageCounts(), _nothing_done()
    if told.exists():
        kept_counts, kept_done = RiskCoverageCounts.load(state), json.loads(told.read_text())
        if kept_done["next"] == kept_counts.n_rows:  # else it was stopped between the two files
            counts, done = kept_counts, kept_done
    while True:
        while done["next"] < rows:
            _count_block(counts, done, rows, of_group, block)
            if done["next"] // block % _KEPT_EVERY == 0:
                _keep(counts, done, state, told)
        if counts.is_last:
            break
        counts = counts.next_pass()
        done["next"] = 0
        done["seconds"].append(0.0)
        _keep(counts, done, state, told)
    _keep(counts, done, state, told)
    return _summed_up(counts, done, rows, of_group, state)


def _nothing_done() -> dict[str, Any]:
    return {"next": 0, "direct": 0, "making": 0.0, "seconds": [0.0], "peak": 0}


def _count_block(
    counts: RiskCoverageCounts, done: dict[str, Any], rows: int, of_group: int, block: int
) -> None:
    began = time.process_time()
    start, size = done["next"], min(block, rows - done["next"])
    place, score, residual = stream_block(rows, start, size)
    groups = np.arange(start, start + size) // of_group if of_group else None
    if counts.pass_number == 1:
        done["direct"] += direct_count(rows, place, residual)
    made = time.process_time()
    counts.update(score, residual, groups)
    done["making"] += made - began
    done["seconds"][-1] += time.process_time() - made
    done["next"] += size


def _keep(counts: RiskCoverageCounts, done: dict[str, Any], state: Path, told: Path) -> None:
    counts.save(state)
    done["peak"] = max(done["peak"], peak_of_memory())
    told.write_text(json.dumps(done))


def _summed_up(
    counts: RiskCoverageCounts, done: dict[str, Any], rows: int, of_group: int, state: Path
) -> dict[str, Any]:
    began = time.process_time()
    told = counts.evaluate()
    telling = time.process_time() - began
    rate = told.best_decile.outlier_rate
    return {
        "rows": rows,
        "rows_of_a_group": of_group,
        "passes": len(done["seconds"]),
        "million_rows_a_second": "; ".join(f"{rows / s / 1e6:.1f}" for s in done["seconds"]),
        "cpu_seconds": round(sum(done["seconds"]) + telling),
        "making_rows": round(done["making"]),
        "peak_mb": round(max(done["peak"], peak_of_memory()) / 1024),
        "state_mb": round(state.stat().st_size / 2**20, 1),
        "outliers_in_best_decile": round(rate.value * told.best_decile.n),
        "counted_by_place": done["direct"],
        "best_decile_%": f"{100 * rate.value:.5f}",
        "interval": "{:.5f} to {:.5f}".format(*(100 * one for one in rate.interval)),
        "AURC": f"{told.aurc.value:.7f}",
        "AURC_bounds": "{:.7f} to {:.7f}".format(*told.aurc_bounds),
    }


def _apart(rows: int, of_group: int) -> pd.DataFrame:
    """Measure in a process of its own, as polite as one can be."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.evaluate_stream", str(rows), str(of_group)],
        check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    return pd.DataFrame([json.loads(done.stdout)])


def main(rows: int, of_group: int) -> None:
    """Print what was measured as JSON, in one line."""
    warm = RiskCoverageCounts(n_resamples=2)
    warm.update([0.1, 0.2], [0.1, 0.2], [1, 2]).evaluate()  # machine code is made once on a machine
    print(json.dumps(measured(rows, of_group, _FOLDER / f"{rows}-{of_group}")))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
