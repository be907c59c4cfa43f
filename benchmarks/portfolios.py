"""Values and expected errors of four models on portfolios by place, made once and kept in files."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsRegressor

from benchmarks import pieces
from benchmarks.pieces import kept
from benchmarks.scenarios import Scenario
from qconf import ConfidentRegressor
from qconf._types import IntArray
from qconf.core.error_scale import error_scale
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor
from qconf.residuals.schedules import blocks_in_time
from qconf.residuals.valuation import make_valuation_model

__all__ = ["CACHE", "MODELS", "places", "portfolios"]

CACHE = pieces.CACHE / "unlabelled"
MODELS = ("linear", "forest", "boosted", "neighbours")
_ERROR: Final = "log"
#: Tenths of the rows: models are fitted on the first six, two are held out, and two have no price.
_TENTHS, _FITTED, _HELD_OUT = 10, 6, 8
_CELLS = 8
#: Of longer tables so many rows are drawn: four models on all of them take half an hour.
_MOST_ROWS = 22_000


def portfolios(scenario: Scenario, folder: Path | None, seed: int, cache: Path) -> pd.DataFrame:
    """Return rows that no model was fitted on, with what each model says of them.

    Parameters
    ----------
    scenario : Scenario
    folder : Path or None
    seed : int
        Deals out the rows of tables without a time, and seeds the models.
    cache : Path

    Returns
    -------
    DataFrame
        ``place``, ``truth``, ``held_out`` (whether its price is known when a model is chosen), and
        ``NAME_value`` and ``NAME_error`` for each model, the error on the log scale; ``time``
        where the table has one.
    """
    parts = [
        kept(
            cache / f"{scenario.id}-{seed}-{name}.parquet",
            partial(_made, scenario, folder, seed, name),
        )
        for name in MODELS
    ]
    told = pd.concat(parts, axis=1)
    return told.loc[:, ~told.columns.duplicated()]


def _made(scenario: Scenario, folder: Path | None, seed: int, name: str) -> pd.DataFrame:
    """Fit one model, and ask it of the rows that are left."""
    table = scenario.load(folder)
    if len(table) > _MOST_ROWS:
        table = table.sample(_MOST_ROWS, random_state=seed).sort_index(ignore_index=True)
    place = places(scenario, table)
    tenth = _tenths(scenario, table, seed)
    X = table.drop(columns=[scenario.target, *scenario.drop])
    y = table[scenario.target].to_numpy(dtype=np.float64)
    known, rest = np.flatnonzero(tenth < _FITTED), np.flatnonzero(tenth >= _FITTED)
    told: dict[str, Any] = {
        "place": place[rest], "truth": y[rest], "held_out": tenth[rest] < _HELD_OUT,
    }  # fmt: skip
    if scenario.time is not None:
        told["time"] = table[scenario.time].to_numpy()[rest]
    model = ConfidentRegressor(_model(name, seed), "residual", error=_ERROR, random_state=seed)
    model.fit(X.iloc[known], y[known], time=scenario.time)
    with warnings.catch_warnings():
        # That the last rows are of long after the fit is meant.
        warnings.simplefilter("ignore", UserWarning)
        told[f"{name}_value"], told[f"{name}_error"] = model.predict_with_error(X.iloc[rest])
    print(f"unlabelled: {scenario.id}, seed {seed}, {name}", flush=True)
    return pd.DataFrame(told)


def _model(name: str, seed: int) -> Any:
    if name != "neighbours":
        return make_valuation_model(name, error_scale(_ERROR), seed)
    nearest = KNeighborsRegressor(15, weights="distance")
    return LogTargetRegressor(EncodedRegressor(nearest, max_levels=30))


def _tenths(scenario: Scenario, table: pd.DataFrame, seed: int) -> IntArray:
    if scenario.time is not None:
        return blocks_in_time(table[scenario.time], _TENTHS)
    dealt = np.random.default_rng(seed).permutation(len(table))
    return np.asarray(dealt * _TENTHS // len(table), dtype=np.intp)


def places(scenario: Scenario, table: pd.DataFrame) -> Any:
    """Name the portfolio of each row: its zip code, its area, or its cell of a map."""
    if scenario.id == "california":
        cells = [
            pd.qcut(table[name], _CELLS, labels=False).astype(str)
            for name in ("longitude", "latitude")
        ]
        return (cells[0] + "-" + cells[1]).to_numpy()
    if scenario.id == "diamonds":
        return (table["color"].astype(str) + "-" + table["clarity"].astype(str)).to_numpy()
    column = {"king-county": "zipcode", "ames": "neighborhood", "seattle": "area"}[scenario.id]
    return table[column].astype(str).to_numpy()
