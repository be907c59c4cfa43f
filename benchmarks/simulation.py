"""The simulated world: does the order of methods hang on what was not published, and what helps.

Beside the estimators of `qconf simulate`, our error models without what helps: they learn from
every residual, those of groups that the valuation model had never seen included.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qconf import simulate
from qconf.learners.online.count_rates import CountRates, Rows
from qconf.simulation.decile import describe, safest_rows
from qconf.simulation.result import THRESHOLD, Segment, Simulation

__all__ = ["SPREADS", "run"]

SPREADS = (0.1, 0.3, 0.5, 1.0)
_PRIORS = (1.0, 5.0)
_GROUPS_OF_EACH = 40_000


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - it has no table
    """Simulate at three spreads of group means; one row a spread, seed and estimator."""
    return pd.DataFrame(_rows(seeds))


def _rows(seeds: int) -> Iterator[dict[str, Any]]:
    for spread in SPREADS:
        for seed in range(seeds):
            found = simulate(_GROUPS_OF_EACH, group_mean_sd=spread, random_state=seed)
            for one in (*found.segments, *_every_residual(found)):
                low, high = one.outlier_rate.interval
                yield {
                    "group_mean_sd": spread,
                    "seed": seed,
                    "estimator": one.estimator,
                    "outlier_rate": round(one.outlier_rate.value, 6),
                    "low": round(low, 6),
                    "high": round(high, 6),
                    "mae": round(one.mae, 5),
                    **{kind: round(share, 4) for kind, share in one.composition.items()},
                }


def _every_residual(found: Simulation) -> Iterator[Segment]:
    """Learn from all squared residuals alike."""
    world, square = found.world, found.residual.astype(np.float64) ** 2
    rows = Rows(world.group.reshape(-1, 1), np.empty((len(square), 0)), square, np.empty(0))
    for prior in _PRIORS:
        plain = CountRates(world.n_groups, prior).progressive(rows)[:, 0]
        several = CountRates(world.n_groups, prior, replicates=20, seed=found.seed)
        mean, sd, _ = several.progressive_summary(rows)
        for name, score in (("error model", plain), ("conservative error model", mean + sd)):
            label = f"{name}, every residual, prior {prior:g}"
            chosen = safest_rows(score, found.seed)
            yield describe(label, chosen, world, found.residual, THRESHOLD)
