"""Columns cut into cells, of which slices are made.

What is measured is cut into ranges; of names, each frequent one is a cell, and the rare ones share
one. A missing value is a cell of its own. Cuts and names come from the older rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.core.plain_columns import plain_columns
from qconf.encoding.columns import as_floats, factorized, is_measured
from qconf.slicing.cuts import NO_CUTS, Cuts, chosen_cuts, decimals_of

__all__ = ["Condition", "Property", "properties_of"]

#: So many names of a column are told apart; more are rare ones.
_MOST_NAMES = 60
_BIG = 10_000


@dataclass(frozen=True, order=True)
class Condition:
    """Cells of one property, from `first` to `last`.

    Attributes
    ----------
    column : int
        Position of the property.
    first, last : int
        Cells; both are meant.
    """

    column: int
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Property:
    """A column that is cut into cells.

    Attributes
    ----------
    name : str
    codes : ndarray of shape (n_rows,), dtype uint8
        The cell of each row, older and newer ones.
    texts : tuple of str
        What each cell that is not ordered is called, after the ordered ones: the names, the rare
        ones together, and missing.
    cuts : Cuts
        Between ordered cells; none for names.
    decimals : int
        How many the cuts have.
    is_date : bool
        Cuts are days since 1970.
    values : ndarray or None
        The values themselves, where each is a cell.
    """

    name: str
    codes: np.ndarray[Any, np.dtype[np.uint8]]
    texts: tuple[str, ...]
    cuts: Cuts = NO_CUTS
    decimals: int = 0
    is_date: bool = False
    values: FloatArray | None = None

    @property
    def n_ordered(self) -> int:
        """How many cells are ranges."""
        return len(self.cuts.edges) + 1 if len(self.cuts.edges) else 0

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return self.n_ordered + len(self.texts)

    def cells(self, column: int) -> list[Condition]:
        """List what is looked at by itself: fifths, names, missing."""
        ranges = self.cuts.fifths() if self.n_ordered else []
        return [Condition(column, *ends) for ends in ranges] + self._named(column)

    def conditions(self, column: int) -> list[Condition]:
        """List all that a slice may ask of this column: ranges of cells, names, missing."""
        ranges = self.cuts.ranges() if self.n_ordered else []
        if not self.texts:
            ranges = [ends for ends in ranges if ends != (0, self.n_ordered - 1)]
        return [Condition(column, *ends) for ends in ranges] + self._named(column)

    def _named(self, column: int) -> list[Condition]:
        return [Condition(column, cell, cell) for cell in range(self.n_ordered, self.n_cells)]

    def text(self, condition: Condition) -> str:
        """Write a condition for people."""
        first, last = condition.first, condition.last
        if first >= self.n_ordered:
            return f"{self.name} {self.texts[first - self.n_ordered]}"
        if self.values is not None:
            ends = [self._exactly(self.values[one]) for one in (first, last)]
            return f"{self.name} {' to '.join(dict.fromkeys(ends))}"
        low = None if first == 0 else self._number(self.cuts.edges[first - 1])
        high = None if last == self.n_ordered - 1 else self._number(self.cuts.edges[last])
        if low is None and high is None:
            return f"{self.name} known"
        if low is None:
            return f"{self.name} up to {high}"
        return f"{self.name} above {low}" + ("" if high is None else f", up to {high}")

    def _exactly(self, value: float) -> str:
        whole = np.format_float_positional(value, trim="-")
        return self._number(value) if self.is_date else whole

    def _number(self, value: float) -> str:
        if self.is_date:
            stamp = np.datetime64("1970-01-01") + np.timedelta64(round(value * 86_400), "s")
            return str(stamp).replace("T00:00:00", "").replace("T", " ")
        thousands = "," if abs(value) >= _BIG else ""
        return f"{value:{thousands}.{self.decimals}f}"


def properties_of(
    table: pd.DataFrame, older: IntArray, errors: FloatArray, min_rows: int, seed: int
) -> list[Property]:
    """Cut the columns of a table into cells.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, n_columns)
    older : ndarray of int
        Rows that the cuts come from.
    errors : ndarray of shape (n_older, n_measures)
        Excesses of the older rows, for the cuts of trees.
    min_rows : int
        Names that are rarer than this among the older rows share a cell.
    seed : int

    Returns
    -------
    list of Property
        Without those of one cell.
    """
    found = []
    for name, column in plain_columns(table).items():
        if is_measured(column) and column.dtype.kind != "b":
            one = _measured(str(name), column, older, errors, min_rows, seed)
        else:
            one = _named(str(name), column, older, min_rows)
        if one is not None and one.n_cells > 1:
            found.append(one)
    return found


def _measured(
    name: str,
    column: pd.Series[Any],
    older: IntArray,
    errors: FloatArray,
    min_rows: int,
    seed: int,
) -> Property | None:
    values = as_floats(column)
    before = values[older]
    cuts = chosen_cuts(before, errors, min_rows, seed)
    known = before[np.isfinite(before)]
    missing = np.isnan(values)
    if len(cuts.edges) == 0 and not missing.any():
        return None
    if len(cuts.edges) == 0:
        return Property(name, missing.astype(np.uint8), ("known", "missing"))
    codes = np.searchsorted(cuts.edges, values, side="left").astype(np.uint8)
    codes[missing] = len(cuts.edges) + 1
    distinct = np.unique(known)
    each = (
        distinct
        if len(distinct) == len(cuts.edges) + 1 and np.all(np.isin(cuts.edges, distinct))
        else None
    )
    decimals = decimals_of(known)
    texts = ("missing",) if missing.any() else ()
    return Property(name, codes, texts, cuts, decimals, column.dtype.kind == "M", each)


def _named(name: str, column: pd.Series[Any], older: IntArray, min_rows: int) -> Property | None:
    codes, names = factorized(column)
    n_names = len(names)
    size = np.bincount(codes[older][codes[older] >= 0], minlength=n_names)
    frequent = np.flatnonzero(size >= min_rows)
    frequent = frequent[np.argsort(-size[frequent], kind="stable")][:_MOST_NAMES]
    rare, missing = len(frequent), len(frequent) + 1
    cell = np.full(n_names + 1, rare, dtype=np.uint8)
    cell[frequent] = np.arange(len(frequent))
    cell[n_names] = missing  # where -1 points to
    made = cell[codes]
    texts = [*(names[one] for one in frequent), "rare", "missing"]
    there = np.bincount(made, minlength=len(texts)) > 0
    number = (np.cumsum(there) - 1).astype(np.uint8)
    return Property(
        name, number[made], tuple(text for text, kept in zip(texts, there, strict=True) if kept)
    )
