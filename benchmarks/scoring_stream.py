"""What it takes to score a nation: ten million rows of twenty columns, Parquet to Parquet.

Each size is scored by a process of its own, which tells its peak of memory. The model is a light
one (`_fitted`): what is measured is the stream around it. The peak of one row is that of the
libraries and the model.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from qconf import ConfidentRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.saving.writing import save

__all__ = ["run", "table_rows"]

_SIZES = (1, 1_000_000, 10_000_000)
_FIT = 20_000
_CHUNK = 500_000
_LEVELS = 70
#: What a scoring process runs; its last line is its peak of memory, as Linux tells it.
_PROGRAM = """
import sys
from pathlib import Path
from qconf.cli.app import run
run(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def run(folder: Path | None, seeds: int, sizes: tuple[int, ...] = _SIZES) -> pd.DataFrame:
    """Score tables of several sizes; one row each."""
    del folder, seeds
    with tempfile.TemporaryDirectory() as place:
        save(_fitted(), Path(place, "model.qconf"))
        return pd.DataFrame([_measured(Path(place), size) for size in sizes])


def _fitted() -> ConfidentRegressor:
    """Fit 100 trees of 31 leaves for the value, and a constant for its error."""
    table = table_rows(_FIT, 0)
    rng = np.random.default_rng(1)
    price = np.exp(12 + 0.1 * table["x0"] + 0.2 * table["x1"] + rng.normal(scale=0.2, size=_FIT))
    trees = BoostedTrees(n_estimators=100, random_state=0)
    model = ConfidentRegressor(trees, "constant", random_state=0)
    return model.fit(table, price)


def table_rows(count: int, seed: int) -> pd.DataFrame:
    """Make 16 columns of numbers, 2 of names and 2 of dates."""
    rng = np.random.default_rng(seed)
    numbers = {f"x{i}": rng.normal(size=count).round(3) for i in range(16)}
    names = {f"name{i}": rng.integers(_LEVELS, size=count).astype(str) for i in range(2)}
    day = np.datetime64("2031-01-05", "us")
    dates = {f"day{i}": day - rng.integers(9000, size=count).astype("m8[D]") for i in range(2)}
    return pd.DataFrame({**numbers, **names, **dates})


def _measured(place: Path, size: int) -> dict[str, Any]:
    source, output = place / "new.parquet", place / "scored.parquet"
    _write(source, size)
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _PROGRAM, "score", str(place / "model.qconf"), str(source),
         "--output", str(output), "--keep", "name0"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    assert pq.read_metadata(output).num_rows == size
    return {
        "rows": size,
        "columns": 20,
        "seconds": round(seconds, 1),
        "rows_a_second": round(size / seconds),
        "peak_mb": round(int(done.stdout.split()[-1]) / 1024),
        "input_mb": round(source.stat().st_size / 2**20),
    }


def _write(path: Path, size: int) -> None:
    """Write a file in row groups, so that making it takes no more memory than scoring it."""
    with pq.ParquetWriter(path, pa.Table.from_pandas(table_rows(1, 0)).schema) as writer:
        for begin in range(0, size, _CHUNK):
            rows = table_rows(min(_CHUNK, size - begin), 2 + begin)
            writer.write_table(pa.Table.from_pandas(rows, preserve_index=False))
