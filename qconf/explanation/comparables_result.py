"""The comparables of some rows: tables with stable columns, text, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.core.validation import select_rows
from qconf.errors import OptionError
from qconf.explanation.comparables_rows import Rows
from qconf.explanation.comparables_wording import (
    comparables_grid,
    method,
    sentence,
    summary_grid,
)
from qconf.report.comparables import ComparablesDisplay
from qconf.report.grid import Grid
from qconf.report.html import as_html

__all__ = ["HELD_OUT", "OTHER", "Comparables", "Pairs"]

#: Properties that are no columns: what the valuation model has learned since it predicted the
#: sale without having seen it, from the sale itself and from others; and what a surrogate does
#: not tell apart.
HELD_OUT = "(learned since)"
OTHER = "(not split)"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows beside their comparables, a row's most alike first.

    Attributes
    ----------
    row, rank, place : ndarray of shape (n_pairs,)
        Position of the row; from 1; position of the sale.
    weight, price, adjusted, residual : ndarray of shape (n_pairs,)
    """

    row: IntArray
    rank: IntArray
    place: IntArray
    weight: FloatArray
    price: FloatArray
    adjusted: FloatArray
    residual: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Comparables:
    """Known sales alike for each of some rows, adjusted and weighted.

    Attributes
    ----------
    pairs : Pairs
    rows, sales : Rows
        What was asked for, and the sales that could be used, in the order of their time.
    value : ndarray of shape (n_rows,)
        By the valuation model.
    effective, local_error, n_known : ndarray of shape (n_rows,)
        See `summary`.
    on_ratios : bool
        Whether residuals are log ratios (relative and log error scale) or differences.
    n_trees : int
        In whose leaves rows are alike.
    similarity, split_by : str
        Whose leaves tell rows alike, and by what adjustments are split.
    fidelity : float or None
        R² of the model's values by that, on sales it was not fitted on: 1 for the model itself,
        None where it was not measured. Below 0.8 the split says little.
    left_out : mapping of str to int
        How many sales were not used, by the reason.
    """

    pairs: Pairs
    rows: Rows
    sales: Rows
    value: FloatArray
    effective: FloatArray
    local_error: FloatArray
    n_known: IntArray
    on_ratios: bool
    n_trees: int
    similarity: str
    split_by: str
    fidelity: float | None
    left_out: Mapping[str, int]
    _split: Callable[[], tuple[list[Any], FloatArray]] = field(repr=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A line for each row and comparable.

        ``row`` (position), ``rank`` (from 1), ``sale`` (its label in the index of the sales),
        ``weight`` (adds up to 1 over a row's comparables), ``price``, ``adjustment`` and
        ``adjusted_price`` in units of the target, ``residual``: the log ratio, or the difference,
        of the model's out-of-sample prediction of the sale to its price.
        """
        pairs = self.pairs
        return pd.DataFrame(
            {
                "row": pairs.row,
                "rank": pairs.rank,
                "sale": self.sales.index[pairs.place],
                "weight": pairs.weight,
                "price": pairs.price,
                "adjustment": pairs.adjusted - pairs.price,
                "adjusted_price": pairs.adjusted,
                "residual": pairs.residual,
            }
        )

    @cached_property
    def adjustments(self) -> pd.DataFrame:
        """A line for each row, comparable and property that moves the price.

        ``row``, ``rank``, ``sale``, ``property``, ``adjustment`` in units of the target, and the
        property's cells, ``sale_cell`` and ``row_cell``. The lines of a comparable add up to its
        adjustment, the largest first. Properties that both share are not there. ``(learned
        since)`` is what the model has learned since it predicted the sale without having seen it,
        ``(not split)`` what a surrogate of somebody else's model does not tell apart.
        """
        names, parts = self._split()
        pair, number = np.nonzero(parts)
        order = np.lexsort((-np.abs(parts[pair, number]), pair))
        pair, number = pair[order], number[order]
        pairs = self.pairs
        cells = {
            "sale_cell": _cells(self.sales.table, names, number, pairs.place[pair]),
            "row_cell": _cells(self.rows.table, names, number, pairs.row[pair]),
        }
        return pd.DataFrame(
            {
                "row": pairs.row[pair],
                "rank": pairs.rank[pair],
                "sale": self.sales.index[pairs.place[pair]],
                "property": pd.Index(names, dtype=object)[number],
                "adjustment": parts[pair, number],
                **cells,
            }
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A line for each row, by position.

        ``value`` of the model; ``comparables_value``, the weighted mean of adjusted prices;
        ``spread``, the weighted root mean square of log(adjusted price / value), or of their
        difference on the absolute error scale; ``local_error``, the same over all known sales by
        their weights; ``effective_comparables``, 1 / sum of squares of all these weights: how many
        sales stand behind it; ``known_sales``. Not a number where no sale is known.
        """
        pairs, n_rows = self.pairs, len(self.value)
        some = np.bincount(pairs.row, minlength=n_rows) > 0

        def mean(numbers: FloatArray) -> FloatArray:
            weighed = np.bincount(pairs.row, pairs.weight * numbers, minlength=n_rows)
            return np.where(some, weighed, np.nan)

        return pd.DataFrame(
            {
                "value": self.value,
                "comparables_value": mean(pairs.adjusted),
                "spread": np.sqrt(mean(pairs.residual**2)),
                "local_error": self.local_error,
                "effective_comparables": self.effective,
                "known_sales": self.n_known,
            },
            index=pd.RangeIndex(n_rows, name="row"),
        )

    def plot(self, row: int = 0, *, ax: Any = None) -> ComparablesDisplay:
        """Draw the comparables of one row.

        Parameters
        ----------
        row : int, default=0
            Its position.
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        ComparablesDisplay

        Raises
        ------
        OptionError
            If there is no such row.
        """
        own, line = self._of(row)
        return ComparablesDisplay(own, line["value"], line["comparables_value"]).plot(ax)

    def in_words(self, row: int = 0) -> str:
        """Say of one row what comparables say, in two sentences.

        Parameters
        ----------
        row : int, default=0
            Its position.
        """
        own, line = self._of(row)
        return sentence(row, len(own), line, on_ratios=self.on_ratios)

    def __repr__(self) -> str:
        """Return a line: rows, comparables, sales."""
        return (
            f"<Comparables of {len(self.value):,} rows among {len(self.sales):,} sales, alike by "
            f"{self.similarity}>"
        )

    def __str__(self) -> str:
        """Return what `print` shows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._told()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._told())

    def _told(self) -> Iterator[str | Grid]:
        if len(self.value) == 1:
            yield self.in_words()
            yield comparables_grid(self.table, self.adjustments)
        else:
            yield f"Comparables of {len(self.value):,} rows among {len(self.sales):,} sales."
            yield summary_grid(self.summary, on_ratios=self.on_ratios)
        yield method(self.similarity, self.split_by, self.fidelity, self.left_out)

    def _of(self, row: int) -> tuple[pd.DataFrame, pd.Series[Any]]:
        if not 0 <= row < len(self.value):
            msg = f"There is no row {row}: rows are 0 to {len(self.value) - 1}."
            raise OptionError(msg)
        line: pd.Series[Any] = self.summary.iloc[row]
        return self.table[self.table["row"] == row], line


def _cells(table: Any, names: list[Any], number: IntArray, place: IntArray) -> Any:
    """Look up cells of a table, column by column; what is no column has none."""
    found = np.full(len(number), None, dtype=object)
    columns = [str(name) for name in table] if isinstance(table, pd.DataFrame) else None
    if columns is None:
        columns = [f"x{i}" for i in range(table.shape[1])]
    at = {name: i for i, name in enumerate(columns)}
    column = np.array([at.get(str(name), -1) for name in names], dtype=np.intp)[number]
    there, rows = np.unique(place, return_inverse=True)
    # The few rows that are told, at once: column by column takes far longer.
    cells = pd.DataFrame(select_rows(table, there)).astype(object).to_numpy()
    known = column >= 0
    found[known] = cells[rows[known], column[known]]
    return found
