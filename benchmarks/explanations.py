"""Whether reasons hold: take the top reason's column away, and see where the expected error goes.

A default `ConfidentRegressor` is fitted on the older rows of a table (or on four fifths at random)
and explained on 1,000 others. Each contender names a column for each row: the one that
`explain_error` tells first, the one with the largest contribution, and that of boosted trees that
were fitted to the model's log expected errors on the rows of the fit, with their exact
path-dependent Shapley values (TreeSHAP). The named column is then set to the cell of the typical
row, and the *model* is asked again: its expected error must go down if the contribution was above
zero, and up if it was below.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

import qconf
from benchmarks.scenarios import SCENARIOS, Scenario
from qconf import ConfidentRegressor, explain_error
from qconf._types import FloatArray, IntArray
from qconf.encoding.encoder import TableEncoder
from qconf.explanation.contributions import contributions
from qconf.learners.trees.lightgbm_engine import load_lightgbm

__all__ = [
    "FIRST",
    "LARGEST",
    "SURROGATE",
    "alone_seconds",
    "of_model",
    "of_surrogate",
    "prepared",
    "run",
    "summed",
]

_TABLES = ("king-county", "seattle")
#: Whose reasons.
FIRST, LARGEST, SURROGATE = "first reason", "largest contribution", "surrogate trees"
_EXPLAINED = 1000
_ALONE = 20
_TREES: dict[str, Any] = {
    "num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 20, "num_threads": 1,
    "deterministic": True, "verbosity": -1,
}  # fmt: skip


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - nothing is drawn
    """Measure each table once: neither fit nor explanation hangs on a seed."""
    tables = [one for one in SCENARIOS if one.id in _TABLES]
    if folder is None:
        tables = tables[:1]
    found = []
    for one in tables:
        model, fitted, rows = prepared(one, folder)
        told = of_model(model, rows) | {SURROGATE: of_surrogate(model, fitted, rows)}
        alone = {FIRST: alone_seconds(model, rows)}
        found += [
            {"table": one.id, "reasons": name, **summed(each), **alone.get(name, {})}
            for name, each in told.items()
        ]
    return pd.DataFrame(found)


def prepared(scenario: Scenario, folder: Path | None) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    """Fit a model on four fifths of a table; return it, its rows, and those to be explained."""
    table = scenario.load(folder).drop(columns=list(scenario.drop))
    if scenario.time is not None:
        table = table.sort_values(scenario.time, kind="stable")
    else:
        table = table.sample(frac=1.0, random_state=0)
    X, y = table.drop(columns=scenario.target), table[scenario.target].to_numpy()
    n_fitted = 4 * len(X) // 5
    fitted, new = X.iloc[:n_fitted], X.iloc[n_fitted:].reset_index(drop=True)
    model = ConfidentRegressor(random_state=0).fit(fitted, y[:n_fitted], time=scenario.time)
    return model, fitted, new.iloc[np.linspace(0, len(new) - 1, _EXPLAINED).astype(int)]


def of_model(model: Any, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Explain rows by the model itself, and take a property of each away.

    Once that which is told first, which was chosen to hold alone (`Contributions.reasons`), and
    once that with the largest contribution.
    """
    began = time.process_time()
    found = contributions(model, rows)
    seconds = (time.process_time() - began) / len(rows)
    told = found.typical + found.parts.sum(axis=1)
    expected, predicted = model.predict_error(rows), model.predict(rows)
    figures = {
        "told": told[:, 1],
        "asked": np.log(expected),
        "product_error": np.abs(np.exp(told[:, 1]) / expected - 1),
        "sum_error": np.abs(told[:, 0] / predicted - 1),
        "cpu_seconds": seconds,
    }
    properties, parts = [one.columns for one in found.properties], found.parts[:, :, 1]
    chosen = {
        FIRST: np.array([found.reasons(row)[0] for row in range(len(rows))]),
        LARGEST: np.abs(parts).argmax(axis=1),
    }
    return {
        name: _taken_away(model, rows, properties, parts, at).assign(**figures)
        for name, at in chosen.items()
    }


def of_surrogate(model: Any, fitted: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Explain them by trees that were fitted to what the model says of the rows of the fit."""
    lightgbm = load_lightgbm()
    encoder = TableEncoder().fit(fitted)
    levels = np.flatnonzero(encoder.is_categorical_).tolist()
    target = np.log(model.predict_error(fitted))
    data = lightgbm.Dataset(encoder.transform(fitted), target, categorical_feature=levels)
    trees = lightgbm.train(_TREES, data, 300)
    matrix = encoder.transform(rows)
    began = time.process_time()
    parts = trees.predict(matrix, pred_contrib=True)[:, :-1]
    seconds = (time.process_time() - began) / len(rows)
    largest = np.abs(parts).argmax(axis=1)
    return _taken_away(model, rows, [(name,) for name in rows.columns], parts, largest).assign(
        told=trees.predict(matrix), asked=np.log(model.predict_error(rows)), cpu_seconds=seconds
    )


def alone_seconds(model: Any, rows: pd.DataFrame) -> dict[str, float]:
    """Return the median times of one row's reasons, by a loaded model: of the clock and the CPU."""
    with tempfile.TemporaryDirectory() as name:
        qconf.save(model, Path(name, "model.qconf"))
        loaded = qconf.load(Path(name, "model.qconf"))
    taken = []
    for at in range(_ALONE):
        began = time.perf_counter(), time.process_time()
        explain_error(loaded, rows.iloc[[at]])
        taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    clock, processor = np.median(taken, axis=0)
    return {
        "seconds_one_row": round(float(clock), 4),
        "cpu_seconds_one_row": round(float(processor), 4),
    }


def _taken_away(
    model: Any,
    rows: pd.DataFrame,
    properties: Sequence[Sequence[str]],
    parts: FloatArray,
    at: IntArray,
) -> pd.DataFrame:
    """Set each row's top property to the typical cells, and ask the model again."""
    typical, moved = model.background_.typical, rows.copy()
    for i in np.unique(at):
        for name in properties[i]:
            cells = moved[name].astype(object)
            cells[at == i] = typical[name].item()
            moved[name] = cells.astype(rows[name].dtype)
    change = np.log(model.predict_error(rows)) - np.log(model.predict_error(moved))
    top = [" + ".join(properties[i]) for i in at]
    return pd.DataFrame(
        {"top": top, "contribution": parts[np.arange(len(at)), at], "change": change}
    )


def summed(each: pd.DataFrame) -> dict[str, Any]:
    """Sum up rows that were explained."""
    right = (np.sign(each["change"]) == np.sign(each["contribution"])).sum()
    low, high = (float(beta.ppf(at, right + 0.5, len(each) - right + 0.5)) for at in (0.025, 0.975))
    left = each["asked"] - each["told"]
    return {
        "rows": len(each),
        "moved_as_told": round(float(right) / len(each), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "fidelity": round(1.0 - float(left.var() / each["asked"].var()), 4),
        "mean_top_contribution": round(float(each["contribution"].abs().mean()), 4),
        "mean_change": round(float((each["change"] * np.sign(each["contribution"])).mean()), 4),
        "product_error": float(each.get("product_error", pd.Series([np.nan])).max()),
        "sum_error": float(each.get("sum_error", pd.Series([np.nan])).max()),
        "cpu_seconds_a_row": round(float(each["cpu_seconds"].mean()), 5),
    }
