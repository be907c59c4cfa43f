"""Tables in which the confidence is right everywhere, or wrong in one slice of two properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["NULLS", "PLANTED", "THRESHOLD", "SliceTable", "SliceWorld"]

THRESHOLD = 0.15
_ROWS = 20_000
_SHARE, _FACTOR = 0.03, 1.5


@dataclass(frozen=True, eq=False)
class SliceTable:
    """A table whose truth is known.

    Attributes
    ----------
    X : DataFrame
    residual, expected : ndarray of shape (n_rows,)
    planted : ndarray of shape (n_rows,), dtype bool
        Where errors are larger than expected.
    groups, time : ndarray of shape (n_rows,) or None
    """

    X: pd.DataFrame
    residual: Any
    expected: Any
    planted: Any
    groups: Any
    time: Any


@dataclass(frozen=True)
class SliceWorld:
    """How a table comes about.

    Attributes
    ----------
    name : str
    errors : str
        ``normal``; ``t5``: Student's with 5 degrees of freedom; ``absurd``: the same, of which
        one in 200 is ten times as large.
    factor : float
        How much larger errors are in the planted slice.
    groups : int
        Rows of a group err alike; 1 is rows by themselves.
    time : bool
        Whether rows have a time, and errors of all rows rise and fall slowly.
    rows : int
    towns : int
        Groups of another kind, few and large: errors of a town have a size and a bias in common,
        and a zone is some towns; other properties are those of a row. 0 has none.
    """

    name: str
    errors: str = "t5"
    factor: float = 1.0
    groups: int = 1
    time: bool = False
    rows: int = _ROWS
    towns: int = 0

    def table(self, rng: np.random.Generator) -> SliceTable:
        """Draw a table."""
        X = _properties(self.rows, rng)
        planted = _planted(X, rng)
        hard = np.log1p(X["size"]) / 6 + (X["zone"].isin(["a", "b"])) * 0.3
        expected = np.exp(np.log(0.06) + (hard - hard.mean()) + rng.normal(0, 0.4, self.rows))
        groups = None if self.groups == 1 else np.arange(self.rows) // self.groups
        if groups is not None:
            # Most properties are those of a house, not of a sale.
            shared = X.columns[:7]
            X[shared] = X.loc[groups * self.groups, shared].to_numpy()
            X = X.infer_objects()
            planted = _planted(X, rng)
        unit = _unit_errors(self.errors, self.rows, rng)
        if groups is not None:
            together = _unit_errors(self.errors, int(groups.max()) + 1, rng)[groups]
            unit = np.sqrt(0.7) * unit + np.sqrt(0.3) * together
        if self.towns:
            groups = rng.integers(0, self.towns, self.rows)
            X["zone"] = np.array(list("abcdef"))[groups % 6]
            planted = _planted(X, rng)
            size, bias = np.exp(rng.normal(0, 0.2, self.towns)), rng.normal(0, 0.3, self.towns)
            unit = size[groups] * unit + bias[groups]
        time = None
        if self.time:
            time = np.sort(rng.uniform(0, 1000, self.rows))
            unit = unit * np.exp(_slow(60, 0.7, 0.15, rng))[(time / 1000 * 60).astype(int)]
        residual = unit * expected * np.where(planted, self.factor, 1.0)
        return SliceTable(X, residual, np.asarray(expected), planted, groups, time)


def _properties(n: int, rng: np.random.Generator) -> pd.DataFrame:
    size = rng.lognormal(4.6, 0.4, n)
    frame = pd.DataFrame(
        {
            "size": size,
            "rooms": np.clip(np.round(size / 28 + rng.normal(0, 1, n)), 1, 9),
            "zone": rng.choice(list("abcdef"), n, p=[0.3, 0.2, 0.17, 0.15, 0.1, 0.08]),
            "year": np.round(rng.uniform(1900, 2025, n)),
            "zip": rng.choice([f"z{i}" for i in range(40)], n, p=_zipf(40)),
            "grade": rng.integers(1, 8, n).astype(float),
            "condition": rng.choice(["poor", "fair", "good", "new"], n, p=[0.1, 0.3, 0.45, 0.15]),
            "distance": rng.gamma(2.0, 4.0, n),
            "heating": rng.choice(["gas", "oil", "electric"], n, p=[0.6, 0.25, 0.15]),
            "lot": rng.lognormal(6, 1, n),
        }
    )
    frame.loc[rng.random(n) < 0.12, "lot"] = np.nan
    frame.loc[rng.random(n) < 0.05, "heating"] = None
    return frame


def _zipf(n: int) -> Any:
    weight = 1 / np.arange(1, n + 1)
    return weight / weight.sum()


def _planted(X: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Draw a slice of two properties with about 3 % of the rows."""
    while True:
        first, second = rng.choice(X.columns, 2, replace=False)
        one = _condition(X[first], rng.uniform(0.1, 0.3), rng)
        other = _condition(X[second], _SHARE / max(one.mean(), 0.05), rng)
        both = one & other
        if 0.027 <= both.mean() <= 0.033 and max(one.mean(), other.mean()) < 0.5:
            return both


def _condition(column: pd.Series[Any], share: float, rng: np.random.Generator) -> Any:
    """Draw a level, a range or a tail of a column with about so many of the rows."""
    if column.dtype.kind != "f":
        sizes = column.fillna("missing").value_counts(normalize=True)
        likely = sizes.index[np.argsort(np.abs(np.log(sizes / share)))[:2]]
        return (column.fillna("missing") == rng.choice(likely)).to_numpy()
    start = rng.choice([0.0, 1 - share, rng.uniform(0, 1 - share)])
    low, high = column.quantile([start, min(start + share, 1.0)])
    return ((column >= low) & (column <= high)).to_numpy()


def _unit_errors(kind: str, n: int, rng: np.random.Generator) -> Any:
    if kind == "normal":
        return rng.normal(size=n)
    errors = rng.standard_t(5, size=n) * np.sqrt(3 / 5)
    return np.where(rng.random(n) < 0.005, 10.0, 1.0) * errors if kind == "absurd" else errors


def _slow(n: int, persistence: float, spread: float, rng: np.random.Generator) -> Any:
    steps = rng.normal(0, spread * np.sqrt(1 - persistence**2), n)
    moved = np.empty(n)
    moved[0] = rng.normal(0, spread)
    for i in range(1, n):
        moved[i] = persistence * moved[i - 1] + steps[i]
    return moved


NULLS = (
    SliceWorld("Student's t5"),
    SliceWorld("normal", "normal"),
    SliceWorld("absurd residuals", "absurd"),
    SliceWorld("2,000 rows", rows=2_000),
    SliceWorld("groups of 10", groups=10),
    SliceWorld("slow movement in time", time=True),
    SliceWorld("24 groups with shocks", towns=24),
    SliceWorld("10 groups with shocks", towns=10),
)
PLANTED = (
    SliceWorld("Student's t5", factor=_FACTOR),
    SliceWorld("normal", "normal", factor=_FACTOR),
    SliceWorld("groups of 10", groups=10, factor=_FACTOR),
    SliceWorld("slow movement in time", time=True, factor=_FACTOR),
)
