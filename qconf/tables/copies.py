"""Find copies: rows that are alike in everything but their labels.

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
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qconf._types import BoolArray, IntArray, Table
from qconf.suspicions.keys import key_columns

__all__ = ["Copies", "find_copies", "joined", "kept_apart", "repeats", "telling_rows"]

#: Below this share of different rows, rows are alike because features are coarse (a zip code and
#: a number of rooms), and keeping them together would hide whole levels.
_MOSTLY_DIFFERENT = 0.5
#: More rows than both have a value because gaps were filled with it.
_MANY_ROWS, _MANY_OF_ALL = 20, 0.02
#: So many values are a measurement, and not a handful of levels.
_MANY_VALUES = 100
#: A column with as many values as this share of the different rows is a measurement, whose values
#: do not meet by chance.
_TELLS_ROWS_APART = 0.25
#: Where all columns are coarser, copies make many times as many pairs of rows alike as chance,
#: which is tried on the columns that tell the most.
_MORE_THAN_CHANCE = 10
_TELLING_COLUMNS = 3


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


def find_copies(features: Table, aside: Iterable[Any] = (), *, time: Any = None) -> Copies | None:
    """Find rows that are alike in all features.

    Parameters
    ----------
    features : DataFrame or ndarray of shape (n_rows, n_features)
    aside : iterable, default=()
        Columns that do not count. Columns that number the rows never do, and without a time
        dates only if no row has a copy with them.
    time : array-like of shape (n_rows,), default=None
        If given, what scores a row comes from earlier rows only, and whether features can tell
        rows apart is judged on the earliest quarter: nothing hangs on what comes later.

    Returns
    -------
    Copies or None
        None if no row has a copy, or if features are too coarse to tell: fewer than half of the
        rows differ, or about as many are alike as would be by chance.

    Examples
    --------
    >>> table = pd.DataFrame({"zone": ["a", "b", "a", "b"], "area": [30.5, 41.0, 30.5, 62.5]})
    >>> find_copies(table).codes
    array([0, 1, 0, 2])
    """
    frame = pd.DataFrame(features)
    if len(frame) == 0:
        return None
    if time is not None:
        return _found_in_time(frame, aside, np.asarray(time))
    for columns in _choices(frame, aside):
        found = _found(frame[columns])
        if found is not None:
            return found
    return None


def kept_apart(
    groups: IntArray | None, copies: Copies | None, time: Any
) -> tuple[IntArray | None, BoolArray | None]:
    """Say which rows must not be on both sides, and which are not judged.

    Forward in time copies need no keeping apart, since those that come later are not judged.

    Returns
    -------
    apart : ndarray of shape (n_rows,) or None
        Codes from 0.
    repeats : ndarray of shape (n_rows,), dtype bool, or None
        As of `repeats`.
    """
    apart = joined(groups, copies) if time is None else groups
    return apart, repeats(copies, time)


def repeats(copies: Copies | None, time: Any) -> BoolArray | None:
    """Mark rows that an earlier row is like.

    Forward in time such a row is predicted with its copy's label known: it can be learned from,
    and not be judged.

    Parameters
    ----------
    copies : Copies or None
    time : array-like of shape (n_rows,) or None

    Returns
    -------
    ndarray of shape (n_rows,), dtype bool, or None
        None without copies or without a time.

    Examples
    --------
    >>> repeats(Copies(np.array([0, 1, 0, 0]), 2), [1, 2, 1, 3])
    array([False, False, False,  True])
    """
    if copies is None or time is None:
        return None
    moment = pd.Series(pd.factorize(np.asarray(time), sort=True)[0])
    again: BoolArray = (moment > moment.groupby(copies.codes).transform("min")).to_numpy()
    return again


def telling_rows(
    frame: pd.DataFrame, aside: Iterable[Any], time: Any
) -> tuple[list[Any], BoolArray] | None:
    """Say, forward in time, by which columns copies are known, and which rows have any.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_features)
    aside : iterable
        Columns that do not count.
    time : array-like of shape (n_rows,)

    Returns
    -------
    columns : list
    tell : ndarray of shape (n_rows,), dtype bool
        Rows that are known by their cells of these columns: another one with the same is a copy.
    None
        If features are too coarse to tell.
    """
    first = _earliest(time)
    early = frame.iloc[first]
    columns = _choices(early, aside)[0]
    finest = _telling_column([_numbered(early[name]) for name in columns]) if columns else None
    if finest is None:
        return None
    return columns, _tell(_numbered(frame[columns[finest]]), first)


def _found_in_time(frame: pd.DataFrame, aside: Iterable[Any], time: Any) -> Copies | None:
    found = telling_rows(frame, aside, time)
    if found is None:
        return None
    columns, tell = found
    codes = _alone(_alike([_numbered(frame[name]) for name in columns]), np.flatnonzero(~tell))
    count = len(codes) - _n_different(codes)
    return Copies(codes, count) if count else None


def _telling_column(cells: list[IntArray]) -> int | None:
    """Find the measurement that tells rows apart, if most rows differ and there is one."""
    different = _n_different(_alike(cells))
    finest = int(np.argmax([int(column.max()) for column in cells]))
    tells = int(cells[finest].max()) >= _TELLS_ROWS_APART * different
    return finest if tells and different >= _MOSTLY_DIFFERENT * len(cells[0]) else None


def _tell(column: IntArray, rows: IntArray | slice) -> BoolArray:
    """Mark cells that tell rows apart: neither missing, nor a value that many rows have.

    Many rows have the zero, or the mean, that gaps were filled with. `rows` are counted.
    """
    counts = np.bincount(column[rows], minlength=int(column.max()) + 1)
    counts[0] = len(column)
    telling: BoolArray = (counts <= max(_MANY_ROWS, _MANY_OF_ALL * int(counts[1:].sum())))[column]
    return telling


def _alone(codes: IntArray, rows: IntArray) -> IntArray:
    """Give each of some rows a number of its own: where a telling value is missing."""
    apart = codes.copy()
    apart[rows] = codes.max() + 1 + np.arange(len(rows))
    return pd.factorize(apart)[0].astype(np.intp)


def _earliest(time: Any) -> IntArray:
    moments = np.asarray(time)
    return np.flatnonzero(moments <= np.sort(moments)[len(moments) // 4])


def _choices(frame: pd.DataFrame, aside: Iterable[Any]) -> list[list[Any]]:
    """List the columns that tell rows apart, with dates and without."""
    without = {*aside, *key_columns(frame)}
    columns = [name for name in frame.columns if name not in without]
    undated = [name for name in columns if not _is_date(frame[name].dtype)]
    return [columns] if len(undated) == len(columns) else [columns, undated]


def _is_date(dtype: Any) -> bool:
    return pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)


def _found(frame: pd.DataFrame) -> Copies | None:
    if frame.shape[1] == 0 or len(frame) == 0:
        return None
    cells = [_numbered(frame.iloc[:, i]) for i in range(frame.shape[1])]
    if any(int(column.max()) == len(frame) for column in cells):
        return None
    codes = _alike(cells)
    if _n_different(codes) < _MOSTLY_DIFFERENT * len(codes) and _is_coarse(frame, cells, codes):
        return None
    codes = _without_chance(codes, cells)
    count = len(codes) - _n_different(codes)
    return Copies(codes, count) if count else None


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


def _is_coarse(frame: pd.DataFrame, cells: list[IntArray], codes: IntArray) -> bool:
    """Tell features that cannot tell most rows apart from a table whose rows all have copies.

    The latter (a join that repeated them) still has a measurement of many values, and many times
    as many pairs alike as chance would make.
    """
    finest = int(np.argmax([int(column.max()) for column in cells]))
    measured = pd.api.types.is_numeric_dtype(frame.dtypes.iloc[finest])
    many = int(cells[finest].max()) >= _MANY_VALUES
    return not (measured and many) or _by_chance(codes, cells)


def _numbered(column: pd.Series[Any]) -> IntArray:
    """Return numbers from 1 for the values of a column, 0 for missing ones."""
    try:
        codes, _ = pd.factorize(column)
    except TypeError:
        # Lists and the like cannot be told apart by hash, but by how they are written.
        codes, _ = pd.factorize(column.map(str, na_action="ignore"))
    return codes.astype(np.intp) + 1


def _alike(cells: list[IntArray]) -> IntArray:
    """Return the same number for rows whose cells are equal."""
    return pd.factorize(_hashed_rows(cells))[0].astype(np.intp)


def _hashed_rows(cells: list[IntArray], without: int | None = None) -> NDArray[np.uint64]:
    """Hash each row to 64 bits, one column left out if asked."""
    total = np.zeros(len(cells[0]), dtype=np.uint64)
    for i, column in enumerate(cells):
        if i != without:
            # The finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA).
            bits = (column + (i << 40)).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            total += bits ^ (bits >> np.uint64(31))
    return total


def _without_chance(codes: IntArray, cells: list[IntArray]) -> IntArray:
    """Give rows that are alike by chance numbers of their own.

    Rows whose finest column is known and rows where it is missing are judged apart: a missing
    value tells nothing.
    """
    finest = max(cells, key=lambda column: int(column.max()))
    told_by_one = int(finest.max()) >= _TELLS_ROWS_APART * _n_different(codes)
    known = _tell(finest, slice(None)) & told_by_one
    judged = np.flatnonzero(~known)
    if len(judged) and _by_chance(codes[judged], [column[judged] for column in cells]):
        codes = _alone(codes, judged)
    return codes


def _n_different(codes: IntArray) -> int:
    return int(codes.max()) + 1


def _by_chance(codes: IntArray, cells: list[IntArray]) -> bool:
    """Tell whether so many pairs of rows would be alike if one telling column were shuffled."""
    n_pairs = max(len(codes) * (len(codes) - 1) / 2, 1.0)
    equal = [_pairs(column) for column in cells]
    telling = np.argsort(equal)[:_TELLING_COLUMNS]
    by_chance = min(_pairs(_hashed_rows(cells, int(j))) * equal[j] / n_pairs for j in telling)
    return bool(_pairs(codes) < _MORE_THAN_CHANCE * by_chance)


def _pairs(codes: IntArray | NDArray[np.uint64]) -> float:
    """Count the pairs of equal codes."""
    size = np.bincount(pd.factorize(codes)[0]).astype(np.float64)
    return float((size * (size - 1)).sum() / 2)
