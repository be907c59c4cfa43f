"""Which of four models to use for which place, without prices, beside the one that was better.

Models are fitted on six tenths of the rows, the oldest where there is a time; two tenths are held
out, and tell which model was better before; of the last two no price is known when a model is
chosen. A portfolio is a place with 30 such rows or more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.portfolios import CACHE, MODELS, portfolios
from benchmarks.scenarios import available
from qconf import compare_unlabelled
from qconf._types import FloatArray

__all__ = ["run"]

_LEAST_ROWS = 30
_LEVELS = (0.5, 0.8, 0.95)
#: How often the mean difference of regrets is drawn again, portfolios with replacement.
_RESAMPLES = 2000
#: Standard deviations on each side that 80 % of a normal distribution lie within.
_REACH = 1.2816


@dataclass(frozen=True)
class Told:
    """A model that has said before what it is asked."""

    name: str
    error: str = "log"

    def predict_with_error(self, X: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Look up values and expected errors."""
        return X[f"{self.name}_value"].to_numpy(), X[f"{self.name}_error"].to_numpy()


def run(folder: Path | None, seeds: int, cache: Path = CACHE) -> pd.DataFrame:
    """Choose on each table, and look which model was best.

    Parameters
    ----------
    folder : Path or None
        Of the tables; None is King County alone.
    seeds : int
    cache : Path
        Where values and expected errors are kept.

    Returns
    -------
    DataFrame
        A row for each table, seed and rule. ``regret``: by how much the root mean squared error of
        the chosen model is above that of the best, as a share, mean over portfolios; ``hits``: how
        often the best was chosen; ``changed``: how often another model than the one that was
        better before; ``below_before``: the regret minus that of ``before``, with an interval over
        portfolios. ``sum_said``: of how many portfolios an interval of the sum is told, and
        ``sum_holds``: how often it holds the truth, at 80 %; ``sum_holds_independent`` were errors
        taken to be independent.
    """
    rows: list[dict[str, Any]] = []
    for scenario in available(folder):
        for seed in range(seeds):
            told = portfolios(scenario, folder, seed, cache)
            rows += [{"scenario": scenario.id, "seed": seed} | one for one in judged(told)]
    return pd.DataFrame(rows)


def judged(told: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Judge each rule on one table.

    Parameters
    ----------
    told : DataFrame
        As `portfolios` returns it.

    Yields
    ------
    dict
    """
    models = {name: Told(name) for name in MODELS}
    known, new = told[told["held_out"]], told[~told["held_out"]]
    size = new["place"].value_counts()
    new = new[new["place"].isin(size.index[size >= _LEAST_ROWS])]
    came = _came(new)
    labelled = known, known["truth"].to_numpy()
    asked: dict[str, Any] = {
        "by": "place", "labelled": labelled, "time": "time" if "time" in told else None
    }  # fmt: skip
    choices = {
        level: compare_unlabelled(models, new, **asked, confidence_level=level) for level in _LEVELS
    }
    first = next(iter(choices.values()))
    expected = first.table.pivot_table(index="portfolio", columns="model", values="expected_rms")
    rules: dict[str, Any] = {
        "before": pd.Series(first.better_before, came.index),
        "before in the place": _best_there(known, came, first.better_before),
        "AVMU": expected.loc[came.index].idxmin(axis=1),
        "posterior mean": _lowest(first.table).loc[came.index],
    }
    for level, choice in choices.items():
        rules[f"qconf at {level:g}"] = choice.choices["chosen"].loc[came.index]
    baseline = _regret(came, rules["before"])
    for name, chosen in rules.items():
        regret = _regret(came, chosen)
        yield {
            "rule": name,
            "portfolios": len(came),
            "regret": regret.mean(),
            "hits": float(np.mean(chosen == came.idxmin(axis=1))),
            "changed": float(np.mean(chosen != first.better_before)),
            **_below(regret - baseline),
            **_sums(new, choices[0.8].table, chosen),
        }


def _came(new: pd.DataFrame) -> pd.DataFrame:
    """Return the root mean squared log error of each model in each place."""
    squares = {
        name: np.log(new[f"{name}_value"] / new["truth"]) ** 2 for name in MODELS
    }  # fmt: skip
    return pd.DataFrame(squares).groupby(new["place"].to_numpy()).mean() ** 0.5


def _best_there(known: pd.DataFrame, came: pd.DataFrame, otherwise: str) -> Any:
    """Name the model that was best in each place; elsewhere the one that was best of all."""
    best = _came(known).idxmin(axis=1)
    return best.reindex(came.index).fillna(otherwise)


def _lowest(table: pd.DataFrame) -> Any:
    """Name the model of the lowest expected difference, whether it is shown or not."""
    lowest = table.sort_values("difference", kind="stable").drop_duplicates("portfolio")
    return lowest.set_index("portfolio")["model"]


def _regret(came: pd.DataFrame, chosen: Any) -> FloatArray:
    own = came.to_numpy()[np.arange(len(came)), came.columns.get_indexer(chosen)]
    return np.asarray(own / came.min(axis=1).to_numpy() - 1)


def _below(difference: FloatArray) -> dict[str, float]:
    rng = np.random.default_rng(0)
    drawn = rng.choice(difference, size=(_RESAMPLES, len(difference))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {
        "below_before": float(difference.mean()),
        "below_before_low": float(low),
        "below_before_high": float(high),
    }


def _sums(new: pd.DataFrame, table: pd.DataFrame, chosen: Any) -> dict[str, float]:
    """Tell how often intervals of sums hold what came, with and without correlation."""
    truth = new.groupby("place")["truth"].sum()
    squares = {name: (new[f"{name}_value"] * new[f"{name}_error"]) ** 2 for name in MODELS}
    alone = pd.DataFrame(squares).groupby(new["place"].to_numpy()).sum() ** 0.5
    own = table[table["model"] == table["portfolio"].map(chosen)].set_index("portfolio")
    held = (own["sum_low"] <= truth) & (truth <= own["sum_high"])
    off = (own["expected_sum"] - truth).abs()
    at = alone.columns.get_indexer(pd.Index(own["model"]))
    independent = alone.loc[own.index].to_numpy()[np.arange(len(own)), at]
    said = own["sum_std"].notna()
    return {
        "sum_said": float(said.mean()),
        "sum_holds": float(held[said].mean()),
        "sum_holds_independent": float((off <= _REACH * independent).mean()),
    }
