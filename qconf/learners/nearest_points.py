"""Find the nearest of some points."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.restored import is_count, require
from qconf.core.threads import rows_side_by_side
from qconf.encoding.unit_cube import Points
from qconf.learners.nearest_rows_blocks import Blocks
from qconf.learners.nearest_rows_loops import room, search

__all__ = ["NearestPoints", "nearest"]


class NearestPoints:
    """Finds points by Euclidean distance.

    Parameters
    ----------
    points : Points
        One or more.
    n_neighbors : int
        As many as there are points, at most.
    """

    def __init__(self, points: Points, n_neighbors: int) -> None:
        self._blocks = Blocks.of(points)
        self._n_neighbors = min(int(n_neighbors), len(self))

    def __len__(self) -> int:
        return len(self._blocks.position)

    def __call__(self, asked: Points) -> IntArray:
        """Return the positions of the nearest points, in no order.

        Parameters
        ----------
        asked : Points

        Returns
        -------
        ndarray of shape (n_asked, n_neighbors)
        """
        return nearest(self._blocks, asked, self._n_neighbors)[1]

    def check_restored(self) -> None:
        """Check what comes from a file; each search holds blocks against the points it asks for.

        Raises
        ------
        ValueError
        """
        require(isinstance(self._blocks, Blocks), "the nearest points are no blocks")
        require(
            is_count(self._n_neighbors, 1, len(self)),
            "more nearest points are asked for than there are",
        )


def nearest(blocks: Blocks, asked: Points, n_neighbors: int) -> tuple[FloatArray, IntArray]:
    """Find the nearest points.

    Parameters
    ----------
    blocks : Blocks
    asked : Points
    n_neighbors : int
        As many as there are points, at most.

    Returns
    -------
    distance, position : ndarray of shape (n_asked, n_neighbors)
        In no order; positions are those of the points that blocks were made of.
    """
    blocks.check(asked)
    n_asked = asked.numbers.shape[1]
    found = np.empty((n_asked, n_neighbors), dtype=np.int64)

    def find(part: slice) -> None:
        # Copies: for views the loop would be compiled once more.
        numbers = np.ascontiguousarray(asked.numbers[:, part])
        levels = np.ascontiguousarray(asked.levels[:, part])
        search(blocks, Points(numbers, levels), room(blocks.low.shape[1]), found[part])

    rows_side_by_side(find, n_asked)
    squared = (found >> 32).astype(np.int32).view(np.float32)
    return np.sqrt(squared, dtype=np.float64), found & (2**32 - 1)
