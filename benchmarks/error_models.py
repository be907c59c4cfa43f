"""Targets, learners and settings of `ResidualConfidence`, on the same valuations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.scenarios import Scenario, available
from benchmarks.scores import THRESHOLD
from qconf import ResidualConfidence, compare
from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["CONTENDERS", "run"]


def _trees(**settings: Any) -> ResidualConfidence:
    return ResidualConfidence(BoostedTrees("gamma", **settings))


CONTENDERS: dict[str, Any] = {
    "squared": ResidualConfidence(),
    "squared, early stopping": ResidualConfidence(early_stopping=True),
    "absolute": ResidualConfidence(target="absolute"),
    "log": ResidualConfidence(target="log"),
    "outlier": ResidualConfidence(target="outlier"),
    "combined": ResidualConfidence(target="combined"),
    "glm": ResidualConfidence("glm"),
    "glm, mean+sd": ResidualConfidence("glm", bound="mean+sd"),
    "online": ResidualConfidence("online"),
    "100 trees": _trees(n_estimators=100),
    "400 trees": _trees(n_estimators=400),
    "200 rows a leaf": _trees(min_samples_leaf=200),
}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare on every table, log error, threshold 0.15; one row a table, seed and setting."""
    return pd.DataFrame(_rows(folder, seeds))


def _rows(folder: Path | None, seeds: int) -> Iterator[dict[str, Any]]:
    for scenario in available(folder):
        for seed in range(seeds):
            yield from _compared(scenario, folder, seed)


def _compared(scenario: Scenario, folder: Path | None, seed: int) -> Iterator[dict[str, Any]]:
    result = compare(
        scenario.load(folder),
        scenario.target,
        time=scenario.time,
        drop=scenario.drop,
        estimators=CONTENDERS,
        error="log",
        threshold=THRESHOLD,
        random_state=seed,
    )
    expected = result.scores[list(CONTENDERS)] ** 2
    level = expected.mean() / (result.scores["signed_residual"] ** 2).mean()
    for one in result.ranking:
        rate = one.evaluation.best_decile.outlier_rate
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "estimator": one.name,
            "scored": result.overall.n,
            "best_decile_rate": round(rate.value, 5),
            "low": round(rate.interval[0], 5),
            "high": round(rate.interval[1], 5),
            "aurc": round(one.evaluation.aurc.value, 5),
            "level": round(float(level[one.name]), 3),
            "seconds": round(one.seconds, 2),
        }
    print(f"error-models: {scenario.id}, seed {seed}: {result.verdict}", flush=True)
