"""Whether reasons hold: take the top reason's column away, and see where the expected error goes.

A default `ConfidentRegressor` is fitted on the older rows of a table (or on four fifths at random)
and explained on 1,000 others. Contenders name the property with the largest contribution: the
model itself (`explain_error`), and boosted trees that were fitted to its log expected errors on
the rows of the fit, with their exact path-dependent Shapley values (TreeSHAP). The named column is
then set to the cell of the typical row, and the *model* is asked again: its expected error must go
down if the contribution was above zero, and up if it was below.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import qconf
from benchmarks.scenarios import SCENARIOS, Scenario
from qconf import ConfidentRegressor, explain_error, explain_value
from qconf._types import FloatArray
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.boosted import load_lightgbm

__all__ = ["measured", "run"]

_TABLES = ("king-county", "seattle")
_EXPLAINED = 1000
_ALONE = 40
_TREES: dict[str, Any] = {
    "num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 20, "num_threads": 1,
    "deterministic": True, "verbosity": -1,
}  # fmt: skip


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - nothing is drawn
    """Measure each table once: neither fit nor explanation hangs on a seed."""
    tables = [one for one in SCENARIOS if one.id in _TABLES]
    if folder is None:
        tables = tables[:1]
    return pd.concat([measured(one, folder) for one in tables], ignore_index=True)


def measured(scenario: Scenario, folder: Path | None) -> pd.DataFrame:
    """Fit, explain and take away on one table."""
    table = scenario.load(folder).drop(columns=list(scenario.drop))
    if scenario.time is not None:
        table = table.sort_values(scenario.time, kind="stable")
    else:
        table = table.sample(frac=1.0, random_state=0)
    X, y = table.drop(columns=scenario.target), table[scenario.target].to_numpy()
    n_fitted = 4 * len(X) // 5
    fitted, new = X.iloc[:n_fitted], X.iloc[n_fitted:].reset_index(drop=True)
    model = ConfidentRegressor(random_state=0).fit(fitted, y[:n_fitted], time=scenario.time)
    rows = new.iloc[np.linspace(0, len(new) - 1, _EXPLAINED).astype(int)].reset_index(drop=True)
    itself = _of_model(model, rows)
    surrogate = _of_surrogate(model, fitted, rows)
    found = pd.DataFrame([itself, surrogate])
    found.insert(0, "table", scenario.id)
    return found


def _of_model(model: Any, rows: pd.DataFrame) -> dict[str, Any]:
    began = time.process_time()
    reasons = explain_error(model, rows)
    seconds = (time.process_time() - began) / len(rows)
    values = explain_value(model, rows)
    expected, predicted = model.predict_error(rows), model.predict(rows)
    product = reasons.table.groupby("row")["factor"].prod() * reasons.summary["typical_error"]
    sums = values.table.groupby("row")["contribution"].sum() + values.summary["typical_value"]
    top = reasons.table.groupby("row").head(1)
    return {
        "reasons": "model itself",
        **_taken_away(model, rows, top["property"].to_numpy(), top["contribution"].to_numpy()),
        "fidelity": 1.0 - float(np.var(np.log(product / expected)) / np.var(np.log(expected))),
        "product_error": float(np.abs(product / expected - 1).max()),
        "sum_error": float(np.abs(sums / predicted - 1).max()),
        "cpu_seconds_a_row": seconds,
        "seconds_one_row": _alone(model, rows),
    }


def _alone(model: Any, rows: pd.DataFrame) -> float:
    """Return the median time of one row's reasons and contributions, by a loaded model."""
    with tempfile.TemporaryDirectory() as name:
        qconf.save(model, Path(name, "model.qconf"))
        loaded = qconf.load(Path(name, "model.qconf"))
    taken = []
    for at in range(_ALONE):
        began = time.perf_counter()
        explain_error(loaded, rows.iloc[[at]])
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def _of_surrogate(model: Any, fitted: pd.DataFrame, rows: pd.DataFrame) -> dict[str, Any]:
    lightgbm = load_lightgbm()
    encoder = TableEncoder().fit(fitted)
    target = np.log(model.predict_error(fitted))
    levels = np.flatnonzero(encoder.is_categorical_).tolist()
    data = lightgbm.Dataset(encoder.transform(fitted), target, categorical_feature=levels)
    trees = lightgbm.train(_TREES, data, 300)
    matrix = encoder.transform(rows)
    began = time.process_time()
    parts = trees.predict(matrix, pred_contrib=True)[:, :-1]
    seconds = (time.process_time() - began) / len(rows)
    top = np.abs(parts).argmax(axis=1)
    told = np.log(model.predict_error(rows))
    left = told - trees.predict(matrix)
    return {
        "reasons": "surrogate trees",
        **_taken_away(model, rows, rows.columns.to_numpy()[top], parts[np.arange(len(top)), top]),
        "fidelity": 1.0 - float(np.var(left) / np.var(told)),
        "cpu_seconds_a_row": seconds,
    }


def _taken_away(
    model: Any, rows: pd.DataFrame, names: Any, contribution: FloatArray
) -> dict[str, Any]:
    """Set each row's named column to the typical cell, and ask the model again."""
    typical, moved = model.background_.typical, rows.copy()
    for name in np.unique(names):
        cells = moved[name].astype(object)
        cells[names == name] = typical[name].item()
        moved[name] = cells.astype(rows[name].dtype)
    change = np.log(model.predict_error(rows)) - np.log(model.predict_error(moved))
    right = np.sign(change) == np.sign(contribution)
    return {
        "rows": len(rows),
        "moved_as_told": float(right.mean()),
        "mean_top_contribution": float(np.abs(contribution).mean()),
        "mean_change": float((change * np.sign(contribution)).mean()),
    }
