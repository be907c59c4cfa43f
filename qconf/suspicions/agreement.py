"""Decide when computed values are the target: within 1 %, within its spread, in 90 % of rows."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.suspicions.view import away_from_mode

__all__ = ["MATCHING_SHARE", "agreement", "tolerance"]

#: So many rows must come close enough: a few typos do not hide a formula.
MATCHING_SHARE = 0.9

_OF_TARGET = 0.01
#: Where all targets are alike (years, log prices), 1 % of the target is no feat. A fit of
#: R² = 0.999 comes within this share of the interquartile range in 60 % of rows, one of 0.9999 in
#: all.
_OF_SPREAD = 0.02

_COMMON_TARGET = 0.2
_LEAST_ROWS = 20


def tolerance(y: FloatArray) -> FloatArray:
    """Return how close a computed value must come to each target.

    Within 1 % of the target, but less where the targets' spread is less than half of their size;
    or within half the unit to which they are rounded, if that is a fine one.
    """
    spread, size = _spread_and_size(y)
    share = min(_OF_TARGET, _OF_SPREAD * spread / size)
    return np.maximum(share * np.abs(y), min(0.501 * _unit(y), _OF_SPREAD * spread))


def _spread_and_size(y: FloatArray) -> tuple[float, float]:
    rare = y[away_from_mode(y, _COMMON_TARGET)]
    some = rare if len(rare) > _LEAST_ROWS else y
    low, high = np.quantile(some, [0.25, 0.75])
    size = float(np.median(np.abs(some)))
    return float(high - low) or float(np.std(y)), size or float(np.abs(y).max())


def _unit(y: FloatArray) -> float:
    """Find to which power of ten nearly all values are rounded; 0 if to none."""
    for power in range(6, -4, -1):
        scaled = y / 10.0**power
        whole = np.round(scaled)
        rounded = (np.abs(scaled - whole) < 1e-6) & ((whole != 0) | (y == 0))  # noqa: PLR2004 - exact but for the last bits
        if rounded.mean() > 0.99:  # noqa: PLR2004 - nearly all
            return float(10.0**power)
    return 0.0


def agreement(values: FloatArray, y: FloatArray, allowed: FloatArray) -> float:
    """Return the share of rows in which computed values are the target.

    Rows for which nothing is computed do not count, but half of the rows must; and it must be
    true as well of the rows away from a target that a fifth of all rows have.
    """
    known = np.isfinite(values)
    if known.sum() < max(_LEAST_ROWS, len(y) / 2):
        return 0.0
    close = np.abs(values[known] - y[known]) <= allowed[known]
    rare = away_from_mode(y, _COMMON_TARGET)[known]
    if rare.sum() < _LEAST_ROWS:
        return 0.0
    return float(min(close.mean(), close[rare].mean()))
