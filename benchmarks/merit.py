"""The table of merit: one estimator against the best peers, table by table and over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.ratios import geometric_mean, ratio_of_means, ratio_of_rates
from benchmarks.rivals import ADDED, Rival, best_of_each_table, best_over_all_tables
from benchmarks.scenarios import Scenario
from benchmarks.scores import THRESHOLD, Scores, merged, resampling_units
from qconf._types import FloatArray
from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within
from qconf.evaluation.resampling import resample_counts

__all__ = ["MEAN", "merit"]

#: What the row over all tables is called.
MEAN = "geometric mean"

_RESAMPLES = 1000
_FRACTION = 0.1
_COLUMNS = [
    *("measure", "among", "against", "scenario", "seeds", "peer", "theirs", "reference", "own"),
    *("ratio", "low", "high"),
]
#: Of whom the best is taken: peers as they are documented, or their engines on residuals too.
_AMONG = {"peers": ["peer"], "peers and variants": ["peer", "variant"]}
_AGAINST = {"best of each table": best_of_each_table, "best over all tables": best_over_all_tables}


class _Resampled:
    """Rates and AURC of contenders on one table in the same resamples of its rows."""

    def __init__(self, scores: Scores, scenario: Scenario, table: pd.DataFrame) -> None:
        self._scores = scores
        self._scenario = scenario
        self._table = table
        self.n_rows = 0
        self._replicates: dict[tuple[str, int], dict[str, FloatArray]] = {}

    def draw(self, contenders: Iterable[tuple[str, int]]) -> None:
        """Resample what contenders scored, each with a seed.

        Seeds share the rows, and so the draws.
        """
        ranked = {}
        for name, seed in contenders:
            scores = merged(self._scores.read([name], self._scenario.id, seed))
            outcome = Outcome.of(scores["signed_residual"].to_numpy(), THRESHOLD)
            share = rank_within(scores[name].to_numpy(), scores["block"].to_numpy())
            ranked[name, seed] = RankedRows(share, outcome, _FRACTION)
        self.n_rows = len(scores)
        units = resampling_units(scores, self._scenario, self._table)
        drawn: dict[Any, list[tuple[float, float]]] = {key: [] for key in ranked}
        counted = resample_counts(self.n_rows, _RESAMPLES, np.random.default_rng(0), units)
        for counts in counted:
            for key, rows in ranked.items():
                under = rows.under(counts)
                drawn[key].append((under.risks([_FRACTION])[0], float(AURC.of(under))))
        for key, pairs in drawn.items():
            self._replicates[key] = dict(zip(ADDED, np.array(pairs).T, strict=True))

    def mean(self, contender: str, seeds: Sequence[int], measure: str) -> FloatArray:
        """Return the mean over seeds in each resample."""
        each = [self._replicates[contender, seed][measure] for seed in seeds]
        mean: FloatArray = np.mean(each, axis=0)
        return mean


def merit(
    measured: pd.DataFrame,
    reference: str,
    scores: Scores,
    tables: Sequence[tuple[Scenario, pd.DataFrame]],
) -> pd.DataFrame:
    """Compare the reference with the best peers, over the seeds that both have.

    Parameters
    ----------
    measured : DataFrame
        The leaderboard.
    reference : str
    scores : Scores
    tables : sequence of (Scenario, DataFrame)

    Returns
    -------
    DataFrame
        A row for each measure, kinds of peers, way of choosing the best, and table; and one for
        the geometric mean over tables.
    """
    chosen = {
        (measure, among, against): choose(measured, measure, reference, _AMONG[among])
        for measure, among, (against, choose) in product(ADDED, _AMONG, _AGAINST.items())
    }
    resampled = _resampled([*chosen.values()], reference, scores, tables)
    rows: list[dict[str, Any]] = []
    for (measure, among, against), rivals in chosen.items():
        ratios = [_ratio(one, reference, measure, resampled[one.scenario]) for one in rivals]
        found = [
            {**_named(one, reference), **_told(ratio)}
            for one, ratio in zip(rivals, ratios, strict=True)
        ]
        if ratios:
            found.append({"scenario": MEAN, **_told(geometric_mean(ratios))})
        by = {"measure": measure, "among": among, "against": against}
        rows += [{**by, **row} for row in found]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _resampled(
    chosen: Sequence[Sequence[Rival]],
    reference: str,
    scores: Scores,
    tables: Sequence[tuple[Scenario, pd.DataFrame]],
) -> dict[str, _Resampled]:
    """Resample each table once, for all that are compared there."""
    needed: dict[str, dict[tuple[str, int], None]] = {}
    for one in (one for rivals in chosen for one in rivals):
        here = needed.setdefault(one.scenario, {})
        here.update({(name, seed): None for name in (reference, one.peer) for seed in one.seeds})
    resampled = {}
    for scenario, table in tables:
        if scenario.id in needed:
            resampled[scenario.id] = _Resampled(scores, scenario, table)
            resampled[scenario.id].draw(needed[scenario.id])
    return resampled


def _ratio(rival: Rival, reference: str, measure: str, resampled: _Resampled) -> Estimate:
    values = rival.own, rival.theirs
    ours = resampled.mean(reference, rival.seeds, measure)
    theirs = resampled.mean(rival.peer, rival.seeds, measure)
    if measure == "aurc":
        return ratio_of_means(values, (ours, theirs))
    n_rows = accepted_rows(_FRACTION, resampled.n_rows)
    return ratio_of_rates(values, (ours, theirs), n_rows, ADDED[measure])


def _named(rival: Rival, reference: str) -> dict[str, Any]:
    return {
        "scenario": rival.scenario,
        "seeds": len(rival.seeds),
        "peer": rival.peer,
        "theirs": round(rival.theirs, 5),
        "reference": reference,
        "own": round(rival.own, 5),
    }


def _told(ratio: Estimate) -> dict[str, float]:
    return {
        "ratio": round(ratio.value, 4),
        "low": round(ratio.interval[0], 4),
        "high": round(ratio.interval[1], 4),
    }
