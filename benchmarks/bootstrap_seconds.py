"""What replicates of leaves cost beside the fit that they come from, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.threads import threads_for
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.leaf_bootstrap.bootstrap import LeafBootstrap

__all__ = ["seconds"]

TURNS = 5
#: Rows of the tables, and how many of them are scored.
ROWS = (100_000, 1_000_000)
SCORED = 100_000
_NUMBERS = 17
_LEVELS = (5, 30, 300)


def seconds(n_replicates: int) -> pd.DataFrame:
    """Time one model and its replicates, fit and prediction; one row a table and turn."""
    return pd.DataFrame(_rows(n_replicates))


def _rows(n_replicates: int) -> Iterator[dict[str, Any]]:
    # So that nothing is compiled while the clock runs.
    _turn(*_table(2000), n_replicates)
    for n_rows in ROWS:
        X, squared = _table(n_rows)
        for turn in range(TURNS):
            known = {"rows": n_rows, "threads": threads_for(n_rows), "turn": turn}
            yield {**known, **_turn(X, squared, n_replicates)}
        print(f"bootstrap: seconds of {n_rows} rows", flush=True)


def _turn(X: pd.DataFrame, squared: FloatArray, n_replicates: int) -> dict[str, float]:
    scored = X.iloc[:SCORED]
    trees, replicates = BoostedTrees("gamma", random_state=0), LeafBootstrap(n_replicates)
    steps: dict[str, Callable[[], Any]] = {
        "fit": lambda: trees.fit(X, squared),
        "predict": lambda: trees.predict(scored),
        "fit_replicates": lambda: replicates.fit(trees, X, squared),
        "predict_replicates": lambda: replicates.predict(scored),
    }
    return {name: _timed(step) for name, step in steps.items()}


def _timed(step: Callable[[], Any]) -> float:
    began = time.perf_counter()
    step()
    return round(time.perf_counter() - began, 3)


def _table(n_rows: int) -> tuple[pd.DataFrame, FloatArray]:
    """Draw 20 columns, 3 of them categories, and squared errors whose size hangs on three."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        rng.standard_normal((n_rows, _NUMBERS)), columns=[f"x{i}" for i in range(_NUMBERS)]
    )
    level = np.zeros(n_rows, dtype=np.intp)
    for levels in _LEVELS:
        level = rng.integers(levels, size=n_rows)
        X[f"of {levels}"] = pd.Categorical(np.char.add("level ", level.astype(str)))
    # The last category is the one of most levels.
    size = np.exp(0.5 * X["x0"].to_numpy() + 0.4 * (X["x1"].to_numpy() > 0))
    size *= np.exp(0.3 * rng.standard_normal(_LEVELS[-1]))[level]
    return X, (size * rng.standard_normal(n_rows)) ** 2
