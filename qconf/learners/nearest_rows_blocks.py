"""Points in blocks of near ones, most of which a search need not look at."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import IntArray
from qconf.core.restored import is_array, require
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
        return cls.in_order(
            Points(points.numbers[:, position], points.levels[:, position]), position
        )

    @classmethod
    def in_order(cls, points: Points, position: IntArray) -> Self:
        """Cut points that are in the order of `position` already."""
        n_blocks = -(-len(position) // POINTS)
        # The last point once more, until its block is full: that makes no box larger.
        full = np.minimum(np.arange(n_blocks * POINTS), len(position) - 1)
        numbers, levels = (
            np.ascontiguousarray(part[:, full].reshape(len(part), n_blocks, POINTS).swapaxes(0, 1))
            for part in points
        )
        boxes = [
            np.ascontiguousarray(end(part, axis=2).T)
            for part in (numbers, levels)
            for end in (np.min, np.max)
        ]
        vectors = numbers.reshape(-1, LANES)
        return cls(vectors, levels, position.astype(np.int32), *boxes)

    def check(self, n_points: int, n_numbers: int, n_categories: int) -> None:
        """Check blocks from a file: the loop looks up what they say.

        Raises
        ------
        ValueError
        """
        n_blocks = -(-n_points // POINTS)
        require(
            is_array(self.numbers, np.float32, (n_blocks * n_numbers * 2, LANES))
            and is_array(self.levels, np.int32, (n_blocks, n_categories, POINTS))
            and is_array(self.position, np.int32, (n_points,)),
            "the points of nearest rows do not belong together",
        )
        require(
            all(is_array(one, np.float32, (n_numbers, n_blocks)) for one in (self.low, self.high))
            and all(
                is_array(one, np.int32, (n_categories, n_blocks)) for one in (self.first, self.last)
            ),
            "the boxes of nearest rows are not one a block",
        )
        numbers_are_finite = all(
            np.isfinite(one).all() for one in (self.numbers, self.low, self.high)
        )
        in_order = np.array_equal(np.sort(self.position), np.arange(n_points))
        require(numbers_are_finite and in_order, "the nearest rows are no points")


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


def _most_different(points: Points, rows: IntArray) -> NDArray[np.generic]:
    """Return the column in which two of the rows are farthest apart on average."""
    numbers, levels = points.numbers[:, rows], points.levels[:, rows]
    # Half of the mean squared distance, of numbers and of levels.
    spread = [*numbers.var(axis=1), *map(_impurity, levels)]
    column = int(np.argmax(spread))
    return numbers[column] if column < len(numbers) else levels[column - len(numbers)]


def _impurity(levels: NDArray[np.int32]) -> float:
    share = np.bincount(levels + 1) / len(levels)
    return 1.0 - float((share**2).sum())
