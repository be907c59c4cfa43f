"""The compiled loop of `qconf.learners.nearest_rows`: all distances, and the least of them."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.compiled import compiled, inlined
from qconf.encoding.unit_cube import Points

__all__ = ["search"]

#: Two levels that differ are as far apart as the corners of a square.
_DIFFERENT = np.float32(1.0)


@compiled
def search(
    points: Points,
    asked: Points,
    squared: NDArray[np.float32],
    distance: FloatArray,
    position: IntArray,
) -> None:
    """Find the nearest points of each that is asked about, the nearest first.

    Parameters
    ----------
    points, asked : Points
    squared : ndarray of shape (n_points,), dtype float32
        Room for the squared distances of one of them.
    distance, position : ndarray of shape (n_asked, n_neighbors)
        Filled in. Of points at the same distance the first ones are taken.
    """
    for row in range(len(distance)):
        _measure(points, asked, row, squared)
        _choose(squared, distance[row], position[row])


@inlined
def _measure(points: Points, asked: Points, row: int, squared: NDArray[np.float32]) -> None:
    """Sum squared differences, column by column: so do vector units work on many points."""
    for i in range(len(squared)):
        squared[i] = 0.0
    for j in range(len(points.numbers)):
        x = asked.numbers[j, row]
        column = points.numbers[j]
        for i in range(len(squared)):
            away = column[i] - x
            squared[i] += away * away
    for j in range(len(points.levels)):
        level = asked.levels[j, row]
        own = _DIFFERENT if level >= 0 else np.float32(0.0)
        names = points.levels[j]
        for i in range(len(squared)):
            other = _DIFFERENT if names[i] >= 0 else np.float32(0.0)
            squared[i] += np.float32(0.0) if names[i] == level else own + other


@inlined
def _choose(squared: NDArray[np.float32], distance: FloatArray, position: IntArray) -> None:
    """Keep the least in order, each put where it belongs among those before it."""
    n_kept, last = 0, len(distance) - 1
    for i in range(len(squared)):
        if n_kept <= last or squared[i] < distance[last]:
            place = min(n_kept, last)
            while place > 0 and distance[place - 1] > squared[i]:
                distance[place] = distance[place - 1]
                position[place] = position[place - 1]
                place -= 1
            distance[place] = squared[i]
            position[place] = i
            n_kept += 1
    for k in range(len(distance)):
        distance[k] = sqrt(distance[k])
