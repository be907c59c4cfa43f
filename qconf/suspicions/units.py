"""Find columns that name a unit seen in several rows: a parcel sold again, an article."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.encoding.columns import is_measured
from qconf.suspicions.names import names_a_unit
from qconf.suspicions.view import away_from_mode, codes_of, sampled_rows, whole_numbers

__all__ = ["price_list", "unit_column"]

#: A unit has this many rows at most, on the average of those that have several.
_MOST_ROWS_A_UNIT = 10
_LEAST_PAIRS = 10
_MOST_PAIRS = 2_000
#: Two rows of a unit are alike in so many of the other columns; so many pairs of rows are.
_ALIKE = 0.6
_PAIRS_ALIKE = 0.8
_PAIRS_ALIKE_UNNAMED = 0.95
#: A column that is the same in most rows anyway says nothing.
_SAYS_NOTHING = 0.7
_LEAST_OTHERS = 2

_HALF = 0.5
_SAME_TARGET = 0.9
_COMMON_TARGET = 0.05


def unit_column(frame: pd.DataFrame, y: FloatArray) -> tuple[str, int] | None:
    """Find the column whose values name things that come in several rows.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)
        Exact copies of a row, with the same target, are no second sale.

    Returns
    -------
    (str, int) or None
        The name, and how many rows (of at most 20,000) share their value with another.
    """
    rows = sampled_rows(len(frame))
    some, target = frame.iloc[rows], np.asarray(y)[rows]
    candidates = [str(name) for name in some if _may_name_units(some[name])]
    if not candidates:
        return None
    codes = np.column_stack([codes_of(some[name]) for name in some])
    common = _common_shares(codes)
    found = []
    for name in candidates:
        own = list(map(str, some.columns)).index(name)
        others = np.delete(np.arange(codes.shape[1]), own)
        others = others[common[others] < _SAYS_NOTHING]
        first, second = _pairs(codes[:, own])
        differ = (codes[first] != codes[second]).any(axis=1) | (target[first] != target[second])
        if len(others) < _LEAST_OTHERS or differ.sum() < _LEAST_PAIRS:
            continue
        alike = _alike(codes[:, others], first[differ], second[differ])
        least = _PAIRS_ALIKE if names_a_unit(name) else _PAIRS_ALIKE_UNNAMED
        if alike.mean() >= least:
            found.append(
                (names_a_unit(name), float(alike.mean()), name, _n_repeated(codes[:, own]))
            )
    return max(found)[2:] if found else None


def price_list(frame: pd.DataFrame, y: FloatArray) -> str | None:
    """Find a column of levels that decides the target: rows of one level have the same.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)

    Returns
    -------
    str or None
        The name. Exact copies of a row do not count, nor targets that many rows have.
    """
    rows = sampled_rows(len(frame))
    target = np.asarray(y)[rows]
    rare = away_from_mode(target, _COMMON_TARGET)
    if rare.mean() < _HALF:
        return None
    some, target = frame.iloc[rows[rare]], target[rare]
    for name in some:
        own = codes_of(some[name])
        first, second = _pairs(own)
        if len(first) < _HALF * min(len(own), _MOST_PAIRS):
            continue
        same = target[first] == target[second]
        if same.mean() < _SAME_TARGET:
            continue
        codes = np.column_stack([codes_of(some[other]) for other in some])
        if (codes[first] != codes[second]).any(axis=1).mean() > _HALF:
            return str(name)
    return None


def _may_name_units(column: pd.Series[Any]) -> bool:
    """Tell columns of many whole numbers or texts, some of which repeat a few times."""
    if is_measured(column) and whole_numbers(column) is None:
        return False
    counts = np.bincount(codes_of(column) + 1)[1:]
    several = counts[counts > 1]
    if not len(several) or counts.sum() > _MOST_ROWS_A_UNIT * len(counts):
        return False
    return bool(several.mean() <= _MOST_ROWS_A_UNIT)


def _common_shares(codes: IntArray) -> FloatArray:
    """Return how often two rows have the same value by chance, for each column."""
    shares = []
    for column in codes.T:
        counts = np.bincount(column + 1) / len(column)
        shares.append(float(counts @ counts))
    return np.array(shares)


def _pairs(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows that follow each other within a value."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    same = np.flatnonzero(np.diff(codes[order]) == 0)
    same = same[:: max(1, len(same) // _MOST_PAIRS)]
    return order[same], order[same + 1]


def _alike(codes: IntArray, first: IntArray, second: IntArray) -> BoolArray:
    return np.asarray((codes[first] == codes[second]).mean(axis=1) >= _ALIKE)


def _n_repeated(codes: IntArray) -> int:
    counts = np.bincount(codes[codes >= 0])
    return int(counts[counts > 1].sum())
