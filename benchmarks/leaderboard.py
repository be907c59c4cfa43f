"""Every built-in estimator and every peer, on the same valuations and the same residuals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.merit import merit
from benchmarks.peers import PEERS, installed_peers
from benchmarks.scenarios import Scenario, available, packaged
from benchmarks.scores import THRESHOLD, Scores, merged, times
from benchmarks.valuations import Memory
from qconf.evaluation.evaluate import evaluate_scores
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within
from qconf.evaluation.result import Evaluation

__all__ = ["BUILT_IN", "CACHE", "REFERENCE", "RESAMPLES", "run", "with_earlier"]

BUILT_IN: dict[str, Any] = {
    name: name
    for name in ("residual", "quantile", "count", "online", "empirical-bayes", "blend", "constant")
}
#: Whom all others are compared with.
REFERENCE = "blend"
CACHE = Path(__file__).parent / ".cache" / "leaderboard"
#: What was committed: scores of a cache that is gone were judged there.
EARLIER = Path(__file__).parent / "results" / "leaderboard.csv"
#: For intervals of single contenders, which need their spread alone; ratios have more.
RESAMPLES = 200
_FRACTION = 0.1
_RUN = ["scenario", "seed"]


def run(
    folder: Path | None,
    seeds: int,
    contenders: Sequence[str] | None = None,
    cache: Path | None = None,
) -> dict[str, pd.DataFrame]:
    """Run what the cache does not have, and judge everything that it has.

    Parameters
    ----------
    folder : Path or None
        Of the tables; None is King County alone. Those that packages bring are measured too.
    seeds : int
    contenders : sequence of str, default=None
        Who runs: built-in estimators, peers, or other names that are registered. None is every
        built-in one and every peer that is installed.
    cache : Path, default=None
        Folder of the scores; None is benchmarks/.cache/leaderboard.

    Returns
    -------
    dict of str to DataFrame
        ``leaderboard``: a row for each table, seed and contender, with intervals for the first
        seed; those of contenders whose scores are no longer in the cache stand as they were
        measured. ``leaderboard-merit``: the reference against the best peer of each table, and
        against the best over all tables, among those whose scores are there.
    """
    known = {**BUILT_IN, **installed_peers()}
    running = {name: known.get(name, name) for name in contenders or known}
    judged = list(dict.fromkeys([*BUILT_IN, *PEERS, *running]))
    scores = Scores(cache or CACHE, Memory())
    tables = [(one, one.load(folder)) for one in [*available(folder), *packaged()]]
    for seed in range(seeds):
        for scenario, table in tables:
            for name, estimator in running.items():
                seconds = scores.measure(name, estimator, scenario, table, seed)
                if seconds is not None:
                    print(f"leaderboard: {scenario.id}, seed {seed}, {name}: {seconds:.1f} s")
    measured = pd.DataFrame(
        row
        for scenario, table in tables
        for seed in range(seeds)
        for row in _judged(scores.read(judged, scenario.id, seed), scenario, table, seed)
    )
    return {
        "leaderboard": with_earlier(measured, EARLIER),
        "leaderboard-merit": merit(measured, REFERENCE, scores, tables),
    }


def with_earlier(measured: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Add what was measured before, of the same valuations, and is not measured now.

    Parameters
    ----------
    measured : DataFrame
        What `run` judges.
    path : Path
        Of a file with the same columns, which need not be there.

    Returns
    -------
    DataFrame
    """
    if not path.exists() or measured.empty:
        return measured
    earlier = pd.read_csv(path)
    # Overall rates are of the valuations alone, and say whether they are the same.
    same = {key: rows["overall_rate"].iloc[0] for key, rows in measured.groupby(_RUN)}
    told = {*measured[[*_RUN, "contender"]].itertuples(index=False, name=None)}
    kept = [
        same.get((row.scenario, row.seed)) == row.overall_rate
        and (row.scenario, row.seed, row.contender) not in told
        for row in earlier.itertuples()
    ]
    # How far they were behind is told of the reference of then.
    behind = earlier.columns.str.startswith("behind")
    both = pd.concat([measured, earlier.loc[kept, ~behind]], ignore_index=True)
    order = {name: at for at, name in enumerate(dict.fromkeys(measured["scenario"]))}
    both["at"] = both["scenario"].map(order)
    return both.sort_values(["at", "seed"], kind="stable").drop(columns="at").reset_index(drop=True)


def _judged(
    scores: dict[str, pd.DataFrame], scenario: Scenario, table: pd.DataFrame, seed: int
) -> Iterator[dict[str, Any]]:
    """Tell rates and AURC of each contender; with intervals for the first seed."""
    if not scores:
        return
    together = merged(scores)
    outcome = Outcome.of(together["signed_residual"].to_numpy(), THRESHOLD)
    blocks = together["block"].to_numpy()
    intervals = _intervals(together, list(scores), scenario, table) if seed == 0 else {}
    for name, own in scores.items():
        share = rank_within(together[name].to_numpy(), blocks)
        ranked = RankedRows(share, outcome, _FRACTION).under()
        safest, overall = ranked.risks([_FRACTION, 1.0])
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "contender": name,
            "kind": PEERS[name].kind if name in PEERS else "built-in",
            "scored": len(together),
            "overall_rate": round(overall, 5),
            "best_decile_rate": round(safest, 5),
            "aurc": round(float(AURC.of(ranked)), 5),
            "seconds": round(float(own["seconds"].iloc[0]), 2),
            **intervals.get(name, {}),
        }
    print(f"leaderboard: {scenario.id}, seed {seed}: {len(scores)} contenders judged", flush=True)


def _intervals(
    together: pd.DataFrame, contenders: Sequence[str], scenario: Scenario, table: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Make an interval of each best-decile rate, and of how far it is above the reference's."""
    evaluations = evaluate_scores(
        {name: together[name] for name in contenders},
        together["signed_residual"],
        threshold=THRESHOLD,
        time=times(together, scenario, table),
        blocks=together["block"],
        n_resamples=RESAMPLES,
    )
    told = {}
    for name, one in evaluations.items():
        low, high = one.best_decile.outlier_rate.interval
        behind = _behind(one, evaluations.get(REFERENCE))
        told[name] = {"low": round(low, 5), "high": round(high, 5), **behind}
    return told


def _behind(own: Evaluation, reference: Evaluation | None) -> dict[str, float]:
    """Tell by how much a rate is above the reference's, on the same resamples."""
    if reference is None or own is reference:
        return {}
    difference = own.rate_minus(reference)
    return {
        "behind": round(difference.value, 5),
        "behind_low": round(difference.interval[0], 5),
        "behind_high": round(difference.interval[1], 5),
    }
