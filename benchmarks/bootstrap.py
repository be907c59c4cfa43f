"""Bounds over 50 replicates: leaves that are learned anew, against whole models fitted anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmarks.bootstrap_seconds import seconds
from benchmarks.scenarios import Scenario, available
from benchmarks.scores import THRESHOLD, resampling_units
from benchmarks.valuations import Memory
from qconf import compare
from qconf._types import Bound, FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.conventions import accepted_rows
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import select_rows
from qconf.estimators.bounds import upper_bound
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.ranking import Outcome, RankedRows, WeightedRows, rank_within
from qconf.evaluation.resampling import (
    Draws,
    difference_of_rates,
    percentile_estimate,
    rate_estimate,
    resample_counts,
)
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.leaf_bootstrap.bootstrap import LeafBootstrap

__all__ = ["run"]

REPLICATES = 50
BOUNDS: tuple[Bound, ...] = ("mean+sd", 0.9)
KINDS = ("refits", "leaves")
_ONE_MODEL = "one model"
_RESAMPLES = 1000
_LEVEL = 0.95
_FRACTION = 0.1


class Replicated(ConfidenceEstimator):
    """The error model with replicates; those of the same rows are made once for all bounds."""

    def __init__(
        self,
        memory: Memory | None = None,
        *,
        kind: str = "leaves",
        bound: Bound = "mean+sd",
        random_state: RandomState = None,
    ) -> None:
        self.memory = memory
        self.kind = kind
        self.bound = bound
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.rows_ = X, y**2

    def _predict(self, X: Table) -> FloatArray:
        memory = {} if self.memory is None else self.memory
        key = self.kind, joblib.hash((self.random_state, self.rows_, X))
        if key not in memory:
            make = {_ONE_MODEL: _one, "refits": _refits, "leaves": _leaves}[self.kind]
            memory[key] = make(X, *self.rows_, random_source(self.random_state))
        return np.sqrt(upper_bound(memory[key], self.bound))


def _one(X: Table, seen: Table, y: FloatArray, rng: np.random.RandomState) -> FloatArray:
    return _model(rng).fit(seen, y).predict(X)[None]


def _refits(X: Table, seen: Table, y: FloatArray, rng: np.random.RandomState) -> FloatArray:
    samples = [rng.randint(len(y), size=len(y)) for _ in range(REPLICATES)]
    return np.stack(
        [_model(rng).fit(select_rows(seen, rows), y[rows]).predict(X) for rows in samples]
    )


def _leaves(X: Table, seen: Table, y: FloatArray, rng: np.random.RandomState) -> FloatArray:
    trees = _model(rng).fit(seen, y)
    return LeafBootstrap(REPLICATES, random_state=rng).fit(trees, seen, y).predict(X)


def _model(rng: np.random.RandomState) -> BoostedTrees:
    return BoostedTrees("gamma", random_state=draw_seed(rng))


def run(folder: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Compare both kinds of replicates on every table, and measure what leaves cost."""
    quality = [
        row
        for scenario, seed in product(available(folder), range(seeds))
        for row in _compared(scenario, folder, seed)
    ]
    return {"bootstrap": pd.DataFrame(quality), "bootstrap-seconds": seconds(REPLICATES)}


def _compared(scenario: Scenario, folder: Path | None, seed: int) -> Iterator[dict[str, Any]]:
    table, memory = scenario.load(folder), Memory()
    contenders = {
        f"{kind}, {bound}": Replicated(memory, kind=kind, bound=bound)
        for kind, bound in product(KINDS, BOUNDS)
    }
    contenders[_ONE_MODEL] = Replicated(memory, kind=_ONE_MODEL, bound="mean")
    scores = compare(
        table,
        scenario.target,
        time=scenario.time,
        drop=scenario.drop,
        estimators=contenders,
        error="log",
        threshold=THRESHOLD,
        random_state=seed,
        n_resamples=2,
    ).scores
    units = resampling_units(scores, scenario, table)
    drawn = _drawn(scores, list(contenders), units, seed)
    spreads = _spreads(memory)
    for bound in BOUNDS:
        for name in (f"leaves, {bound}", _ONE_MODEL):
            told = _difference(drawn[name], drawn[f"refits, {bound}"], len(scores))
            kind = name.partition(",")[0]
            spread = spreads if kind == "leaves" else {}
            known = {"scenario": scenario.id, "seed": seed, "bound": bound, "contender": kind}
            yield {**known, "scored": len(scores), **told, **spread}
    print(f"bootstrap: {scenario.id}, seed {seed}", flush=True)


def _drawn(
    scores: pd.DataFrame, names: list[str], units: Any, seed: int
) -> dict[str, pd.DataFrame]:
    """Rate and AURC of each contender: of all rows, and then of the same resamples for all."""
    rng = np.random.default_rng(seed)
    outcome = Outcome.of(scores["signed_residual"].to_numpy(), THRESHOLD)
    blocks = scores["block"].to_numpy()
    ranked = [
        RankedRows(rank_within(scores[name].to_numpy(), blocks), outcome, _FRACTION)
        for name in names
    ]
    found = [[_rate_and_aurc(rows.under()) for rows in ranked]]
    found += [
        [_rate_and_aurc(rows.under(counts)) for rows in ranked]
        for counts in resample_counts(len(scores), _RESAMPLES, rng, units)
    ]
    return {
        name: pd.DataFrame(own, columns=["rate", "aurc"])
        for name, own in zip(names, zip(*found, strict=True), strict=True)
    }


def _rate_and_aurc(rows: WeightedRows) -> tuple[float, float]:
    return rows.risks([_FRACTION])[0], AURC.of(rows)


def _difference(own: pd.DataFrame, refits: pd.DataFrame, n_rows: int) -> dict[str, float]:
    """Tell both numbers, and the paired intervals of how much they are above those of refits."""
    n_safest = accepted_rows(_FRACTION, n_rows)
    rates, others = own["rate"].to_numpy(), refits["rate"].to_numpy()
    drawn, drawn_by_refits = Draws(rates[1:]), Draws(others[1:])
    rate = difference_of_rates(
        rate_estimate(rates[0], n_safest, drawn, _LEVEL),
        rate_estimate(others[0], n_safest, drawn_by_refits, _LEVEL),
        drawn,
        drawn_by_refits,
        _LEVEL,
    )
    aurc = (own["aurc"] - refits["aurc"]).to_numpy()
    area = percentile_estimate(aurc[0], Draws(aurc[1:]), _LEVEL)
    told: dict[str, float] = {}
    for name, one in (("rate", rate), ("aurc", area)):
        told |= {name: own[name][0], f"{name}_of_refits": refits[name][0]}
        low, high = one.interval
        told |= {f"{name}_above": one.value, f"{name}_low": low, f"{name}_high": high}
    return {name: round(float(value), 6) for name, value in told.items()}


def _spreads(memory: Memory) -> dict[str, float]:
    """Tell the median relative spread of squared errors by either kind, and how they agree."""
    relative = {
        kind: np.concatenate(
            [
                replicates.std(axis=0, ddof=1) / replicates.mean(axis=0)
                for (made, _), replicates in memory.items()
                if made == kind
            ]
        )
        for kind in KINDS
    }
    agreement = spearmanr(relative["refits"], relative["leaves"]).statistic
    medians = {f"spread_of_{kind}": float(np.median(one)) for kind, one in relative.items()}
    told = {**medians, "spread_correlation": float(agreement)}
    return {name: round(value, 4) for name, value in told.items()}
