"""The table of merit: one estimator against the best peer of each table.

The best peer of a table is chosen by the very rates that are compared, which is in its favour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scenarios import Scenario
from benchmarks.scores import THRESHOLD, Scores, merged, resampling_units
from qconf._types import FloatArray
from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.ranking import Outcome, RankedRows, WeightedRows, rank_within
from qconf.evaluation.resampling import (
    Draws,
    difference_of_rates,
    percentile_estimate,
    rate_estimate,
    resample_counts,
)

__all__ = ["MEAN", "mean_of_ratios", "merit", "ratio_of_rates"]

#: What the row over all tables is called.
MEAN = "mean of ratios"

_LEVEL = 0.95
_RESAMPLES = 1000
_FRACTION = 0.1
_COLUMNS = [
    *("measure", "among", "scenario", "seeds", "best_peer", "peer", "reference", "own"),
    *("ratio", "low", "high"),
]
#: Of whom the best is taken: peers as they are documented, or their engines on residuals too.
_AMONG = {"peers": ["peer"], "peers and variants": ["peer", "variant"]}
_MEASURES = {"best_decile_rate": "outlier_rate", "aurc": "aurc"}


def merit(
    measured: pd.DataFrame,
    reference: str,
    scores: Scores,
    tables: Sequence[tuple[Scenario, pd.DataFrame]],
) -> pd.DataFrame:
    """Compare the reference with the best peer of each table, over the seeds that both have.

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
        A row for each measure, choice of peers and table, and one for the mean of its ratios.
    """
    rows: list[dict[str, Any]] = []
    for measure, (among, kinds) in product(_MEASURES, _AMONG.items()):
        running = measured[measured["kind"].isin(kinds) | (measured["contender"] == reference)]
        found = list(_by_table(running, measure, reference, scores, tables))
        if found:
            mean = mean_of_ratios(
                [Estimate(row["ratio"], (row["low"], row["high"])) for row in found]
            )
            together = {"scenario": MEAN, **_told(mean)}
            rows += [{"measure": measure, "among": among, **row} for row in [*found, together]]
    return pd.DataFrame(rows, columns=_COLUMNS)


def ratio_of_rates(
    rates: tuple[float, float], replicates: tuple[FloatArray, FloatArray], n_rows: int
) -> Estimate:
    """Make an interval of the ratio of two rates seen on the same rows, half an event added.

    It is a difference of logarithms: the limits of both are joined with the correlation of their
    replicates (Zou & Donner 2008), and stay honest with few events.

    Parameters
    ----------
    rates : (float, float)
    replicates : (ndarray of shape (n_resamples,), ndarray of shape (n_resamples,))
        The two rates in the same resamples.
    n_rows : int
        How many rows a rate is an average over.

    Returns
    -------
    Estimate
        Of the first rate over the second.
    """
    half = 0.5 / n_rows
    own, other = (
        _logarithm(rate_estimate(rate, n_rows, Draws(drawn), _LEVEL), half)
        for rate, drawn in zip(rates, replicates, strict=True)
    )
    ours, theirs = (Draws(drawn) for drawn in replicates)
    difference = difference_of_rates(own, other, ours, theirs, _LEVEL)
    low, high = np.exp(difference.interval)
    return Estimate(float(np.exp(difference.value)), (float(low), float(high)))


def mean_of_ratios(ratios: Sequence[Estimate]) -> Estimate:
    """Average the ratios of independent tables, and join their limits (Zou & Donner 2008)."""
    value = np.array([one.value for one in ratios])
    limits = np.array([one.interval for one in ratios])
    mean = float(value.mean())
    down, up = np.sqrt(((limits - value[:, None]) ** 2).sum(axis=0)) / len(ratios)
    return Estimate(mean, (mean - float(down), mean + float(up)))


def _by_table(
    measured: pd.DataFrame,
    measure: str,
    reference: str,
    scores: Scores,
    tables: Sequence[tuple[Scenario, pd.DataFrame]],
) -> Iterator[dict[str, Any]]:
    for scenario, table in tables:
        here = measured[measured["scenario"] == scenario.id]
        best = _best_peer(here, measure, reference)
        if best is None:
            continue
        peer, seeds = best
        pair = [reference, peer]
        values = tuple(
            float(here[(here["contender"] == name) & here["seed"].isin(seeds)][measure].mean())
            for name in pair
        )
        together = [merged(scores.read(pair, scenario.id, seed)) for seed in seeds]
        units = resampling_units(together[0], scenario, table)
        ours, theirs = _replicates(together, pair, units, _MEASURES[measure])
        if measure == "aurc":
            ratio = percentile_estimate(values[0] / values[1], Draws(ours / theirs), _LEVEL)
        else:
            n_rows = accepted_rows(_FRACTION, len(together[0]))
            ratio = ratio_of_rates((values[0], values[1]), (ours, theirs), n_rows)
        yield {
            "scenario": scenario.id,
            "seeds": len(seeds),
            "best_peer": peer,
            "peer": round(values[1], 5),
            "reference": reference,
            "own": round(values[0], 5),
            **_told(ratio),
        }


def _best_peer(here: pd.DataFrame, measure: str, reference: str) -> tuple[str, list[int]] | None:
    """Find the peer that is lowest against the reference, over the seeds that both have."""
    own = here[here["contender"] == reference].set_index("seed")[measure]
    found = []
    for name, rows in here[here["contender"] != reference].groupby("contender"):
        theirs = rows.set_index("seed")[measure]
        seeds = sorted(set(own.index) & set(theirs.index))
        if seeds:
            lead = float(theirs[seeds].mean() - own[seeds].mean())
            found.append((lead, str(name), seeds))
    return min(found)[1:] if found else None


def _replicates(
    together: Sequence[pd.DataFrame], contenders: Sequence[str], units: Any, statistic: str
) -> FloatArray:
    """Draw the mean over seeds for each contender; all share the draws, for the rows are shared."""
    rng = np.random.default_rng(0)
    n_rows = len(together[0])
    of = AURC.of if statistic == "aurc" else _outlier_rate
    ranked = []
    for scores in together:
        outcome = Outcome.of(scores["signed_residual"].to_numpy(), THRESHOLD)
        blocks = scores["block"].to_numpy()
        for name in contenders:
            share = rank_within(scores[name].to_numpy(), blocks)
            ranked.append(RankedRows(share, outcome, _FRACTION))
    drawn = [
        [of(rows.under(counts)) for rows in ranked]
        for counts in resample_counts(n_rows, _RESAMPLES, rng, units)
    ]
    by_seed = np.array(drawn).reshape(_RESAMPLES, len(together), len(contenders))
    means: FloatArray = by_seed.mean(axis=1).T
    return means


def _outlier_rate(rows: WeightedRows) -> float:
    return rows.risks([_FRACTION])[0]


def _logarithm(rate: Estimate, half: float) -> Estimate:
    low, high = np.log(np.array(rate.interval) + half)
    return Estimate(float(np.log(rate.value + half)), (float(low), float(high)))


def _told(ratio: Estimate) -> dict[str, float]:
    return {
        "ratio": round(ratio.value, 4),
        "low": round(ratio.interval[0], 4),
        "high": round(ratio.interval[1], 4),
    }
