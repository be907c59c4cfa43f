"""Compiled loops of a pass over rows: find the cell of each, count it, add it up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray
from qconf.core.compiled import exactly_compiled, exactly_inlined
from qconf.counting.sort_keys import Keys
from qconf.learners.poisson_draws import Chance, draw

__all__ = ["BIN_BITS", "LIMBS", "add_exactly", "add_resampled", "add_to_lanes", "count", "locate"]

#: Bits of a key that make its bin: sign, exponent, and a sixteenth of an octave.
BIN_BITS = 16
_BELOW_BIN = np.uint64(64 - BIN_BITS)

_WORTH_A_GUESS = 4

#: 32-bit digits of a sum of doubles: 2^-1074 to 2^1024, and room for what adds up.
LIMBS = 68
_DIGIT = 32
_LOW = np.uint64(2**32 - 1)
_MANTISSA, _MANTISSA_BITS, _EXPONENT = np.int64(2**52 - 1), 52, np.int64(2**11 - 1)

Ints = NDArray[np.int64]


@exactly_inlined
def _guessed(key: Any, edges: Any, first: Any, last: Any) -> Any:
    """Return the cell of a key if edges are as far apart as they are on average; else -1."""
    begin, end = edges[first], edges[last]
    if key < begin or key >= end:
        return -1
    share = np.float64(key - begin) / np.float64(end - begin)
    cell = min(first + np.int64(share * np.float64(last - first)), last - 1)
    if edges[cell] > key:
        cell -= 1
    elif edges[cell + 1] <= key:
        cell += 1
    return cell if edges[cell] <= key < edges[cell + 1] else -1


@exactly_compiled
def locate(keys: Keys, edges: Keys, first: NDArray[np.int32], cells: NDArray[np.int32]) -> None:
    """Find the cell of each key: the last whose edge is not above it, among those of its bin.

    A bin is cut evenly, as a rule, so that a guess is right; else its cells are halved.
    """
    for i in range(len(keys)):
        key = keys[i]
        top = np.int64(key >> _BELOW_BIN)
        low, last = np.int64(first[top]), np.int64(first[top + 1])
        count = last - low + 1
        if count > _WORTH_A_GUESS:
            cell = _guessed(key, edges, low + 1, last)
            if cell >= 0:
                cells[i] = cell
                continue
        while count > 1:
            half = count >> 1
            # Without a branch, which a processor would guess wrong every other time.
            low += half * np.int64(edges[low + half] <= key)
            count -= half
        cells[i] = low


@exactly_compiled
def count(
    cells: NDArray[np.int32], keys: Keys, outlier: BoolArray, table: NDArray[np.uint64]
) -> None:
    """Count rows and outliers of each cell, and note its least and greatest key."""
    for i in range(len(cells)):
        own, key = table[cells[i]], keys[i]
        own[0] += np.uint64(1)
        own[1] += np.uint64(outlier[i])
        own[2] = min(own[2], key)
        own[3] = max(own[3], key)


@exactly_inlined
def _add_digits(digits: Ints, bits: np.int64) -> None:
    """Add a finite double, given by its bits, to digits that hang over: nothing is carried."""
    exponent = (bits >> _MANTISSA_BITS) & _EXPONENT
    mantissa = bits & _MANTISSA
    if exponent > 0:
        mantissa |= np.int64(1) << _MANTISSA_BITS
        exponent -= 1
    at = exponent >> 5
    shift = np.uint64(exponent & 31)
    low = (np.uint64(mantissa) & _LOW) << shift
    high = (np.uint64(mantissa) >> np.uint64(_DIGIT)) << shift
    one = np.int64(low & _LOW)
    two = np.int64(low >> np.uint64(_DIGIT)) + np.int64(high & _LOW)
    three = np.int64(high >> np.uint64(_DIGIT))
    sign = np.int64(1) if bits >= 0 else np.int64(-1)
    digits[at] += sign * one
    digits[at + 1] += sign * two
    digits[at + 2] += sign * three


@exactly_compiled
def add_exactly(cells: NDArray[np.int32], values: Ints, digits: Any) -> None:
    """Add the bits of several doubles a row to the sums of its cell, without rounding.

    ``values`` has shape (n_columns, n_rows), ``digits`` (n_cells, n_columns, LIMBS).
    """
    for column in range(len(values)):
        for i in range(len(cells)):
            _add_digits(digits[cells[i], column], values[column, i])


@exactly_compiled
def add_resampled(
    cells: NDArray[np.int32], groups: Ints, outlier: BoolArray, values: Ints, chance: Chance,
    times: Any, drawn: Any,
) -> None:  # fmt: skip
    """Count each row as often as its group is drawn, in each replicate.

    ``values`` has shape (n_columns, n_rows), ``drawn`` (n_cells, 2 + n_columns, n_replicates):
    rows, outliers, and the sum of each column. Whole numbers, so that no order of rows matters.
    """
    for i in range(len(cells)):
        if i == 0 or groups[i] != groups[i - 1]:
            draw(chance, groups[i], times)
        own = drawn[cells[i]]
        for replicate in range(len(times)):
            own[0, replicate] += times[replicate]
        if outlier[i]:
            for replicate in range(len(times)):
                own[1, replicate] += times[replicate]
        for column in range(len(values)):
            value = values[column, i]
            for replicate in range(len(times)):
                own[2 + column, replicate] += times[replicate] * value


@exactly_compiled
def add_to_lanes(
    cells: NDArray[np.int32], lanes: NDArray[np.int32], outlier: BoolArray, values: Ints,
    counted: Any,
) -> None:  # fmt: skip
    """Count each row in one lane of its cell; arrays as above."""
    for i in range(len(cells)):
        own, lane = counted[cells[i]], lanes[i]
        own[0, lane] += 1
        own[1, lane] += np.int64(outlier[i])
        for column in range(len(values)):
            own[2 + column, lane] += values[column, i]
