"""How good five comparables are as a valuation, and as a sign of confidence; and what they cost.

Each table is fitted on its first eight tenths, in time where there is one, and the rest is valued:
by the model, by its comparables, by `ComparablesRegressor`, and by as many nearest neighbours.
Their spread is held against the model's expected error. Measured pieces are kept in
``.cache/comparables/``; a run that was stopped goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsRegressor

from benchmarks.scenarios import Scenario, available
from qconf import ComparablesRegressor, ConfidentRegressor, comparables
from qconf._types import FloatArray, IntArray
from qconf.evaluation.evaluate import evaluate_scores
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor
from qconf.residuals.schedules import blocks_in_time

__all__ = ["run"]

_CACHE = Path(__file__).parent / ".cache" / "comparables"
_N = 5
_TENTHS, _FITTED = 10, 8
#: Of longer tables so many rows are drawn.
_MOST_ROWS = 22_000
_THRESHOLD: Final = 0.2
_LEVELS = 30


def run(folder: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Measure on the public tables, and time a nation's sales.

    Parameters
    ----------
    folder : Path or None
    seeds : int

    Returns
    -------
    dict of str to DataFrame
        ``comparables``: for each table and seed the median absolute relative error of each way of
        valuing, that of comparables in shares of the neighbours', and how well scores rank.
        ``comparables-seconds``: what ten thousand rows among a million sales cost.
    """
    rows = [_piece(one, folder, seed) for seed in range(seeds) for one in available(folder)]
    return {
        "comparables": pd.DataFrame(rows),
        "comparables-seconds": pd.DataFrame([_timed()]),
    }


def _piece(scenario: Scenario, folder: Path | None, seed: int) -> dict[str, Any]:
    """Measure one table, unless that was done before."""
    path = _CACHE / f"{scenario.id}-{seed}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(_measured(scenario, folder, seed)), encoding="utf-8")
        part.replace(path)
        print(f"comparables: {scenario.id}, seed {seed}", flush=True)
    piece: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return piece


def _measured(scenario: Scenario, folder: Path | None, seed: int) -> dict[str, Any]:
    table = scenario.load(folder).drop(columns=list(scenario.drop))
    if len(table) > _MOST_ROWS:
        table = table.sample(_MOST_ROWS, random_state=seed).sort_index(ignore_index=True)
    tenth = _tenths(scenario, table, seed)
    known, new = table[tenth < _FITTED], table[tenth >= _FITTED]
    X, y = known.drop(columns=scenario.target), known[scenario.target]
    asked, truth = new.drop(columns=scenario.target), new[scenario.target].to_numpy()
    pair = ConfidentRegressor(random_state=seed, keep_sales=True)
    model = pair.fit(X, y, time=scenario.time)
    with warnings.catch_warnings():
        # That the last rows are of long after the fit is meant.
        warnings.simplefilter("ignore", UserWarning)
        expected = model.predict_error(asked)
    found = comparables(model, asked, n=_N)
    plain = found.table.groupby("row").apply(lambda one: (one["weight"] * one["price"]).sum())
    values = {
        "model": found.summary["value"].to_numpy(),
        "comparables": found.summary["comparables_value"].to_numpy(),
        "plain_comparables": plain.reindex(range(len(new))).to_numpy(),
        **{name: one.fit(X, y).predict(asked) for name, one in _others(seed).items()},
    }
    errors = {name: float(np.median(np.abs(one / truth - 1))) for name, one in values.items()}
    least = min(errors["neighbours"], errors["neighbours_on_logs"])
    scores = _scores(expected, found.summary)
    return {
        "scenario": scenario.id, "seed": seed, "rows": len(new), "sales": len(known),
        **{name: round(error, 5) for name, error in errors.items()},
        "of_neighbours": round(errors["comparables"] / least, 3),
        "plain_of_neighbours": round(errors["plain_comparables"] / least, 3),
        "sales_in_effect": round(float(found.summary["effective_comparables"].median()), 1),
        "adjustments_off": _off(found.table, found.adjustments),
        **_ranks(scores, values["model"] / truth - 1, None if scenario.time is None else
                 new[scenario.time]),
    }  # fmt: skip


def _tenths(scenario: Scenario, table: pd.DataFrame, seed: int) -> IntArray:
    if scenario.time is not None:
        return blocks_in_time(table[scenario.time], _TENTHS)
    dealt = np.random.default_rng(seed).permutation(len(table))
    return np.asarray(dealt * _TENTHS // len(table), dtype=np.intp)


def _others(seed: int) -> dict[str, Any]:
    def neighbours() -> Any:
        return EncodedRegressor(KNeighborsRegressor(_N), max_levels=_LEVELS)

    return {
        "regressor": LogTargetRegressor(ComparablesRegressor(_N, random_state=seed)),
        "plain_regressor": LogTargetRegressor(
            ComparablesRegressor(_N, adjusted=False, random_state=seed)
        ),
        "neighbours": neighbours(),
        "neighbours_on_logs": LogTargetRegressor(neighbours()),
    }


def _scores(expected: FloatArray, summary: pd.DataFrame) -> dict[str, FloatArray]:
    spread = summary["spread"].to_numpy()
    local = summary["local_error"].to_numpy()
    return {
        "expected_error": expected,
        "spread": spread,
        "local_error": local,
        "expected_and_local": expected * local,
    }


def _ranks(scores: dict[str, FloatArray], error: FloatArray, time: Any) -> dict[str, float]:
    judged = evaluate_scores(scores, error, threshold=_THRESHOLD, time=time, n_resamples=2)
    ranks = {}
    for name, one in judged.items():
        ranks[f"{name}_best_decile"] = round(one.best_decile.outlier_rate.value, 5)
        ranks[f"{name}_aurc"] = round(one.aurc.value, 5)
    return ranks


def _off(table: pd.DataFrame, adjustments: pd.DataFrame) -> float:
    """By how much lines miss the difference of adjusted price and price, as a share of it."""
    added = adjustments.groupby(["row", "rank"])["adjustment"].sum()
    both = table.set_index(["row", "rank"])["adjustment"]
    missed = (added.reindex(both.index, fill_value=0.0) - both).abs()
    return float((missed / both.abs().where(both != 0, 1.0)).max())


def _timed() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.comparables_nation"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    timed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return timed
