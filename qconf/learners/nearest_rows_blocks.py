"""Points in blocks of near ones, most of which a search need not look at."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import IntArray
from qconf.core.vectors import LANES
from qconf.encoding.unit_cube import Points

__all__ = ["POINTS", "Blocks"]

#: Points in a block, in two vectors. Fewer would be nearer to each other, and need more bounds.
POINTS = 2 * LANES


class Blocks(NamedTuple):
    """Points, and the box that each block of them lies in.

    A table is halved again and again where its rows differ most (a k-d tree: Friedman, Bentley &
    Finkel 1977, ACM Transactions on Mathematical Software 3). The last block may hold fewer points.

    Attributes
    ----------
    numbers : ndarray of shape (n_blocks * n_numbers * 2, LANES), dtype float32
        Block by block, each number of all its points.
    levels : ndarray of shape (n_blocks, n_categories, POINTS), dtype int32
    position : ndarray of shape (n_points,), dtype int32
        Where each point was, block by block.
    low, high : ndarray of shape (n_numbers, n_blocks), dtype float32
    first, last : ndarray of shape (n_categories, n_blocks), dtype int32
        The lowest and the highest number of a level.
    """

    numbers: NDArray[np.float32]
    levels: NDArray[np.int32]
    position: NDArray[np.int32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]

    @classmethod
    def of(cls, points: Points) -> Self:
        """Put points into blocks."""
        position = _near_each_other(points)
        return cls._in_order(
            Points(points.numbers[:, position], points.levels[:, position]), position
        )

    @classmethod
    def _in_order(cls, points: Points, position: IntArray) -> Self:
        """Cut points that are in the order of `position` already."""
        n_blocks = -(-len(position) // POINTS)
        # The last point once more, until its block is full: that makes no box larger.
        full = np.minimum(np.arange(n_blocks * POINTS), len(position) - 1)

        def cut(columns: NDArray[Any]) -> NDArray[Any]:
            blocks = columns[:, full].reshape(len(columns), n_blocks, POINTS)
            return np.ascontiguousarray(blocks.swapaxes(0, 1))

        numbers, levels = cut(points.numbers), cut(points.levels)
        boxes: list[Any] = [
            np.ascontiguousarray(end(part, axis=2).T)
            for part in (numbers, levels)
            for end in (np.min, np.max)
        ]
        vectors = numbers.reshape(-1, LANES)
        return cls(vectors, levels, position.astype(np.int32), *boxes)

    def check(self, asked: Points) -> None:
        """Check that a search for the neighbours of these rows stays inside the arrays.

        Raises
        ------
        ValueError
            As blocks from a file may not.
        """
        n_blocks = -(-len(self.position) // POINTS)
        n_numbers, n_categories = len(asked.numbers), len(asked.levels)
        kinds = map(np.dtype, ("f4", "i4", "i4", "f4", "f4", "i4", "i4"))
        shapes = (
            (2 * n_blocks * n_numbers, LANES),
            (n_blocks, n_categories, POINTS),
            self.position.shape[:1],
            *[(n_numbers, n_blocks)] * 2,
            *[(n_categories, n_blocks)] * 2,
        )
        for name, array, kind, shape in zip(self._fields, self, kinds, shapes, strict=True):
            if array.dtype != kind or array.shape != shape:
                msg = (
                    f"Blocks of points: {name} must be {kind} of shape {shape}, got {array.dtype} "
                    f"of shape {array.shape}."
                )
                raise ValueError(msg)


def _near_each_other(points: Points) -> IntArray:
    """Order points so that those of each block are near each other."""
    parts, order = [np.arange(points.levels.shape[1])], []
    while parts:
        rows = parts.pop()
        if len(rows) <= POINTS:
            order.append(rows)
            continue
        rows = rows[np.argsort(_most_different(points, rows), kind="stable")]
        # Whole blocks, but for the last of all.
        half = POINTS * -(-len(rows) // (2 * POINTS))
        parts += [rows[half:], rows[:half]]
    return np.concatenate(order)


def _most_different(points: Points, rows: IntArray) -> NDArray[Any]:
    """Return the column in which two of the rows are farthest apart on average."""
    numbers, levels = points.numbers[:, rows], points.levels[:, rows]
    # Half of the mean squared distance, of numbers and of levels.
    spread = [*numbers.var(axis=1).tolist(), *map(_impurity, levels)]
    if not spread:
        # No column says anything: all rows are one point.
        return np.zeros(len(rows))
    column = spread.index(max(spread))
    chosen: NDArray[Any] = [*numbers, *levels][column]
    return chosen


def _impurity(levels: NDArray[np.int32]) -> float:
    share = np.bincount(levels + 1) / len(levels)
    return 1.0 - float((share**2).sum())
