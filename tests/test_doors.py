"""A comparison and a fit take the same tables by the same rules, in the same words."""

from __future__ import annotations

import datetime as dt
import decimal
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from worlds import sales_table

from qconf import ConfidentRegressor, compare
from qconf._types import ErrorScaleName
from qconf.learners.trees.boosted import BoostedTrees

N_ROWS = 200
MODEL = BoostedTrees(n_estimators=5, random_state=0)
TABLE = sales_table(N_ROWS)
FEATURES = TABLE[["zone", "rooms", "area"]]
PRICE = TABLE["price"]
DECIMALS: Any = [decimal.Decimal(i + 1) for i in range(N_ROWS)]
DAYS = np.datetime64("2020-01-01") + np.arange(N_ROWS)


def by_comparison(X: Any, y: Any, roles: dict[str, Any], error: str) -> Any:
    settings: dict[str, Any] = {"error": error, "model": MODEL, "n_resamples": 2, **roles}
    return compare(X, y, threshold=0.15, estimators=["constant"], **settings)


def by_fit(X: Any, y: Any, roles: dict[str, Any], error: ErrorScaleName) -> Any:
    return ConfidentRegressor(MODEL, "constant", error=error).fit(X, y, **roles)


def answer(door: Any, X: Any, y: Any, roles: dict[str, Any], error: str) -> str:
    """Run one door; the answer is its one line of complaint, or that it is done."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            door(X, y, roles, error)
        except ValueError as complaint:
            return str(complaint)
    return "done"


def times(kind: str) -> Any:
    """Write the same days in different ways."""
    days = pd.Series(DAYS)
    return {
        "dates": DAYS,
        "text": days.astype(str),
        "objects": [day.date() for day in days],
        "stamps": days.astype(object),
        "zone": days.dt.tz_localize("Europe/Berlin"),
        "period": days.dt.to_period("D"),
        "numbers": np.arange(N_ROWS),
        "nullable": pd.array(range(N_ROWS), dtype="Int64"),
        "arrow": pa.array(DAYS.astype("M8[s]")),
        "far": days.astype("M8[s]") + np.timedelta64(365_000, "D"),
        "gaps": days.where(days.index % 9 > 0),
    }[kind]


#: What is passed, and how the one answer of both doors begins.
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "plain": ({}, "done"),
    **{
        f"time as {kind}": ({"time": times(kind)}, "done")
        for kind in (
            "dates",
            "text",
            "objects",
            "stamps",
            "zone",
            "period",
            "numbers",
            "nullable",
            "arrow",
            "far",
            "gaps",
        )
    },
    "time of 50 values": ({"time": DAYS[:50]}, "The time has 50 values, the table 200 rows."),
    "time of words": ({"time": ["then"] * N_ROWS}, "The time column must hold dates"),
    "time of two columns": ({"time": np.ones((N_ROWS, 2))}, "The time must be one column"),
    "time of one moment": ({"time": np.zeros(N_ROWS)}, "Scoring 5 blocks forward in time needs"),
    "time that is infinite": (
        {"time": np.append(np.arange(199.0), np.inf)},
        "The time column has infinite",
    ),
    "time that is a number": ({"time": 7}, "The table has no column '7'."),
    "time not there": ({"time": "sold"}, "The table has no column 'sold'."),
    "time by name": ({"time": "rooms", "X": FEATURES.assign(rooms=np.arange(N_ROWS))}, "done"),
    "groups of 5 values": ({"groups": [1] * 5}, "The group has 5 values, the table 200 rows."),
    "groups by name": ({"groups": "zone"}, "done"),
    "group not there": ({"groups": "zon"}, "The table has no column 'zon'. Did you mean 'zone'?"),
    "groups of lists": ({"groups": pd.Series([[i // 3] for i in range(N_ROWS)])}, "done"),
    "groups with gaps": (
        {"groups": pd.Series(range(N_ROWS)).floordiv(3).where(lambda g: g > 9)},
        "done",
    ),
    "one group": ({"groups": [1] * N_ROWS}, "5 folds need at least 5 groups, found 1."),
    "groups that last": (
        {"groups": np.arange(N_ROWS) % 3, "time": np.arange(N_ROWS) // 3},
        "Groups last through the whole time",
    ),
    "a feature named prediction": (
        {"X": FEATURES.assign(prediction=1.0)},
        "A feature is named 'prediction'",
    ),
    "an infinite feature": (
        {"X": FEATURES.assign(rooms=np.inf)},
        "The column 'rooms' has 200 infinite value(s)",
    ),
    "no feature has a value": (
        {"X": pd.DataFrame({"a": [None] * N_ROWS, "b": np.nan})},
        "No feature is left: all of them are missing in every row.",
    ),
    "two levels of names": (
        {"X": pd.concat({"a": FEATURES}, axis=1)},
        "The columns have 2 levels of names",
    ),
    "two columns of a name": (
        {"X": FEATURES.set_axis(["a", "a", "b"], axis=1)},
        "The table has two columns named 'a'",
    ),
    "Arrow": ({"X": pa.Table.from_pandas(FEATURES)}, "done"),
    "an array of numbers": ({"X": FEATURES[["rooms", "area"]].to_numpy()}, "done"),
    "numbers as objects": ({"X": FEATURES[["rooms", "area"]].astype(object)}, "done"),
    "nullable numbers": ({"X": FEATURES.convert_dtypes()}, "done"),
    "decimals": ({"X": FEATURES.assign(rooms=DECIMALS)}, "done"),
    "a target of decimals": ({"y": DECIMALS}, "done"),
    "a constant target": ({"y": np.ones(N_ROWS)}, "The target is constant (1 in every row)"),
    "a target of -1": (
        {"y": PRICE.where(PRICE.index > 0, -1.0)},
        "The relative error needs a positive target; 1 of 200",
    ),
    "a log of 0": (
        {"y": PRICE.where(PRICE.index > 0, 0.0), "error": "log"},
        "The log error needs a positive target; 1 of 200",
    ),
    "a target of 3 values": (
        {"y": [1.0, 2.0, 3.0]},
        "The target has 3 values, the table 200 rows.",
    ),
    "a target of words": ({"y": ["dear"] * N_ROWS}, "The target must be numbers"),
    "a target of truths": ({"y": PRICE.gt(PRICE.median())}, "The target must be numbers"),
    "a target of dates": ({"y": DAYS}, "The target must be numbers"),
    "an infinite target": (
        {"y": PRICE.where(PRICE.index > 0, np.inf)},
        "The target must be finite",
    ),
    "one day": ({"time": [dt.date(2020, 1, 1)] * N_ROWS}, "Scoring 5 blocks forward in time needs"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_both_doors_give_the_same_answer(case: str) -> None:
    """Done by both, or refused by both in the same words."""
    given, begins = CASES[case]
    roles: dict[str, Any] = {role: given[role] for role in ("time", "groups") if role in given}
    X, y, error = given.get("X", FEATURES), given.get("y", PRICE), given.get("error", "relative")
    answers = [answer(door, X, y, roles, error) for door in (by_comparison, by_fit)]
    assert answers[0] == answers[1]
    assert answers[0].startswith(begins)


def test_rows_without_a_label_are_left_out_of_a_comparison_and_refused_by_a_fit() -> None:
    """A comparison takes a table as it is kept; scikit-learn's estimators refuse missing labels."""
    y = PRICE.where(PRICE.index > 0)
    assert compare(FEATURES, y, estimators=["constant"], model=MODEL).left_out == {
        "missing_target": 1
    }
    with pytest.raises(ValueError, match="contains NaN"):
        ConfidentRegressor(MODEL, "constant").fit(FEATURES, y)
