"""How fast a fitted model scores: a table at once, one row, and its trees beside LightGBM's own.

A default `ConfidentRegressor`, whose confidence is a blend, is fitted on King County and asked for
all rows, and for one of them at a time. Trees are 300 of 31 leaves, as those of the default
valuation model; both engines walk the same ones, one after the other, and must say the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import SCENARIOS
from qconf import ConfidentRegressor
from qconf._types import FloatArray
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.lightgbm_engine import load_lightgbm

__all__ = ["run"]

#: So many rows are asked for one at a time; their median counts.
_SINGLE_ROWS = 40
_N_TREES = 300
_TREES: dict[str, Any] = {
    "num_leaves": 31, "min_data_in_leaf": 20, "num_threads": 1, "deterministic": True,
    "verbosity": -1,
}  # fmt: skip


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Time everything in turns, `seeds` times, after one turn that is not counted."""
    scenario = SCENARIOS[0]
    table = scenario.load(folder).drop(columns=list(scenario.drop))
    X, y = table.drop(columns=scenario.target), table[scenario.target].to_numpy()
    model = ConfidentRegressor(random_state=0).fit(X, y, time=scenario.time)
    asked: dict[str, Callable[[], Any]] = {
        "predict_error": lambda: model.predict_error(X),
        "predict(return_std=True)": lambda: model.predict(X, return_std=True),
        **_walks(X.select_dtypes("number").to_numpy(dtype=np.float64), np.log(y)),
    }
    rows: list[dict[str, Any]] = []
    for turn in range(-1, seeds):
        rows += [_timed(turn, name, work, len(X)) for name, work in asked.items()]
        rows += _one_by_one(turn, model, X)
    measured = pd.DataFrame(rows)
    return measured[measured["turn"] >= 0]


def _walks(matrix: FloatArray, target: FloatArray) -> dict[str, Callable[[], Any]]:
    """Grow trees; return what sums them, in one thread each."""
    lightgbm = load_lightgbm()
    booster = lightgbm.train(_TREES, lightgbm.Dataset(matrix, target), _N_TREES)
    trees = FlatTrees.of_lightgbm(booster)
    assert np.array_equal(trees.sums(matrix)[:, 0], booster.predict(matrix))
    return {
        "trees, FlatTrees": lambda: trees.sums(matrix, n_jobs=1),
        "trees, LightGBM": lambda: booster.predict(matrix, num_threads=1),
    }


def _timed(turn: int, name: str, work: Callable[[], Any], n_rows: int) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "turn": turn,
        "what": name,
        "rows": n_rows,
        "threads": os.environ.get("OMP_NUM_THREADS", os.cpu_count()),
        "seconds": round(time.perf_counter() - wall, 5),
        "cpu_seconds": round(time.process_time() - cpu, 5),
    }


def _one_by_one(turn: int, model: Any, X: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Ask for single rows; return the median."""
    alone = [partial(model.predict_error, X.iloc[[row]]) for row in range(_SINGLE_ROWS)]
    single = [_timed(turn, "predict_error, one row", work, 1) for work in alone]
    yield sorted(single, key=lambda row: row["cpu_seconds"])[_SINGLE_ROWS // 2]
