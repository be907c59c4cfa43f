"""How often 90 % intervals of sums hold what came, month by month in moving markets.

Values and expected errors are those of `forecast`: models of before a reference window, frozen.
Labelled are the window and all months up to a horizon before the month in question; portfolios are
places with ten sales in it, and all of it. Beside ours: the same without a time, which is told as
of the labelled rows, and errors taken to be independent at the level of the labelled rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.forecast import PLANS, scored
from benchmarks.scenarios import available
from benchmarks.unlabelled import Told
from qconf import compare_unlabelled

__all__ = ["held", "run", "summed"]

_LEVEL, _REACH = 0.9, 1.6449
_LEAST_ROWS = 10
#: Months from the last labelled one to the month in question.
_HORIZONS = (1, 3, 6)


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Judge the sums of all months; `seeds` would change nothing."""
    del seeds
    parts = []
    for scenario in available(folder):
        for origin in PLANS.get(scenario.id, ((),))[0]:
            rows = pd.DataFrame(held(scored(scenario, folder, origin)))
            parts.append(rows.assign(scenario=scenario.id))
        print(f"portfolio-sums: {scenario.id}", flush=True)
    return summed(pd.concat(parts, ignore_index=True))


def held(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Tell of each month, horizon and portfolio whether intervals hold its sum.

    Parameters
    ----------
    rows : DataFrame
        As `forecast.scored` returns them.

    Yields
    ------
    dict
        ``held`` by ours, ``held_as_of`` without a time, ``held_independent``; not a number where
        nothing is said. ``width`` of ours, as a share of the sum.
    """
    rows = rows.assign(boosted_value=rows["prediction"], boosted_error=rows["expected"])
    told = Told("boosted", "relative")
    models = {"boosted": told, "again": told}
    for horizon in _HORIZONS:
        for month in rows.loc[~rows["reference"], "month"].unique():
            known, new = rows[rows["month"] <= month - horizon], rows[rows["month"] == month]
            if known["reference"].sum() < rows["reference"].sum():
                continue
            size = new["place"].map(new["place"].value_counts())
            for which, some in (("place", new[size >= _LEAST_ROWS]), (None, new)):
                if len(some):
                    for one in _of_month(models, known, some, which):
                        yield {"horizon": horizon, "month": month, **one}


def _of_month(
    models: Any, known: pd.DataFrame, new: pd.DataFrame, by: str | None
) -> Iterator[dict[str, Any]]:
    labelled = known, known["truth"]
    asked: dict[str, Any] = {"by": by, "labelled": labelled, "confidence_level": _LEVEL}
    ours = compare_unlabelled(models, new, time="time", **asked).choices
    as_of = compare_unlabelled(models, new, **asked).choices
    portfolio = new["place"] if by else pd.Series("all", new.index)
    truth = new["truth"].groupby(portfolio).sum().to_dict()
    square = ((new["prediction"] * new["expected"]) ** 2).groupby(portfolio).sum().to_dict()
    for name, one in ours.iterrows():
        other: Any = as_of.loc[[name]].iloc[0]
        came = float(truth[name])
        yield {
            "portfolios": "places" if by else "all rows",
            "rows": int(one["n"]),
            "held": _inside(came, one),
            "width": (one["sum_high"] - one["sum_low"]) / came,
            "held_as_of": _inside(came, other),
            "held_independent": float(
                abs(other["expected_sum"] - came) <= _REACH * float(square[name]) ** 0.5
            ),
        }


def _inside(came: float, one: Any) -> float:
    if np.isnan(one["sum_std"]):
        return float("nan")
    return float(one["sum_low"] <= came <= one["sum_high"])


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over portfolios and months of each table, and over all tables."""
    told = []
    groups = [*rows.groupby(["scenario", "portfolios", "horizon"], sort=False)]
    groups += [(("all", *key), own) for key, own in rows.groupby(["portfolios", "horizon"])]
    for (scenario, portfolios, horizon), own in groups:
        said = own["held"].notna()
        told.append(
            {
                "scenario": scenario,
                "portfolios": portfolios,
                "months_ahead": horizon,
                "sums": len(own),
                "cannot_say": round(float((~said).mean()), 4),
                "held": round(float(own["held"].mean()), 4),
                "held_as_of": round(float(own["held_as_of"].mean()), 4),
                "held_independent": round(float(own["held_independent"].mean()), 4),
                "width": round(float(own["width"].median()), 4),
            }
        )
    return pd.DataFrame(told)
