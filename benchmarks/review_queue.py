"""Planted faults: how many the queue finds, and what it is worth to mend them.

A model is fitted on 20,000 sales and asked of 20,000 later ones; in both one row in twenty has a
wrong input, and three sales in a hundred are no market's (`review_worlds`). The queue's first 200
are held against the 200 of the largest error, in money and relative to the price, and chance.

Then 500 rows of the queue are reviewed by somebody who knows: wrong inputs are mended, sales that
are none left out. The corrected table is fitted again beside the table as it was, and both are
judged on the rows that were not reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.review_worlds import NOT_MARKET, WRONG_INPUT, FaultyTable, faulty_sales
from qconf import fit_model, load, review_queue, save
from qconf._types import BoolArray, FloatArray
from qconf.review.corrections import apply_corrections
from qconf.review.effect import corrections_effect

__all__ = ["run"]

_CACHE = Path(__file__).parent / ".cache" / "review-queue"
_ROWS, _FIRST, _REVIEWED, _WORLDS = 20_000, 200, 500, 5
#: Of the size there are two sources.
_PAIRS = (("size", "size_listing"),)
_FIT = {"error": "log", "estimator": "residual", "drop": ["id"]}


def run(_: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Measure in five worlds, whatever `seeds` says; pieces that are there are not made again."""
    del seeds
    _CACHE.mkdir(parents=True, exist_ok=True)
    found, mended = [], []
    for world in range(_WORLDS):
        found.append(_kept(f"found-{world}", lambda world=world: pd.DataFrame(_found(world))))
        mended.append(_kept(f"mended-{world}", lambda world=world: pd.DataFrame(_mended(world))))
        print(f"review-queue: world {world}", flush=True)
    return {"review-queue": pd.concat(found), "review-corrections": pd.concat(mended)}


def _kept(name: str, make: Any) -> pd.DataFrame:
    path = _CACHE / f"{name}.parquet"
    if not path.exists():
        part = path.with_suffix(".part")
        make().to_parquet(part)
        part.replace(path)
    return pd.read_parquet(path)


def _model(world: int) -> Any:
    path = _CACHE / f"model-{world}.qconf"
    if not path.exists():
        fitted = fit_model(faulty_sales(_ROWS, 0, world).table, "price", **_FIT)
        save(fitted.model, path, card=fitted.card())
    return load(path)


def _queue(world: int, later: FaultyTable, n: int, **asked: Any) -> Any:
    given: dict[str, Any] = {
        "truth": "price",
        "key": "id",
        "threshold": 0.15,
        "random_state": world,
    }
    return review_queue(_model(world), later.table, n=n, **{**given, **asked})


def _found(world: int) -> Iterator[dict[str, Any]]:
    later = faulty_sales(_ROWS, 1, world)
    model = _model(world)
    columns = list(model.feature_names_in_)
    prediction = model.predict(later.table[columns])
    price = later.table["price"].to_numpy()
    place = dict(zip(later.table["id"], range(_ROWS), strict=True))
    queues = {
        "queue": {"conflicts": _PAIRS},
        "queue without conflicts": {},
        "queue without random rows": {"conflicts": _PAIRS, "random_share": 0.0},
    }
    for name, asked in queues.items():
        queue = _queue(world, later, _FIRST, **asked)
        rows = np.array([place[one.row_key] for one in queue.cases])
        yield {**_shares(world, name, later, rows), "surprises": queue.n_surprises}
    orders: dict[str, FloatArray] = {
        "largest error in money": np.abs(prediction - price),
        "largest relative error": np.abs(prediction - price) / price,
        "largest log error": np.abs(np.log(prediction / price)),
    }
    for name, error in orders.items():
        yield _shares(world, name, later, np.argsort(-error, kind="stable")[:_FIRST])
    drawn = np.random.default_rng(world).permutation(_ROWS)[:_FIRST]
    yield _shares(world, "random", later, drawn)


def _shares(world: int, order: str, later: FaultyTable, rows: Any) -> dict[str, Any]:
    fault: BoolArray = later.fault[rows] != ""
    return {
        "world": world,
        "order": order,
        "looked_at": len(rows),
        "faults": int(fault.sum()),
        "of_faults": round(float(fault.sum() / (later.fault != "").sum()), 4),
        "wrong_inputs": int((later.fault[rows] == WRONG_INPUT).sum()),
        "no_market": int((later.fault[rows] == NOT_MARKET).sum()),
    }


def reviewed(later: FaultyTable, keys: list[str]) -> pd.DataFrame:
    """Say of rows what somebody who knows would, as `qconf review export` writes it."""
    place = dict(zip(later.table["id"], range(len(later.table)), strict=True))
    told = []
    for key in keys:
        at = place[key]
        fault = later.fault[at]
        common = {
            "row": key, "key_columns": '["id"]', "who": "somebody", "text": "", "confirmed": True,
            "when": "2026-11-26T00:00:00+00:00", "origin": "simulation", "recorded": None,
        }  # fmt: skip
        reason = {WRONG_INPUT: "wrong_input", NOT_MARKET: "not_arms_length"}.get(fault, "fine")
        told.append({**common, "kind": "label", "reason": reason, "column": "", "value": None})
        if fault == NOT_MARKET:
            told.append(
                {**common, "kind": "exclusion", "reason": reason, "column": "", "value": None}
            )
        for name in later.table.columns if fault == WRONG_INPUT else ():
            was, right = later.table[name].iloc[at], later.right[name].iloc[at]
            if was != right:
                mend = {
                    "kind": "input",
                    "reason": reason,
                    "column": name,
                    "value": repr(float(right)),
                }
                told.append({**common, **mend})
    return pd.DataFrame(told)


def _mended(world: int) -> Iterator[dict[str, Any]]:
    later = faulty_sales(_ROWS, 1, world)
    queue = _queue(world, later, _REVIEWED, conflicts=_PAIRS)
    corrected = apply_corrections(later.table, reviewed(later, [c.row_key for c in queue.cases]))
    effect = corrections_effect(later.table, corrected, "price", random_state=world, **_FIT)
    difference = effect.best_decile_change
    yield {
        "world": world,
        "reviewed": int(corrected.reviewed.sum()),
        "inputs_mended": corrected.n_inputs,
        "left_out": corrected.n_left_out,
        "judged_on": effect.n_rows,
        "before": round(effect.before.best_decile.outlier_rate.value, 5),
        "after": round(effect.after.best_decile.outlier_rate.value, 5),
        "change": round(difference.value, 5),
        "low": round(difference.interval[0], 5),
        "high": round(difference.interval[1], 5),
        "coverage_before": round(effect.before.coverage_at[effect.rate].value, 4),
        "coverage_after": round(effect.after.coverage_at[effect.rate].value, 4),
        "coverage_low": round(effect.coverage_change.interval[0], 4),
        "coverage_high": round(effect.coverage_change.interval[1], 4),
    }
