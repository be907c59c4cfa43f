"""How far the blend's own seed moves its best-decile outlier rate, on the same rows.

Scores are kept beside those of the leaderboard; the model of the target has one seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.leaderboard import CACHE
from benchmarks.scenarios import Scenario, available, packaged
from benchmarks.scores import THRESHOLD, Scores, merged
from benchmarks.valuations import Memory
from qconf import BlendConfidence
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within

__all__ = ["run"]

_OWN_SEEDS = 10
_FRACTION = 0.1
#: Tables with 2,000 to 15,000 scored rows and enough outliers in their safest tenth to count.
_TABLES = (
    *("chicago-ridership", "computers", "electricity", "hotel-rates", "king-county", "parking"),
    "traffic",
)


def run(folder: Path | None, _: int) -> pd.DataFrame:
    """Tell mean and spread of both measures over ten seeds of the blend, for each table.

    Parameters
    ----------
    folder : Path or None
        Of the tables; those that packages bring are measured too.

    Returns
    -------
    DataFrame
        A row for each table and measure: ``mean``, ``spread`` (standard deviation over seeds)
        and ``relative``, the one divided by the other.
    """
    known = {one.id: one for one in (*available(folder), *packaged())}
    return pd.DataFrame(
        row for name in _TABLES if name in known for row in _spread(known[name], folder)
    )


def _spread(scenario: Scenario, folder: Path | None) -> Iterator[dict[str, Any]]:
    names = {f"blend-own-{one}": BlendConfidence(random_state=one) for one in range(_OWN_SEEDS)}
    scores, table = Scores(CACHE, Memory()), scenario.load(folder)
    for name, estimator in names.items():
        scores.measure(name, estimator, scenario, table, 0)
    together = merged(scores.read(list(names), scenario.id, 0))
    outcome = Outcome.of(together["signed_residual"].to_numpy(), THRESHOLD)
    blocks = together["block"].to_numpy()
    ranked = [
        RankedRows(rank_within(together[name].to_numpy(), blocks), outcome, _FRACTION).under()
        for name in names
    ]
    measures = {
        "best_decile_rate": [one.risks([_FRACTION])[0] for one in ranked],
        "aurc": [AURC.of(one) for one in ranked],
    }
    print(f"own-chance: {scenario.id}", flush=True)
    for measure, values in measures.items():
        mean, spread = np.mean(values), np.std(values, ddof=1)
        yield {
            "scenario": scenario.id,
            "measure": measure,
            "scored": len(together),
            "seeds": len(values),
            "mean": round(float(mean), 5),
            "spread": round(float(spread), 5),
            "relative": round(float(spread / mean), 4) if mean else np.nan,
        }
