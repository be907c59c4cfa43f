"""All built-in estimators, and the settings that were weighed against their defaults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.scenarios import Scenario, available
from qconf import EmpiricalBayesConfidence, OnlineConfidence, ResidualConfidence, compare

__all__ = ["CONTENDERS", "run"]

CONTENDERS: dict[str, Any] = {
    "residual": "residual",
    "residual, squared loss": ResidualConfidence(loss="squared"),
    "residual, 10 replicates, mean+sd": ResidualConfidence(n_bootstrap=10, bound="mean+sd"),
    "quantile": "quantile",
    "count": "count",
    "online": "online",
    "online, 20 replicates, mean+sd": OnlineConfidence("mean+sd"),
    "empirical-bayes": "empirical-bayes",
    "empirical-bayes, Normal residuals": EmpiricalBayesConfidence(dispersion=1.0),
    "blend": "blend",
    "constant": "constant",
}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare on every table, log error, threshold 0.15; one row a table, seed and estimator."""
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
        threshold=0.15,
        random_state=seed,
    )
    fits = result.seconds["valuation"] + result.seconds["estimators"]
    for one in result.ranking:
        rate = one.evaluation.best_decile.outlier_rate
        difference = one.difference_to_best
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "estimator": one.name,
            "scored": result.overall.n,
            "overall_rate": round(result.overall.outlier_rate.value, 5),
            "best_decile_rate": round(rate.value, 5),
            "low": round(rate.interval[0], 5),
            "high": round(rate.interval[1], 5),
            "behind": round(difference.value, 5),
            "behind_low": round(difference.interval[0], 5),
            "behind_high": round(difference.interval[1], 5),
            "aurc": round(one.evaluation.aurc.value, 5),
            "seconds": round(one.seconds, 2),
            "seconds_beside_fits": round(sum(result.seconds.values()) / fits - 1, 4),
        }
    print(f"estimators: {scenario.id}, seed {seed}: {result.verdict}", flush=True)
