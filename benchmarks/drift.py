"""Residuals made forward in time against residuals of shuffled folds, on tables that drift.

Both are residuals of the same rows, seen by the same estimator, which then scores the same
later block, valued by the same model. Shuffled folds value a row with the help of later sales;
what they leave wrong is not what is wrong with a row of the future.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario, available
from benchmarks.scores import THRESHOLD
from qconf._types import FloatArray, IntArray
from qconf.base import PREDICTION
from qconf.core.error_scale import error_scale
from qconf.core.seeding import with_seed
from qconf.estimators.registry import make_estimator
from qconf.evaluation.evaluate import evaluate_scores
from qconf.residuals.crossfit import fit_confidence, histories, out_of_sample
from qconf.residuals.schedules import Round, schedule
from qconf.residuals.valuation import default_valuation_model
from qconf.tables.dataset import Dataset, make_dataset

__all__ = ["ESTIMATORS", "run"]

ESTIMATORS = ("residual", "blend")
_SCALE = error_scale("log")
_FOLDS = 5


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Score later blocks after both kinds of residuals; one row a table, seed and kind."""
    timed = [one for one in available(folder) if one.time is not None]
    return pd.DataFrame(
        row
        for scenario in timed
        for seed in range(seeds)
        for row in _measured(scenario, folder, seed)
    )


def _measured(scenario: Scenario, folder: Path | None, seed: int) -> Iterator[dict[str, Any]]:
    dataset = make_dataset(
        scenario.load(folder), scenario.target, _SCALE, time=scenario.time, drop=scenario.drop
    )
    plan = schedule(len(dataset.y), folds=_FOLDS, time=dataset.time, random_state=seed)
    model = default_valuation_model(_SCALE, seed)
    valued = dataset.features.assign(**{dataset.time_name: dataset.time})
    forward = out_of_sample(model, valued, dataset.y, plan.fits)
    told = pd.DataFrame(index=range(len(dataset.y)))
    for number, (one, prediction) in enumerate(histories(plan, forward)):
        residual = _SCALE.residual(prediction[one.scored], dataset.y[one.scored])
        told.loc[one.scored, "residual"] = residual
        told.loc[one.scored, "block"] = number
        shuffled = _shuffled(model, valued, dataset.y, one.seen, seed)
        for name in ESTIMATORS:
            for kind, history in (("forward", prediction[one.seen]), ("shuffled", shuffled)):
                expected = _scored(name, dataset, one, history, prediction, seed, kind)
                told.loc[one.scored, f"{name}, {kind}"] = expected
    yield from _judged(scenario, seed, told.iloc[plan.scored], dataset.time[plan.scored])


def _shuffled(model: Any, valued: pd.DataFrame, y: FloatArray, seen: IntArray, seed: int) -> Any:
    """Predict the rows of a history by folds at random, later rows helping with earlier ones."""
    folds = schedule(len(seen), folds=_FOLDS, random_state=seed)
    prediction = np.empty(len(seen))
    made = out_of_sample(model, valued.iloc[seen], y[seen], folds.residual_fits)
    for fit, parts in zip(folds.residual_fits, made, strict=True):
        prediction[fit.held_out[0]] = parts[0]
    return prediction


def _scored(
    name: str,
    dataset: Dataset,
    one: Round,
    history: FloatArray,
    prediction: FloatArray,
    seed: int,
    kind: str,
) -> FloatArray:
    estimator = with_seed(make_estimator(name), np.random.RandomState(seed))
    seen = dataset.features.iloc[one.seen].assign(**{PREDICTION: history})
    new = dataset.features.iloc[one.scored].assign(**{PREDICTION: prediction[one.scored]})
    when = dataset.time[one.seen] if kind == "forward" else None
    fit_confidence(estimator, seen, _SCALE.residual(history, dataset.y[one.seen]), when)
    expected: FloatArray = estimator.predict(new)
    return expected


def _judged(
    scenario: Scenario, seed: int, told: pd.DataFrame, time: Any
) -> Iterator[dict[str, Any]]:
    evaluations = evaluate_scores(
        {name: told[name] for name in told.columns.drop(["residual", "block"])},
        told["residual"],
        threshold=THRESHOLD,
        time=time,
        blocks=told["block"],
        n_resamples=500,
    )
    for name, one in evaluations.items():
        rate = one.best_decile.outlier_rate
        estimator, _, kind = name.partition(", ")
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "estimator": estimator,
            "residuals": kind,
            "scored": one.overall.n,
            "overall_rate": round(one.overall.outlier_rate.value, 5),
            "best_decile_rate": round(rate.value, 5),
            "low": round(rate.interval[0], 5),
            "high": round(rate.interval[1], 5),
            "aurc": round(one.aurc.value, 5),
        }
    print(f"drift: {scenario.id}, seed {seed}", flush=True)
