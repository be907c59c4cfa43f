"""LightGBM against scikit-learn's histogram boosting as the engine of our learners, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold

from benchmarks.scenarios import available
from qconf import evaluate
from qconf.encoding.encoder import TableEncoder

__all__ = ["run"]

#: Rows a leaf, as `BoostedTrees` chooses for tables of this size.
_LEAF = 100


def _histogram(loss: str, n_trees: int, rate: float, leaf: int, named: Any, **more: Any) -> Any:
    return HistGradientBoostingRegressor(
        loss="squared_error" if loss == "squared" else loss,
        max_iter=n_trees,
        learning_rate=rate,
        min_samples_leaf=leaf,
        # More than 255 levels are not possible here; such columns count as numbers.
        categorical_features=np.flatnonzero(named),
        early_stopping=False,
        random_state=0,
        **more,
    )


def _lightgbm(loss: str, n_trees: int, rate: float, leaf: int, named: Any, **more: Any) -> Any:
    if "quantile" in more:
        more = {"alpha": more["quantile"]}
    return lightgbm.LGBMRegressor(
        objective="regression" if loss == "squared" else loss,
        n_estimators=n_trees,
        learning_rate=rate,
        min_child_samples=leaf,
        categorical_feature=np.flatnonzero(named).tolist(),
        force_row_wise=True,
        verbosity=-1,
        # The other engine has no such setting: run this with OMP_NUM_THREADS=1.
        n_jobs=1,
        random_state=0,
        **more,
    )


ENGINES: dict[str, Callable[..., Any]] = {"histogram": _histogram, "lightgbm": _lightgbm}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Fit values, squared residuals and quartiles with each engine, with the same settings."""
    return pd.DataFrame(_rows(folder, seeds))


def _rows(folder: Path | None, seeds: int) -> Iterator[dict[str, Any]]:
    for scenario in available(folder):
        table = scenario.load(folder)
        y = np.log(table[scenario.target].to_numpy(dtype=float))
        features = table.drop(columns=[scenario.target, *scenario.drop])
        encoder = TableEncoder().fit(features)
        X = encoder.transform(features)
        for seed in range(seeds):
            folds = list(KFold(5, shuffle=True, random_state=seed).split(X))
            residual = None
            for engine, make in ENGINES.items():
                for task in _tasks(make, encoder.is_categorical_, X, y, folds, residual):
                    if task["task"] == "valuation" and residual is None:
                        residual = task["residual"]
                    task.pop("residual", None)
                    yield {"scenario": scenario.id, "seed": seed, "engine": engine, **task}
        print(f"boosting: {scenario.id}", flush=True)


def _tasks(
    make: Callable[..., Any], named: Any, X: Any, y: Any, folds: Any, residual: Any
) -> Iterator[dict[str, Any]]:
    """Yield the accuracy and the seconds of each task; residuals are the first engine's."""
    predicted, seconds = _out_of_fold(lambda: make("squared", 300, 0.06, 20, named), X, y, folds)
    error = predicted - y
    yield {
        "task": "valuation",
        "rmse": round(float(np.sqrt(np.mean(error**2))), 5),
        "seconds": seconds,
        "residual": error,
    }
    residual = error if residual is None else residual
    squared = residual**2 / np.mean(residual**2)
    described = np.column_stack([X, y + residual])
    names = np.append(named, False)
    variance, seconds = _out_of_fold(
        lambda: make("gamma", 200, 0.05, _LEAF, names), described, squared + 1e-9, folds
    )
    yield {"task": "gamma", **_worth(variance, residual), "seconds": seconds}
    low, first = _out_of_fold(
        lambda: make("quantile", 200, 0.05, _LEAF, names, quantile=0.25),
        described,
        residual,
        folds,
    )
    high, second = _out_of_fold(
        lambda: make("quantile", 200, 0.05, _LEAF, names, quantile=0.75),
        described,
        residual,
        folds,
    )
    yield {"task": "quartiles", **_worth(np.abs(high - low), residual), "seconds": first + second}


def _out_of_fold(make: Callable[[], Any], X: Any, y: Any, folds: Any) -> tuple[Any, float]:
    predicted = np.empty(len(y))
    began = time.perf_counter()
    for train, test in folds:
        predicted[test] = make().fit(X[train], y[train]).predict(X[test])
    return predicted, round(time.perf_counter() - began, 2)


def _worth(score: Any, residual: Any) -> dict[str, float]:
    result = evaluate(score, residual, threshold=0.15, n_resamples=10)
    return {
        "best_decile_rate": round(result.best_decile.outlier_rate.value, 5),
        "aurc": round(result.aurc.value, 5),
    }
