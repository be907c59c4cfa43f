"""Draw rows of a table that is too long for memory: at random, whole groups, evenly in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import IntArray
from qconf.core.memory import in_gigabytes

__all__ = ["Drawn", "draw_rows"]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows that stand for a longer table.

    Attributes
    ----------
    rows : ndarray of int
        Their positions in it, rising.
    n_rows : int
        How many it has.
    memory : int
        In how many bytes it did not fit.
    source : str
        Where it is.
    reading : dict
        How it is read.
    by_group : bool
        Whether groups were drawn whole.
    in_time : bool
        Whether as many were drawn of each stretch of time.
    """

    rows: IntArray
    n_rows: int
    memory: int
    source: str
    reading: dict[str, Any]
    by_group: bool
    in_time: bool

    @property
    def in_words(self) -> str:
        """What was drawn, in a clause."""
        how = ", ".join(
            word
            for word, so in (("whole groups", self.by_group), ("evenly in time", self.in_time))
            if so
        )
        return (
            f"{len(self.rows):,} of {self.n_rows:,} rows drawn at random{how and f' ({how})'}, "
            f"for all do not fit in {in_gigabytes(self.memory)}"
        )


def draw_rows(
    n_rows: int, wanted: int, seed: int, *, time: Any = None, groups: IntArray | None = None
) -> IntArray:
    """Draw rows without replacement, one from each of as many equal stretches of time.

    What is drawn hangs on no target, nor on how the rows are dealt out among files.

    Parameters
    ----------
    n_rows, wanted : int
        How many there are, and about how many are to be drawn: exactly so many without groups.
    seed : int
    time : ndarray of shape (n_rows,), default=None
        Stretches follow it; without it, they follow the order of the table. Rows without a time
        come last.
    groups : ndarray of shape (n_rows,), default=None
        Codes from 0. Groups are drawn whole, at the time of their first row.

    Returns
    -------
    ndarray of int
        Positions, rising.

    Examples
    --------
    >>> draw_rows(6, 3, seed=0, groups=np.array([0, 0, 1, 1, 2, 2])).shape
    (4,)
    """
    order = np.arange(n_rows) if time is None else np.argsort(time, kind="stable")
    if groups is not None:
        order = _in_order_of_first_row(groups, order)
    n_drawn = min(max(1, round(len(order) * wanted / n_rows)), len(order))
    rng = np.random.default_rng(seed)
    # Stretches begin anywhere: they differ by a row, and none shall always be in a short one.
    order = np.roll(order, rng.integers(len(order)))
    edges = np.arange(n_drawn + 1) * len(order) // n_drawn
    within = rng.random(n_drawn) * np.diff(edges)
    chosen = order[edges[:-1] + within.astype(np.intp)]
    if groups is None:
        return np.sort(chosen)
    is_drawn = np.zeros(len(order), dtype=bool)
    is_drawn[chosen] = True
    return np.flatnonzero(is_drawn[groups])


def _in_order_of_first_row(groups: IntArray, order: IntArray) -> IntArray:
    """List groups as their first rows come in an order of all rows."""
    n_groups = int(groups.max()) + 1
    first = np.empty(n_groups, dtype=np.intp)
    # Of several that are written to one place, the last one stays: so from the end.
    first[groups[order[::-1]]] = np.arange(len(order))[::-1]
    return np.argsort(first, kind="stable")
