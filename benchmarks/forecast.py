"""Forecasts of a month's mean absolute error before its outcomes are known, on tables with time.

A valuation model learns from the months before a reference window; errors are learned from that
window, and the months that follow are forecast, each from what came before it. NannyML's DLE is
what it publishes: LightGBM as it comes, on the absolute errors of the reference window, and its
mean over the month. "As last month" is the mean absolute error of the month before.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor

from benchmarks.pieces import CACHE, kept
from benchmarks.portfolios import places
from benchmarks.scenarios import Scenario, available
from qconf import ResidualConfidence, forecast_batch, forecast_error
from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import error_scale
from qconf.core.estimate import Estimate
from qconf.monitoring.forecast import PastBatch
from qconf.residuals.valuation import default_valuation_model

__all__ = ["PLANS", "run", "scored"]

_CACHE = CACHE / "forecast"
#: Months at which a forecast begins, months of the reference window, and months ahead.
PLANS = {
    "king-county": (range(5, 12), 3, 12),
    "ames": (range(24, 50, 6), 12, 12),
    "seattle": (range(18, 80, 6), 6, 6),
}
_FEWEST, _FOLDS = 5, 5


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Forecast every month from every origin; `seeds` would not change it much."""
    del seeds
    parts = []
    for scenario in available(folder):
        if scenario.time is None:
            continue
        for origin in PLANS[scenario.id][0]:
            told = pd.DataFrame(_forecasts(scored(scenario, folder, origin)))
            parts.append(told.assign(scenario=scenario.id, origin=origin))
        print(f"forecast: {scenario.id}", flush=True)
    return pd.concat(parts, ignore_index=True)


def scored(scenario: Scenario, folder: Path | None, origin: int) -> pd.DataFrame:
    """Return the rows from the reference window on, as models of before them see them.

    Parameters
    ----------
    scenario : Scenario
        With a time.
    folder : Path or None
    origin : int
        The month after the reference window; the first of the table is 0.

    Returns
    -------
    DataFrame
        ``month``, ``time``, ``place``, ``reference`` (whether errors were learned from this row),
        ``truth``, ``prediction``, the relative ``error``, its size as ``dle`` sees it, and
        ``expected``.
    """
    return kept(
        _CACHE / f"{scenario.id}-{origin}.parquet", partial(_scored, scenario, folder, origin)
    )


def _scored(scenario: Scenario, folder: Path | None, origin: int) -> pd.DataFrame:
    table = scenario.load(folder).drop(columns=list(scenario.drop))
    table = table.sort_values(str(scenario.time), kind="stable").reset_index(drop=True)
    y = table[scenario.target].to_numpy(dtype=np.float64)
    X = table.drop(columns=scenario.target)
    months = pd.DatetimeIndex(X[scenario.time]).to_period("M")
    month = np.asarray(12 * months.year + months.month)
    month -= month.min()
    _, window, ahead = PLANS[scenario.id]
    before = np.flatnonzero(month < origin - window)
    rows = np.flatnonzero((month >= origin - window) & (month < origin + ahead))
    n = int((month[rows] < origin).sum())
    model = default_valuation_model(error_scale("relative"), 0)
    model.fit(X.iloc[before], y[before])
    prediction = np.asarray(model.predict(X.iloc[rows]), dtype=np.float64)
    residual = (prediction - y[rows]) / y[rows]
    features = X.iloc[rows].drop(columns=str(scenario.time)).assign(prediction=prediction)
    return pd.DataFrame(
        {
            "month": month[rows],
            "time": X[scenario.time].to_numpy()[rows],
            "place": places(scenario, X)[rows],
            "reference": np.arange(len(rows)) < n,
            "truth": y[rows],
            "prediction": prediction,
            "error": np.abs(residual),
            "dle": _dle(features, np.abs(residual), n),
            "expected": _expected(features, residual, n),
        }
    )


def _dle(features: pd.DataFrame, error: FloatArray, n: int) -> FloatArray:
    """Estimate absolute errors as NannyML 0.13 does, from the first n rows."""
    told = features.copy()
    for name in told:
        if not pd.api.types.is_numeric_dtype(told[name]):
            told[name] = told[name].astype("category")
    model = LGBMRegressor(verbose=-1, n_jobs=1).fit(told.iloc[:n], error[:n])
    return np.asarray(model.predict(told))


def _expected(features: pd.DataFrame, residual: FloatArray, n: int) -> FloatArray:
    """Estimate expected errors from the first n rows; their own by the other four fifths."""
    expected = np.empty(len(features))
    later: IntArray = np.arange(n, len(features))
    fold = np.random.default_rng(0).integers(_FOLDS, size=n)
    parts = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(_FOLDS)]
    for learned, told in [*parts, (np.arange(n), later)]:
        model = ResidualConfidence(random_state=0)
        model.fit(features.iloc[learned], residual[learned])
        expected[told] = model.predict(features.iloc[told])
    return expected


def _forecasts(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    known = rows[rows["reference"]]
    # Of absolute errors, what is expected is smaller than the root of the mean square.
    size = rows["expected"] * (known["error"] / known["expected"]).mean()
    past: list[PastBatch] = []
    for month, own in rows.groupby("month"):
        error, expected = own["error"].to_numpy(), size[own.index].to_numpy()
        spread = float(np.sqrt(np.mean((error - expected) ** 2)))
        came = PastBatch(float(expected.mean()), float(error.mean()), len(own), spread)
        if not own["reference"].any() and len(own) >= _FEWEST:
            told = _told(rows[rows["month"] < month], own)
            alone = forecast_batch(came.expected, len(own), past, rate=False)
            yield {
                "month": month,
                "rows": len(own),
                "came": round(came.observed, 5),
                "forecast": round(told.value, 5),
                "low": round(told.interval[0], 5),
                "high": round(told.interval[1], 5),
                "of_expected_alone": round(alone.value, 5),
                "dle": round(float(own["dle"].mean()), 5),
                "last_month": round(past[-1].observed, 5),
                "chance": round(float(error.std(ddof=1) / np.sqrt(len(own))), 5),
            }
        past.append(came)


def _told(known: pd.DataFrame, new: pd.DataFrame) -> Estimate:
    residual = (known["prediction"] - known["truth"]) / known["truth"]
    return forecast_error(
        residual, known["expected"], known["time"], known["month"],
        new_expected_error=new["expected"], new_time=new["time"],
    )  # fmt: skip
