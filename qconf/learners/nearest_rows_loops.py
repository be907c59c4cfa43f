"""The compiled loop of `qconf.learners.nearest_rows`: distances, and the least of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf.core.compiled import compiled, inlined
from qconf.core.vectors import LANES, squared_distances
from qconf.encoding.unit_cube import Points
from qconf.learners.nearest_rows_blocks import POINTS, Blocks

__all__ = ["Room", "room", "search"]

#: So many blocks are looked at first, the nearest ones: the others then have to be nearer still.
_NEAREST = 8
#: Sums of squares are rounded; a bound must not be above what it bounds.
_LESS = np.float32(1.0 - 1e-5)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_LARGEST = np.iinfo(np.int64).max
_DONE = np.iinfo(np.int32).max


class Room(NamedTuple):
    """Room for squared distances, to boxes and to the points of one, as numbers and as their bits.

    Those to points also as two vectors: `squared`.

    Floats that are not negative are in the order of their bits, read as whole numbers. So a
    distance and a position make one number, and the larger of two tells both.
    """

    to_box: NDArray[np.float32]
    to_box_bits: NDArray[np.int32]
    squared: NDArray[np.float32]
    measured: NDArray[np.float32]
    bits: NDArray[np.int32]


def room(n_blocks: int) -> Room:
    """Make room for one row's distances."""
    to_box = np.empty(n_blocks, dtype=np.float32)
    squared = np.empty((2, LANES), dtype=np.float32)
    measured = squared.ravel()
    return Room(to_box, to_box.view(np.int32), squared, measured, measured.view(np.int32))


@compiled
def search(blocks: Blocks, asked: Points, room: Room, nearest: NDArray[np.int64]) -> None:
    """Find the nearest points of each row that is asked about.

    Parameters
    ----------
    blocks : Blocks
    asked : Points
    room : Room
    nearest : ndarray of shape (n_asked, n_neighbors), dtype int64
        Filled in, in no order: bits of the squared distance above those of the position. Of
        points at the same distance the first ones are taken.
    """
    for row in range(len(nearest)):
        kept = nearest[row]
        for k in range(len(kept)):
            kept[k] = _LARGEST - k
        _bound(blocks, asked, row, room.to_box)
        farthest = np.int32(_DONE)
        for _ in range(min(_NEAREST, len(room.to_box))):
            block = _least(room.to_box_bits)
            if room.to_box_bits[block] > farthest:
                break
            farthest = _look_at(blocks, block, asked, row, room, kept)
            room.to_box_bits[block] = _DONE
        for block in range(len(room.to_box)):
            # Not only below it: of points at the same distance an earlier one may be here.
            if room.to_box_bits[block] <= farthest and room.to_box_bits[block] != _DONE:
                farthest = _look_at(blocks, block, asked, row, room, kept)


@inlined
def _bound(blocks: Blocks, asked: Points, row: int, to_box: NDArray[np.float32]) -> None:
    """Bound the squared distances to the points of each block from below."""
    for block in range(len(to_box)):
        to_box[block] = _ZERO
    for j in range(len(blocks.low)):
        x = asked.numbers[j, row]
        low, high = blocks.low[j], blocks.high[j]
        for block in range(len(to_box)):
            away = max(low[block] - x, x - high[block], _ZERO)
            to_box[block] += away * away
    for j in range(len(blocks.first)):
        level = asked.levels[j, row]
        own = _ONE if level >= 0 else _ZERO
        first, last = blocks.first[j], blocks.last[j]
        for block in range(len(to_box)):
            apart = own + (_ONE if first[block] >= 0 else _ZERO)
            inside = first[block] <= level <= last[block]
            to_box[block] += _ZERO if inside else apart
    for block in range(len(to_box)):
        to_box[block] *= _LESS


@inlined
def _least(bits: NDArray[np.int32]) -> int:
    least = np.int32(_DONE)
    for block in range(len(bits)):
        least = min(least, bits[block])
    block = 0
    while bits[block] != least:
        block += 1
    return block


# Called, not inlined: it stands in two places.
@compiled
def _look_at(
    blocks: Blocks, block: int, asked: Points, row: int, room: Room, kept: NDArray[np.int64]
) -> np.int32:
    """Measure a block, keep the least; return the bits of the largest distance that is kept."""
    _measure(blocks, block, asked, row, room)
    first = block * POINTS
    size = min(POINTS, len(blocks.position) - first)
    largest = np.int64(0)
    for k in range(len(kept)):
        largest = max(largest, kept[k])
    for i in range(size):
        if room.bits[i] <= np.int32(largest >> 32):
            key = (np.int64(room.bits[i]) << 32) | np.int64(blocks.position[first + i])
            if key < largest:
                # It takes the place of the largest so far, without a branch.
                before, largest = largest, np.int64(0)
                for k in range(len(kept)):
                    kept[k] = key if kept[k] == before else kept[k]
                    largest = max(largest, kept[k])
    return np.int32(largest >> 32)


@inlined
def _measure(blocks: Blocks, block: int, asked: Points, row: int, room: Room) -> None:
    """Sum squared differences, column by column: so do vector units work on many points.

    Two levels that differ are as far apart as two corners of a square.
    """
    squared_distances(room.squared, blocks.numbers, 2 * len(blocks.low) * block, asked.numbers, row)
    squared = room.measured
    for j in range(blocks.levels.shape[1]):
        level = asked.levels[j, row]
        own = _ONE if level >= 0 else _ZERO
        others = blocks.levels[block, j]
        for i in range(POINTS):
            apart = own + (_ONE if others[i] >= 0 else _ZERO)
            squared[i] += _ZERO if others[i] == level else apart
