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
from qconf.evaluation.evaluate import Evaluation, evaluate_scores

__all__ = ["BUILT_IN", "CACHE", "REFERENCE", "run"]

BUILT_IN: dict[str, Any] = {
    name: name
    for name in ("residual", "quantile", "count", "online", "empirical-bayes", "blend", "constant")
}
#: Whom all others are compared with.
REFERENCE = "blend"
CACHE = Path(__file__).parent / ".cache" / "leaderboard"
_RESAMPLES = 1000


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
        Of the tables; None is King County alone.
    seeds : int
    contenders : sequence of str, default=None
        Who runs: built-in estimators, peers, or other names that are registered. None is every
        built-in one and every peer that is installed.
    cache : Path, default=None
        Folder of the scores; None is benchmarks/.cache/leaderboard.

    Returns
    -------
    dict of str to DataFrame
        ``leaderboard``: a row for each table, seed and contender. ``leaderboard-merit``: the
        reference against the best peer of each table.
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
        "leaderboard": measured,
        "leaderboard-merit": merit(measured, REFERENCE, scores, tables),
    }


def _judged(
    scores: dict[str, pd.DataFrame], scenario: Scenario, table: pd.DataFrame, seed: int
) -> Iterator[dict[str, Any]]:
    if not scores:
        return
    together = merged(scores)
    evaluations = evaluate_scores(
        {name: together[name] for name in scores},
        together["signed_residual"],
        threshold=THRESHOLD,
        time=times(together, scenario, table),
        blocks=together["block"],
        n_resamples=_RESAMPLES,
    )
    for name, one in evaluations.items():
        rate = one.best_decile.outlier_rate
        yield {
            "scenario": scenario.id,
            "seed": seed,
            "contender": name,
            "kind": PEERS[name].kind if name in PEERS else "built-in",
            "scored": one.overall.n,
            "overall_rate": round(one.overall.outlier_rate.value, 5),
            "best_decile_rate": round(rate.value, 5),
            "low": round(rate.interval[0], 5),
            "high": round(rate.interval[1], 5),
            "aurc": round(one.aurc.value, 5),
            "seconds": round(float(scores[name]["seconds"].iloc[0]), 2),
            **_behind(one, evaluations.get(REFERENCE)),
        }
    print(f"leaderboard: {scenario.id}, seed {seed}: {len(scores)} contenders judged", flush=True)


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
