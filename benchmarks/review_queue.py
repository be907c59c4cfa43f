"""Planted faults: how many the queue finds, and what it is worth to mend them.

A model is fitted on 20,000 sales and asked of 20,000 later ones; in both one row in twenty has a
wrong input, and three sales in a hundred are no market's (`review_worlds`). The queue's first 200
are held against the 200 of the largest error, in money and relative to the price, and chance. So
they are in 20,000 sales of King County, halves of which are asked of models fitted on the other.

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

from benchmarks.review_worlds import (
    NOT_MARKET,
    WRONG_INPUT,
    FaultyTable,
    faulty_sales,
    king_county_sales,
)
from qconf import fit_model, load, review_queue, save
from qconf._types import BoolArray, FloatArray
from qconf.review.corrections import apply_corrections
from qconf.review.effect import corrections_effect

__all__ = ["run"]

_CACHE = Path(__file__).parent / ".cache" / "review-queue"
_ROWS, _FIRST, _REVIEWED, _WORLDS, _DRAWS = 20_000, 200, 500, 5, 2
#: Of the size there are two sources.
_PAIRS = (("size", "size_listing"),)
_PAIRS_KC = (("sqft_living", "sqft_parts"),)
_QUEUES: dict[str, dict[str, Any]] = {
    "queue": {}, "queue without conflicts": {"conflicts": ()},
    "queue without random rows": {"random_share": 0.0},
}  # fmt: skip
_FIT: dict[str, Any] = {"error": "log", "estimator": "residual", "drop": ["id"]}


def run(_: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Measure in five worlds, whatever `seeds` says; pieces that are there are not made again."""
    del seeds
    _CACHE.mkdir(parents=True, exist_ok=True)
    found, mended = [], []
    for world in range(_WORLDS):
        found.append(_kept(f"found-{world}", lambda world=world: pd.DataFrame(_found(world))))
        mended.append(_kept(f"mended-{world}", lambda world=world: pd.DataFrame(_mended(world))))
        print(f"review-queue: world {world}", flush=True)
    found += [_king_county(seed) for seed in range(_DRAWS)]
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
    for name, asked in _QUEUES.items():
        given = {"conflicts": _PAIRS, **asked}
        queue = _queue(world, later, _FIRST, **given)
        keys = [one.row_key for one in queue.cases]
        yield {**_shares(world, name, later, keys), "surprises": queue.n_surprises}
    model = _model(world)
    prediction = model.predict(later.table[list(model.feature_names_in_)])
    yield from _by_error(world, later, prediction)


def _king_county(seed: int) -> pd.DataFrame:
    sales = king_county_sales(_ROWS, seed)
    half = np.random.default_rng(seed).permutation(_ROWS) % 2
    parts = [
        _kept(f"king-county-{seed}-{one}", lambda one=one: _half(sales, half == one, seed))
        for one in (0, 1)
    ]
    both = pd.concat(parts, ignore_index=True)
    told = [_shares(seed, name, sales, list(both.loc[both[name] > 0, "id"])) for name in _QUEUES]
    prediction = both.set_index("id").loc[sales.table["id"], "prediction"].to_numpy()
    told += _by_error(seed, sales, prediction)
    return pd.DataFrame(told).assign(table="King County")


def _half(sales: FaultyTable, asked: BoolArray, seed: int) -> pd.DataFrame:
    """Queue a half of the first rows out of one half, by a model of the other."""
    others, own = (sales.table[part].reset_index(drop=True) for part in (~asked, asked))
    model = fit_model(others, "price", **_FIT).model
    told = pd.DataFrame({"id": own["id"]})
    for name, more in _QUEUES.items():
        given = {"conflicts": _PAIRS_KC, "truth": "price", "key": "id", "threshold": 0.15, **more}
        queue = review_queue(model, own, n=_FIRST // 2, random_state=seed, **given)
        rank = {one.row_key: one.rank for one in queue.cases}
        told[name] = [rank.get(one, 0) for one in own["id"]]
    return told.assign(prediction=model.predict(own[list(model.feature_names_in_)]))


def _by_error(world: int, later: FaultyTable, prediction: FloatArray) -> Iterator[dict[str, Any]]:
    price = later.table["price"].to_numpy()
    orders: dict[str, FloatArray] = {
        "largest error in money": np.abs(prediction - price),
        "largest relative error": np.abs(prediction - price) / price,
        "largest log error": np.abs(np.log(prediction / price)),
        "random": np.random.default_rng(world).random(len(price)),
    }
    for name, error in orders.items():
        first = np.argsort(-error, kind="stable")[:_FIRST]
        yield _shares(world, name, later, list(later.table["id"].iloc[first]))


def _shares(world: int, order: str, later: FaultyTable, keys: list[str]) -> dict[str, Any]:
    place = dict(zip(later.table["id"], range(len(later.table)), strict=True))
    rows = [place[key] for key in keys]
    fault: BoolArray = later.fault[rows] != ""
    return {
        "table": "simulated",
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
