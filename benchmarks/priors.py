"""What experts' priors are worth where data are thin: 50, 200 and 1,000 residuals of house prices.

The priors were written down before any of their columns was looked at: old, waterfront and large
ones are harder to value, and those in good condition easier. A valuation model is cross-fitted once
on the whole table; of its residuals a few are drawn to learn from, and 5,000 others judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario, available
from qconf import ConstantConfidence, ResidualConfidence, evaluate
from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.residuals.crossfit import out_of_sample
from qconf.residuals.schedules import schedule
from qconf.residuals.valuation import default_valuation_model

__all__ = ["run"]

_ROWS = (50, 200, 1000)
_JUDGED = 5000
#: One standard deviation of any other number changes the expected error by a tenth or so.
_OTHERS = {"(others)": (0.0, 0.1)}
_TYPICAL_ERROR = (0.15, 0.5)
#: Effects on the logarithm of the expected error, their standard deviations, and a typical house.
_RULES: dict[str, tuple[dict[str, tuple[float, float]], dict[str, float]]] = {
    "king-county": (
        {
            "yr_built": (-0.003, 0.003),
            "condition": (-0.1, 0.1),
            "grade": (-0.05, 0.1),
            "waterfront": (0.4, 0.3),
            "view": (0.05, 0.1),
            "sqft_lot": (2e-6, 2e-6),
        },
        {"yr_built": 1970, "condition": 3, "grade": 7, "sqft_lot": 8000},
    ),
    "seattle": (
        {
            "age": (0.003, 0.003),
            "bldg_grade": (-0.05, 0.1),
            "wfnt": (0.1, 0.1),
            "lot_sf": (2e-6, 2e-6),
        },
        {"age": 50, "bldg_grade": 7, "lot_sf": 6000},
    ),
}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Learn from few rows, with priors and without; one row a table, draw, size and estimator."""
    return pd.DataFrame(
        row
        for scenario in available(folder)
        if scenario.id in _RULES
        for row in _measured(scenario, scenario.load(folder), 5 * seeds)
    )


def _measured(scenario: Scenario, table: pd.DataFrame, draws: int) -> Iterator[dict[str, Any]]:
    rules, typical = _RULES[scenario.id]
    features, residual = _residuals(scenario, table)
    for draw in range(draws):
        order = np.random.default_rng(draw).permutation(len(residual))
        judged = order[-_JUDGED:]
        for n_rows in _ROWS:
            known = order[:n_rows]
            for name, estimator in _estimators(rules, typical, draw).items():
                if name != "rules alone":
                    estimator.fit(features.iloc[known], residual[known])
                expected = estimator.predict(features.iloc[judged])
                yield {
                    "table": scenario.id,
                    "draw": draw,
                    "rows": n_rows,
                    "estimator": name,
                    **_judged(expected, residual[judged]),
                }


def _estimators(rules: Any, typical: Any, seed: int) -> dict[str, Any]:
    by_rules = {"typical": typical}
    return {
        "constant": ConstantConfidence(),
        "boosted": ResidualConfidence(random_state=seed),
        "glm": ResidualConfidence("glm"),
        "glm, prior": ResidualConfidence("glm", prior=rules),
        "glm, prior and others": ResidualConfidence("glm", prior={**rules, **_OTHERS}),
        "glm, rules": ResidualConfidence.from_rules(_TYPICAL_ERROR, rules, **by_rules),
        "rules alone": ResidualConfidence.from_rules(_TYPICAL_ERROR, rules, **by_rules),
    }


def _residuals(scenario: Scenario, table: pd.DataFrame) -> tuple[pd.DataFrame, FloatArray]:
    """Cross-fit the default valuation model; rows in no order of time."""
    scale = error_scale("relative")
    table = table[table[scenario.target] > 0].reset_index(drop=True)
    left_out = [scenario.target, *scenario.drop, *([scenario.time] if scenario.time else [])]
    features, target = table.drop(columns=left_out), table[scenario.target].to_numpy(float)
    plan = schedule(
        len(target), folds=5, time=None, groups=None, repeats=None, predicted=False, random_state=0
    )
    prediction = np.full(len(target), np.nan)
    made = out_of_sample(default_valuation_model(scale, 0), features, target, plan.residual_fits)
    for fit, blocks in zip(plan.residual_fits, made, strict=True):
        prediction[fit.held_out[0]] = blocks[0]
    return features.assign(prediction=prediction), scale.residual(prediction, target)


def _judged(expected: FloatArray, residual: FloatArray) -> dict[str, float]:
    found = evaluate(expected, residual, threshold=0.15, n_resamples=2)
    variance = expected**2
    return {
        "qlike": float(np.mean(residual**2 / variance + np.log(variance))),
        "outlier_rate": found.best_decile.outlier_rate.value,
        "aurc": found.aurc.value,
    }
