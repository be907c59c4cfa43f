"""Whether the confidence gains by seeing conflicts between sources, and what noise costs it.

*simulated*: 2,000 houses of `benchmarks.two_sources`. *King County*, a third of it: a tenth of the
floor areas is typed wrong by 30 to 100 %, half of these in the one source and half in the other,
which rounds up by 3 % to tens. Nothing tells the valuation model which is right. Each with no pair,
with that pair, and with a pair of two columns of noise, which are features throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import available
from benchmarks.two_sources import two_sources
from qconf import compare

__all__ = ["run"]

_ESTIMATORS = ("residual", "blend")
_PAIRS: dict[str, Any] = {"none": (), "sources": [("tax", "listing")],
                          "noise": [("noise", "more noise")]}  # fmt: skip
_WRONG = 0.1


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare with and without pairs; one row a table, seed, pair and estimator."""
    return pd.DataFrame(row for seed in range(seeds) for row in _measured(folder, seed))


def _measured(folder: Path | None, seed: int) -> Iterator[dict[str, Any]]:
    yield from _compared("simulated", _simulated(seed), {"prediction": "avm"}, seed)
    for scenario in available(folder):
        if scenario.id == "king-county":
            asked = {"time": scenario.time, "drop": list(scenario.drop)}
            yield from _compared(
                scenario.id, _king_county(scenario.load(folder), seed), asked, seed
            )


def _compared(
    name: str, table: pd.DataFrame, asked: dict[str, Any], seed: int
) -> Iterator[dict[str, Any]]:
    for pairs, conflicts in _PAIRS.items():
        result = compare(
            table, "price", estimators=_ESTIMATORS, conflicts=conflicts, random_state=seed,
            n_resamples=2, **asked,
        )  # fmt: skip
        for one in result.ranking:
            yield {
                "table": name,
                "seed": seed,
                "pairs": pairs,
                "estimator": one.name,
                "outlier_rate": one.evaluation.best_decile.outlier_rate.value,
                "aurc": one.evaluation.aurc.value,
            }


def _simulated(seed: int) -> pd.DataFrame:
    table, residual = two_sources(2000, seed)
    price = 200.0 * table["listing"]
    return table.assign(price=price, avm=price * (1 + residual))


def _king_county(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    area = table["sqft_living"].to_numpy(dtype=float)
    wrong = rng.random(len(table)) < _WRONG
    mistake = np.exp(rng.choice([-1.0, 1.0], len(table)) * rng.uniform(0.26, 0.69, len(table)))
    first = rng.random(len(table)) < 0.5
    return table.drop(columns=["sqft_living", "sqft_above"]).assign(
        tax=np.round(area * np.where(wrong & first, mistake, 1.0)),
        listing=np.round(1.03 * area * np.where(wrong & ~first, mistake, 1.0), -1),
        noise=np.exp(rng.normal(size=len(table))),
        **{"more noise": np.exp(rng.normal(size=len(table)))},
    )
