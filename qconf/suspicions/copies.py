"""Find features that hold the target itself: in its order, equal in many rows, or in bands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.suspicions.view import View, away_from_mode, codes_of

__all__ = ["bands", "copies", "cut_into_bands", "equal_share", "equals", "rank_correlation"]

#: A feature that puts the rows in the target's order this closely is taken for a copy of it.
_COPY_CORRELATION = 0.999

#: Rounded to ten values, a copy is still in step with the target.
_ROUNDED = 0.95
_LEAST_ROUNDED = 10

#: Beyond this, a few hundred rows show that two orders differ.
_CLEARLY_NOT = 0.9
_FIRST_LOOK = 400

_EQUAL_SHARE = 0.2
_COMMON_TARGET = 0.05
_ENOUGH_ROWS = 30

_BANDS = (2, 100)
_LEAST_IN_A_BAND = 5
#: Two levels are often as good as apart by chance, in few rows or where one is rare.
_LEAST_ROWS_OF_TWO = 200
_MOST_IN_ONE_OF_TWO = 0.8
#: Neighbours of different levels, beyond those between bands: a share of the rows, and of those
#: that there would be by chance.
_MIXED = (0.002, 0.05)
#: Kinds of things (pens, cars) lie apart; bands that were cut from the target touch. Gaps between
#: them are at most so many of the usual ones, and so large a part of a band.
_TOUCHING = (5.0, 0.1)


def copies(view: View) -> list[str]:
    """Find features of numbers that put the rows in the same order as the target does.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of str
        Also features in the reverse order, or rounded to ten values or more.
    """
    found = []
    for name, values in view.numbers.items():
        strength = abs(rank_correlation(values, view.y, _CLEARLY_NOT))
        if strength > _COPY_CORRELATION or (strength > _ROUNDED and _in_step(values, view.y)):
            found.append(name)
    return found


def _in_step(values: FloatArray, y: FloatArray) -> bool:
    """Tell whether a column never falls, or never rises, while the target rises."""
    known = np.isfinite(values)
    column, target = values[known], y[known]
    most = _MIXED[0] * len(column)
    if len(np.unique(column)) < _LEAST_ROUNDED:
        return False
    return any(
        np.count_nonzero(np.diff(one[np.lexsort((one, target))]) < 0) <= most
        for one in (column, -column)
    )


def rank_correlation(a: FloatArray, b: FloatArray, at_least: float = 0.0) -> float:
    """Return Spearman's correlation over rows where both are known, NaN if there is none.

    Parameters
    ----------
    a, b : ndarray of shape (n_samples,)
    at_least : float, default=0.0
        If a first look at some of the rows stays below this, its result is returned.
    """
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < _ENOUGH_ROWS:
        return np.nan
    a, b = a[known], b[known]
    if at_least and len(a) > 2 * _FIRST_LOOK:
        some = slice(None, None, len(a) // _FIRST_LOOK)
        first = _spearman(a[some], b[some])
        # A constant piece says nothing about the whole.
        if abs(first) < at_least:
            return first
    return _spearman(a, b)


def _spearman(a: FloatArray, b: FloatArray) -> float:
    first, second = _centred_ranks(a), _centred_ranks(b)
    norm = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / norm) if norm > 0 else np.nan


def _centred_ranks(values: FloatArray) -> FloatArray:
    """Rank values, equal ones at their mean rank, with 0 in the middle."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    ends = np.append(starts[1:], len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends - len(values)) / 2, ends - starts)
    return ranks


def equals(view: View) -> dict[str, float]:
    """Find features that equal the target in many rows.

    Returns
    -------
    dict of str to float
        Name and share of rows, for shares above a fifth.
    """
    shares = {name: equal_share(values, view.y) for name, values in view.numbers.items()}
    return {name: share for name, share in shares.items() if share > _EQUAL_SHARE}


def equal_share(values: FloatArray, y: FloatArray) -> float:
    """Return the share of rows in which a column equals the target, where that is no chance.

    Rows whose target many others have too (zero, one of five grades) are not counted; if few
    are left, or as many would be equal by chance, the share is 0.
    """
    rare = away_from_mode(y, _COMMON_TARGET) & np.isfinite(values)
    if rare.sum() < max(_ENOUGH_ROWS, 0.1 * len(y)):
        return 0.0
    column, target = values[rare], y[rare]
    share = float(np.mean(np.isclose(column, target, rtol=1e-9, atol=0.0)))
    return share if share > _EQUAL_SHARE and _chance(column, target) < share / 5 else 0.0


def _chance(column: FloatArray, target: FloatArray) -> float:
    """Return how often the values of other rows would be equal."""
    values, counts = np.unique(np.concatenate([column, target]), return_counts=True)
    own, _ = np.histogram(target, bins=np.append(values, np.inf))
    return float(own @ (counts - own)) / len(target) ** 2


def bands(view: View) -> list[str]:
    """Find features of levels that cut the target into bands: *cheap*, *medium*, *dear*.

    A level's targets then lie between those of its neighbours and touch them.
    """
    return cut_into_bands(view.features, view.y, touching=True)


def cut_into_bands(frame: pd.DataFrame, values: FloatArray, *, touching: bool) -> list[str]:
    """Find columns whose levels follow each other without mixing, in rows sorted by `values`.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
    values : ndarray of shape (n_samples,)
        NaN comes last.
    touching : bool
        Whether there must be no gaps between the levels.
    """
    order = np.argsort(values, kind="stable")
    some = order[:: max(1, len(order) // _FIRST_LOOK)]
    found = []
    for name in frame:
        few = codes_of(frame[name].iloc[some])
        if few.max() >= _BANDS[1] or not _in_runs(few, values[some], touching):
            continue
        if _in_runs(codes_of(frame[name].iloc[order]), values[order], touching):
            found.append(str(name))
    return found


def _in_runs(codes: IntArray, values: FloatArray, touching: bool) -> bool:
    counts = np.bincount(codes + 1)
    n_rows, n_levels = len(codes), int(np.count_nonzero(counts[1:]))
    least, most = _BANDS
    if not least <= n_levels <= min(most, n_rows // _LEAST_IN_A_BAND):
        return False
    shares = counts / n_rows
    if n_levels == least and (n_rows < _LEAST_ROWS_OF_TWO or shares.max() > _MOST_IN_ONE_OF_TWO):
        return False
    changes = np.flatnonzero(np.diff(codes))
    by_chance = n_rows * (1 - shares @ shares)
    if len(changes) >= n_levels + np.minimum(_MIXED[0] * n_rows, _MIXED[1] * by_chance):
        return False
    gap = float(np.median(values[changes + 1] - values[changes]))
    low, high = np.quantile(values, [0.05, 0.95])
    usual, part = _TOUCHING
    return not touching or gap <= (high - low) * min(usual / n_rows, part / n_levels)
