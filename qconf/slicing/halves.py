"""The older half, in which slices are found, and the newer half, on which they are measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.errors import TableError

__all__ = ["Halves", "halve"]


@dataclass(frozen=True)
class Halves:
    """Two sets of rows that have nothing in common, neither a row nor a group.

    Attributes
    ----------
    older, newer : ndarray of int
        Positions of rows, rising.
    in_words : str
        How they were told apart.
    """

    older: IntArray
    newer: IntArray
    in_words: str


def halve(n_rows: int, time: Any, groups: IntArray | None, min_rows: int, seed: int) -> Halves:
    """Split rows by time; without one, whole groups at random.

    Rows of one moment are on one side. Older rows of a group that also has newer rows are left
    out: what was found in a house would be found in it again.

    Parameters
    ----------
    n_rows : int
    time : ndarray of shape (n_rows,) or None
        Dates or numbers without gaps.
    groups : ndarray of shape (n_rows,) of int, or None
        Codes from 0.
    min_rows : int
        Each half must have so many rows for two slices at least.
    seed : int
        For halves at random.

    Raises
    ------
    TableError
        If a half is too small.
    """
    if time is None:
        newer = _at_random(n_rows, groups, np.random.default_rng(seed))
        words = "two halves at random" + ("" if groups is None else ", of whole groups")
    else:
        newer = np.asarray(time >= np.sort(time)[n_rows // 2])
        words = "the older half and the newer"
    older = ~newer
    if time is not None and groups is not None:
        older &= ~np.isin(groups, groups[newer])
        words += ", groups kept apart"
    _check(int(older.sum()), int(newer.sum()), n_rows, min_rows)
    return Halves(np.flatnonzero(older), np.flatnonzero(newer), words)


def _at_random(n_rows: int, groups: IntArray | None, rng: np.random.Generator) -> BoolArray:
    unit = np.arange(n_rows) if groups is None else groups
    size = np.bincount(unit)
    order = rng.permutation(len(size))
    # A group is on the side where most of it falls, so that one large group is not too much.
    before = np.cumsum(size[order]) - size[order] / 2
    return np.isin(unit, order[before > n_rows / 2])


def _check(n_older: int, n_newer: int, n_rows: int, min_rows: int) -> None:
    if min(n_older, n_newer) >= 2 * min_rows:
        return
    msg = (
        f"Slices are found in one half of the rows and measured on the other, and each needs at "
        f"least {2 * min_rows} (twice min_rows); of {n_rows} rows there are {n_older} and "
        f"{n_newer}. Give more rows, a smaller min_rows (--min-rows), or leave out groups that "
        "last through the whole time, or times that most rows share."
    )
    raise TableError(msg)
