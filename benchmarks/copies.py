"""What copies of rows do to a ranking: without them, kept together, taken for different rows.

Of each table 6,240 rows are drawn, and 1,760 of these are put in once more: 22 % of 8,000 rows are
copies, as in a file of used cars that was met. Kept together they must leave the figures where
they are without copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario, available
from qconf import compare
from qconf._types import Copies

__all__ = ["run"]

_ONCE, _COPIED = 6240, 1760
_ESTIMATORS = ("residual",)


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Compare with and without copies; one row a table, seed and way of taking them."""
    return pd.DataFrame(
        row
        for scenario in available(folder)
        for seed in range(seeds)
        for row in _measured(scenario, scenario.load(folder), seed)
    )


def _measured(scenario: Scenario, table: pd.DataFrame, seed: int) -> Iterator[dict[str, Any]]:
    """Draw rows, copy some, and compare; without time, so that copies may be anywhere."""
    rng = np.random.default_rng(seed)
    table = table.drop(columns=[*scenario.drop, *([scenario.time] if scenario.time else [])])
    n_once = min(_ONCE, len(table))
    once = table.sample(n_once, random_state=seed)
    copied = once.sample(_COPIED * n_once // _ONCE, random_state=seed)
    doubled = pd.concat([once, copied])
    doubled = doubled.iloc[rng.permutation(len(doubled))]
    ways: tuple[tuple[str, pd.DataFrame, Copies], ...] = (
        ("without copies", once, "group"),
        ("kept together", doubled, "group"),
        ("different rows", doubled, "keep"),
    )
    for way, rows, copies in ways:
        result = compare(
            rows, scenario.target, estimators=_ESTIMATORS, copies=copies, random_state=seed
        )
        for one in result.ranking:
            rate = one.evaluation.best_decile.outlier_rate
            yield {
                "scenario": scenario.id,
                "seed": seed,
                "copies": way,
                "estimator": one.name,
                "rows": result.rows,
                "overall": result.overall.outlier_rate.value,
                "best_decile": rate.value,
                "low": rate.interval[0],
                "high": rate.interval[1],
                "aurc": one.evaluation.aurc.value,
            }
