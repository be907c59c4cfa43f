"""The compiled loop of `qconf.learners.nearest_rows`: all distances, and the least of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf.core.compiled import compiled, inlined
from qconf.encoding.unit_cube import Points

__all__ = ["Room", "room", "search"]

#: Points that are measured from so many rows, one after the other: both stay in the nearest cache.
_POINTS, _ROWS = 512, 64
#: Points that are looked at together, to see whether any of them is near enough.
_FEW = 32
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_LARGEST = np.iinfo(np.int64).max


class Room(NamedTuple):
    """Room for the squared distances of one point, as numbers and as their bits.

    Floats that are not negative are in the order of their bits, read as whole numbers. So a
    distance and a position make one number, and the larger of two tells both.
    """

    squared: NDArray[np.float32]
    bits: NDArray[np.int32]


def room() -> Room:
    """Make room for the distances that are measured at once."""
    squared = np.empty(_POINTS, dtype=np.float32)
    return Room(squared, squared.view(np.int32))


@compiled
def search(points: Points, asked: Points, room: Room, nearest: NDArray[np.int64]) -> None:
    """Find the nearest points of each that is asked about.

    Parameters
    ----------
    points, asked : Points
    room : Room
    nearest : ndarray of shape (n_asked, n_neighbors), dtype int64
        Filled in, in no order: bits of the squared distance above those of the position. Of
        points at the same distance the first ones are taken.
    """
    n_points = points.levels.shape[1]
    for row in range(len(nearest)):
        for k in range(nearest.shape[1]):
            nearest[row, k] = _LARGEST - k
    for first in range(0, len(nearest), _ROWS):
        for start in range(0, n_points, _POINTS):
            size = min(_POINTS, n_points - start)
            for row in range(first, min(first + _ROWS, len(nearest))):
                _measure(points, asked, row, start, room.squared[:size])
                _keep_least(room.bits[:size], start, nearest[row])


@inlined
def _measure(
    points: Points, asked: Points, row: int, start: int, squared: NDArray[np.float32]
) -> None:
    """Sum squared differences, column by column: so do vector units work on many points.

    Two levels that differ are as far apart as two corners of a square.
    """
    end = start + len(squared)
    for i in range(len(squared)):
        squared[i] = _ZERO
    for j in range(len(points.numbers)):
        x = asked.numbers[j, row]
        column = points.numbers[j, start:end]
        for i in range(len(squared)):
            away = column[i] - x
            squared[i] += away * away
    for j in range(len(points.levels)):
        level = asked.levels[j, row]
        own = _ONE if level >= 0 else _ZERO
        others = points.levels[j, start:end]
        for i in range(len(squared)):
            apart = own + (_ONE if others[i] >= 0 else _ZERO)
            squared[i] += _ZERO if others[i] == level else apart


@inlined
def _keep_least(bits: NDArray[np.int32], first: int, kept: NDArray[np.int64]) -> None:
    """Keep the least; each takes the place of the largest so far, without a branch."""
    largest = np.int64(0)
    for k in range(len(kept)):
        largest = max(largest, kept[k])
    for start in range(0, len(bits), _FEW):
        end = min(start + _FEW, len(bits))
        bound = np.int32(largest >> 32)
        n_near = np.int32(0)
        for i in range(start, end):
            n_near += np.int32(bits[i] < bound)
        if n_near == 0:
            continue
        for i in range(start, end):
            if bits[i] < np.int32(largest >> 32):
                key = (np.int64(bits[i]) << 32) | (first + i)
                before, largest = largest, np.int64(0)
                for k in range(len(kept)):
                    kept[k] = key if kept[k] == before else kept[k]
                    largest = max(largest, kept[k])
