"""How often a shadow refuses batches of the same valuation model, and of another one.

A valuation model learns from a third of a table, its shadow from its predictions on a second one,
and batches come from the third. Refusals of the same model must stay below 1 %, whatever the mix
of rows; other models are held against it in batches of 1,000 rows drawn at random.

Then a year of months is made up: the predictions are of dates that are moved on, and go up or down
steadily, or as a random walk, as they did in the rows of the shadow; or they jump by 5 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from benchmarks.scenarios import Scenario, available
from qconf.core.error_scale import error_scale
from qconf.encoding.encoder import TableEncoder
from qconf.model.shadow import PredictionShadow
from qconf.residuals.valuation import default_valuation_model

__all__ = ["run"]

_CACHE = Path(__file__).parent / ".cache" / "fingerprint"
_MOST_ROWS = 24_000
_BATCH = 1000
_FEWEST = 20
#: Dearest tenths and newest months are cut into so many batches, at random.
_CUTS = 3
#: A market: its yearly rise, the standard deviation of its random walk in a year, and a jump.
_MARKETS = {
    "2 % a year": (0.02, 0.0, 0.0),
    "5 % a year": (0.05, 0.0, 0.0),
    "-5 % a year": (-0.05, 0.0, 0.0),
    "3 % a year, walk of 3 %": (0.03, 0.03, 0.0),
    "5 % a year, jump of 5 %": (0.05, 0.0, 0.05),
}
_MONTH = 30
#: Which column's levels are batches of one level each.
_PLACES = {
    "king-county": "zipcode",
    "california": "ocean_proximity",
    "ames": "neighborhood",
    "diamonds": "clarity",
    "seattle": "area",
}


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Count refusals; one row a table, seed, valuation model and mix. Goes on where it stopped."""
    parts = []
    for seed in range(seeds):
        for scenario in available(folder):
            kept = _CACHE / f"{scenario.id}-{seed}.csv"
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                table = scenario.load(folder)
                found = [*_measured(scenario, table, seed), *_in_time(scenario, table, seed)]
                measured = pd.DataFrame(found)
                part = kept.with_suffix(".part")
                measured.to_csv(part, index=False)
                part.replace(kept)
            parts.append(pd.read_csv(kept))
    return pd.concat(parts, ignore_index=True)


def _measured(scenario: Scenario, table: pd.DataFrame, seed: int) -> Iterator[dict[str, Any]]:
    X, truth, (learned, known, new) = _thirds(scenario, table, seed)
    said = _predictions(X, truth, learned, seed)
    same = said["same"]
    time = None if scenario.time is None else X[scenario.time].iloc[known]
    shadow = PredictionShadow(random_state=seed).fit(X.iloc[known], same[known], time=time)
    for model, prediction in said.items():
        for mix, batches in _batches(scenario, X, same, new, seed).items():
            if model != "same" and mix != "random":
                continue
            found = [shadow.check(X.iloc[rows], prediction[rows]) for rows in batches]
            yield {
                "scenario": scenario.id,
                "seed": seed,
                "model": model,
                "mix": mix,
                "rows": int(np.median([len(rows) for rows in batches])),
                "difference": float(np.median(np.abs(prediction[new] / same[new] - 1))),
                "batches": len(batches),
                "refused": sum(verdict.changed for verdict in found),
            }


def _thirds(
    scenario: Scenario, table: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, Any, list[Any]]:
    table = table.sample(min(_MOST_ROWS, len(table)), random_state=seed).reset_index(drop=True)
    truth = table[scenario.target].to_numpy(dtype=np.float64)
    X = table.drop(columns=[scenario.target, *scenario.drop])
    return X, truth, np.array_split(np.arange(len(table)), 3)


