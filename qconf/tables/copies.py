"""Rows that are alike in everything but their labels: copies, or one unit seen several times.

A copy on the other side of a fold hands its label over: the row seems safe because it was seen.
So rows alike are kept on one side, like a group. Labels are not looked at: what is a copy must not
hang on what is to be predicted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qconf._types import IntArray, Table
from qconf.tables.keys import key_columns

__all__ = ["Copies", "find_copies", "joined"]

#: Below this share of different rows, rows are alike because features are coarse (a zip code and
#: a number of rooms), and keeping them together would hide whole levels.
_MOSTLY_DIFFERENT = 0.5
#: An earlier row alike is history that one really has (a house sold again), unless there are so
#: many that they are rather the same offer, listed again.
_TOO_MANY_FOR_RESALES = 0.05


@dataclass(frozen=True, eq=False)
class Copies:
    """Rows that are alike in all features.

    Attributes
    ----------
    codes : ndarray of shape (n_rows,)
        The same number for rows that are alike, from 0.
    count : int
        How many rows have an earlier row like them, in the order of the table.
    """

    codes: IntArray
    count: int

    @property
    def share(self) -> float:
        """Share of rows that another row is like."""
        return self.count / max(len(self.codes), 1)


def find_copies(
    features: Table, aside: Iterable[Any] = (), *, in_time: bool = False
) -> Copies | None:
    """Find rows that are alike in all features.

    Parameters
    ----------
    features : DataFrame or ndarray of shape (n_rows, n_features)
    aside : iterable, default=()
        Columns that do not count, such as the time. Columns that number the rows never do.
    in_time : bool, default=False
        True if what scores a row comes from earlier rows only. Rows alike then matter if they
        are many; a few are units that come again, whose past is known.

    Returns
    -------
    Copies or None
        None if no row has a copy, or if features are too coarse to tell: fewer than half of the
        rows differ.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 2, 3, 4], "area": [30.5, 41.0, 30.5, 62.5]})
    >>> find_copies(table).codes
    array([0, 1, 0, 2])
    """
    frame = pd.DataFrame(features)
    without = [*aside, *key_columns(frame)]
    frame = frame.drop(columns=[name for name in without if name in frame.columns])
    if frame.shape[1] == 0 or len(frame) == 0:
        return None
    codes = _alike(frame)
    if codes is None:
        return None
    n_different = int(codes.max()) + 1
    count = len(codes) - n_different
    if count == 0 or n_different < _MOSTLY_DIFFERENT * len(codes):
        return None
    found = Copies(codes, count)
    return None if in_time and found.share < _TOO_MANY_FOR_RESALES else found


def joined(groups: IntArray | None, copies: Copies | None) -> IntArray | None:
    """Join groups that share rows which are alike.

    Parameters
    ----------
    groups : ndarray of shape (n_rows,) or None
    copies : Copies or None

    Returns
    -------
    ndarray of shape (n_rows,) or None
        Codes from 0, by first appearance; None if there are neither groups nor copies.

    Examples
    --------
    >>> joined(np.array([0, 0, 1, 2]), Copies(np.array([0, 1, 1, 2]), 1))
    array([0, 0, 0, 1])
    """
    if groups is None or copies is None:
        return groups if copies is None else copies.codes
    n_groups = int(groups.max()) + 1
    n_nodes = n_groups + int(copies.codes.max()) + 1
    links = coo_array(
        (np.ones(len(groups), dtype=bool), (groups, n_groups + copies.codes)),
        shape=(n_nodes, n_nodes),
    )
    _, part = connected_components(links, directed=False)
    codes, _ = pd.factorize(part[groups])
    return codes.astype(np.intp)


def _alike(frame: pd.DataFrame) -> IntArray | None:
    """Return equal numbers for rows alike; None as soon as all are seen to differ."""
    alike = np.zeros(len(frame), dtype=np.intp)
    for i in range(frame.shape[1]):
        column = _numbered(frame.iloc[:, i])
        # Both are numbered from 0, so each pair of numbers has a number of its own.
        alike, different = pd.factorize(alike * (int(column.max()) + 1) + column)
        if len(different) == len(frame):
            return None
    return alike.astype(np.intp)


def _numbered(column: pd.Series[Any]) -> IntArray:
    """Return numbers for the values of a column, missing ones alike."""
    try:
        codes, _ = pd.factorize(column)
    except TypeError:
        # Lists and the like cannot be told apart by hash, but by how they are written.
        codes, _ = pd.factorize(column.map(str, na_action="ignore"))
    return codes.astype(np.intp) + 1
