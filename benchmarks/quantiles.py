"""Learners and settings of `QuantileConfidence`, and what the literature suggests beside them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario, available
from qconf import QuantileConfidence, compare
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["run"]

THREE = (0.05, 0.15, 0.25, 0.75, 0.85, 0.95)


class MedianDeviation(ConfidenceEstimator):
    """A quantile of the absolute residual; around the median first, as in He (1997)."""

    def __init__(
        self, *, quantile: float = 0.5, centred: bool = False, random_state: RandomState = None
    ) -> None:
        self.quantile = quantile
        self.centred = centred
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        if self.centred:
            middle = BoostedTrees("quantile", random_state=self.random_state).fit(X, y)
            y = y - middle.predict(X)
        learner = BoostedTrees("quantile", quantile=self.quantile, random_state=self.random_state)
        self.model_ = learner.fit(X, np.abs(y))

    def _predict(self, X: Table) -> FloatArray:
        return np.maximum(self.model_.predict(X), 0)


class Bagged(ConfidenceEstimator):
    """Five boosted interquartile ranges, averaged."""

    def __init__(self, random_state: RandomState = None) -> None:
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        rng = random_source(self.random_state)
        self.models_ = [QuantileConfidence(random_state=draw_seed(rng)).fit(X, y) for _ in range(5)]

    def _predict(self, X: Table) -> FloatArray:
        mean: FloatArray = np.mean([model.predict(X) for model in self.models_], axis=0)
        return mean


class PooledForest(ConfidenceEstimator):
    """The package quantile-forest (Meinshausen 2006): rows of all leaves pooled."""

    def __init__(self, random_state: RandomState = None) -> None:
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from quantile_forest import RandomForestQuantileRegressor  # noqa: PLC0415 - a peer

        self.encoder_ = TableEncoder().fit(X)
        self.model_ = RandomForestQuantileRegressor(
            min_samples_leaf=20,
            max_features=0.5,
            max_samples_leaf=None,
            random_state=draw_seed(random_source(self.random_state)),
        ).fit(self._filled(X), y)

    def _predict(self, X: Table) -> FloatArray:
        low, high = self.model_.predict(self._filled(X), quantiles=[0.25, 0.75]).T
        width: FloatArray = np.maximum(high - low, 0) / 1.349
        return width

    def _filled(self, X: Table) -> FloatArray:
        return np.nan_to_num(self.encoder_.transform(X), nan=-1.0)


CONTENDERS: dict[str, Any] = {
    "residual": "residual",
    "boosted": QuantileConfidence(),
    "boosted, 10/90": QuantileConfidence(quantiles=(0.1, 0.9)),
    "boosted, 5/95": QuantileConfidence(quantiles=(0.05, 0.95)),
    "boosted, three intervals": QuantileConfidence(quantiles=THREE),
    "boosted, five times": Bagged(),
    "forest": QuantileConfidence("forest"),
    "forest, 10/90": QuantileConfidence("forest", quantiles=(0.1, 0.9)),
    "forest, three intervals": QuantileConfidence("forest", quantiles=THREE),
    "linear": QuantileConfidence("linear"),
    "linear, three intervals": QuantileConfidence("linear", quantiles=THREE),
    "median deviation": MedianDeviation(),
    "median deviation, centred": MedianDeviation(centred=True),
    "80 % deviation": MedianDeviation(quantile=0.8),
}
#: The package quantile-forest takes minutes on more rows than these.
_MOST_ROWS = 25_000


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare on every table, log error, threshold 0.15; one row a table, seed and learner."""
    return pd.DataFrame(_rows(folder, seeds))


def _rows(folder: Path | None, seeds: int) -> Iterator[dict[str, Any]]:
    for scenario in available(folder):
        for seed in range(seeds):
            yield from _compared(scenario, folder, seed)


def _compared(scenario: Scenario, folder: Path | None, seed: int) -> Iterator[dict[str, Any]]:
    table = scenario.load(folder)
    contenders = dict(CONTENDERS)
    if find_spec("quantile_forest") is not None and len(table) <= _MOST_ROWS:
        contenders["quantile-forest"] = PooledForest()
    result = compare(
        table,
        scenario.target,
        time=scenario.time,
        drop=scenario.drop,
        estimators=contenders,
        error="log",
        threshold=0.15,
        random_state=seed,
    )
    for one in result.ranking:
        rate = one.evaluation.best_decile.outlier_rate
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "estimator": one.name,
            "scored": result.overall.n,
            "overall_rate": round(result.overall.outlier_rate.value, 5),
            "best_decile_rate": round(rate.value, 5),
            "low": round(rate.interval[0], 5),
            "high": round(rate.interval[1], 5),
            "aurc": round(one.evaluation.aurc.value, 5),
            "seconds": round(one.seconds, 2),
        }
    print(f"quantiles: {scenario.id}, seed {seed}: {result.verdict}", flush=True)