def _in_time(scenario: Scenario, table: pd.DataFrame, seed: int) -> Iterator[dict[str, Any]]:
    """Follow a market for a year after the rows that a shadow was learned from."""
    X, truth, (learned, known, new) = _thirds(scenario, table, seed)
    X = X.drop(columns=[] if scenario.time is None else scenario.time)
    model = default_valuation_model(error_scale("log"), seed)
    value = np.log(model.fit(X.iloc[learned], truth[learned]).predict(X))
    rng = np.random.default_rng(seed)
    days = np.arange(730)
    of_known = rng.integers(0, 365, len(known))
    for name, (drift, walk, jump) in _MARKETS.items():
        steps = rng.normal(drift / 365, walk / np.sqrt(365), len(days))
        level = np.cumsum(steps) + jump * (days >= 365)
        shadow = PredictionShadow(random_state=seed).fit(
            X.iloc[known], np.exp(value[known] + level[of_known]), time=_date(of_known)
        )
        months = []
        for month in range(12):
            rows = rng.choice(new, min(_BATCH, len(new)), replace=False)
            when = 365 + _MONTH * month + rng.integers(0, _MONTH, len(rows))
            said = np.exp(value[rows] + level[when])
            months.append(shadow.check(X.iloc[rows], said, time=_date(when)).changed)
        for mix, found in (("first month after", months[:1]), ("year after", months)):
            yield {
                "scenario": scenario.id, "seed": seed, "model": name, "mix": mix,
                "rows": min(_BATCH, len(new)), "difference": jump,
                "batches": len(found), "refused": sum(found),
            }  # fmt: skip


def _date(days: Any) -> Any:
    return np.datetime64("2024-01-01") + days.astype("timedelta64[D]")


def _predictions(
    X: pd.DataFrame, truth: Any, rows: Any, seed: int
) -> dict[str, np.ndarray[Any, Any]]:
    """Predict by the model that the shadow is learned from, and by others of the same rows."""
    scale = error_scale("log")
    model = default_valuation_model(scale, seed).fit(X.iloc[rows], truth[rows])
    half = default_valuation_model(scale, seed + 1000)
    half.regressor.set_params(n_estimators=150)
    half.fit(X.iloc[rows], truth[rows])
    numbers = np.nan_to_num(TableEncoder().fit(X).transform(X), nan=-1.0)
    forest = RandomForestRegressor(50, min_samples_leaf=2, max_features=0.5, random_state=seed)
    forest.fit(numbers[rows], np.log(truth[rows]))
    same = model.predict(X)
    return {
        "same": same,
        "random forest": np.exp(forest.predict(numbers)),
        "other seed, half the trees": half.predict(X),
        "trended by 5 %": 1.05 * same,
    }


def _batches(
    scenario: Scenario, X: pd.DataFrame, prediction: Any, new: Any, seed: int
) -> dict[str, list[Any]]:
    """Cut new rows into batches of several mixes."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(new)
    size = min(_BATCH, len(new) // 2)
    place = X[_PLACES[scenario.id]].iloc[new].to_numpy()
    by_place = [new[place == level] for level in pd.unique(place)]
    rooms = X.select_dtypes("number").iloc[new]
    highest = [new[np.argsort(-rooms[name].to_numpy())[: len(new) // 10]] for name in rooms]
    mixes = {
        "random": [shuffled[at : at + size] for at in range(0, len(new) - size + 1, size)],
        "ten rows": [shuffled[at : at + 10] for at in range(0, 300, 10)],
        "one place": [rows for rows in by_place if len(rows) >= _FEWEST],
        "dearest tenth": _parts(new[np.argsort(-prediction[new])[: len(new) // 10]], rng),
        "largest tenth of a column": highest,
    }
    if scenario.time is not None:
        moments = X[scenario.time].iloc[new]
        newest = new[moments > moments.max() - pd.Timedelta(days=31)]
        mixes["newest month"] = _parts(newest, rng)
    return mixes


def _parts(rows: Any, rng: np.random.Generator) -> list[Any]:
    """Return rows whole, and in parts: a shadow that errs where they are meets each of them."""
    return [rows, *np.array_split(rng.permutation(rows), _CUTS)]
