"""How often a bootstrap replicate learns a row: Poisson(1) numbers, for each row and replicate.

A replicate that learns each row a Poisson(1) number of times sees what a sample with replacement
would be, along a stream (Oza & Russell 2001, "Online bagging and boosting"). The number hangs on
the seed and on the places of row and replicate only, so that rows may come in batches.
"""

from __future__ import annotations

from math import exp, factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf.core.compiled import inlined

__all__ = ["BITS", "Chance", "chance", "draw", "poisson_steps"]

#: Bits of a random number that make one draw.
BITS = 16

#: More than eight times has a probability of 1e-6, which 16 bits do not tell from 0.
_MOST_TIMES = 8
_DRAWS_A_NUMBER = 4
#: Mixed numbers are made up to whole vectors: the last few would be mixed one by one.
_VECTOR = 8


class Chance(NamedTuple):
    """What decides how often a replicate learns a row; without numbers, each learns it once.

    Attributes
    ----------
    seed : uint64
    first_row : int
    steps : ndarray of shape (8,), dtype int32
        See `poisson_steps`.
    numbers : ndarray of shape (n_numbers,), dtype uint64
        Room for the mixed numbers of one row.
    draws : ndarray of shape (4 * n_numbers,), dtype uint16
        The same memory: each number makes four draws.
    """

    seed: np.uint64
    first_row: int
    steps: NDArray[np.int32]
    numbers: NDArray[np.uint64]
    draws: NDArray[np.uint16]


def chance(seed: int, first_row: int, n_lanes: int) -> Chance:
    """Make the draws of so many replicates, from a row on."""
    room = -(-n_lanes // (_DRAWS_A_NUMBER * _VECTOR)) * _VECTOR
    numbers = np.zeros(room, dtype=np.uint64)
    draws = numbers.view(np.uint16)
    return Chance(np.uint64(seed), first_row, poisson_steps(), numbers, draws)


def poisson_steps() -> NDArray[np.int32]:
    """Return from which number of 16 bits on a Poisson(1) number is 1, 2, ... 8.

    Mean and variance are 1 to four digits.
    """
    probability = np.array([exp(-1) / factorial(k) for k in range(_MOST_TIMES)])
    steps: NDArray[np.int32] = np.round(np.cumsum(probability) * 2**BITS).astype(np.int32)
    return steps


@inlined
def draw(chance: Chance, row: int, times: NDArray[np.floating]) -> None:
    """Say how often each lane learns this row: four draws from one mixed 64-bit number.

    The number is that of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA) at a position that the
    row and the lane decide. Comparing with all steps is what vector units do in a third of the
    time of a look into a table.
    """
    position = np.uint64(chance.first_row + row) << np.uint64(BITS)
    for i in range(len(chance.numbers)):
        mixed = chance.seed + (position + np.uint64(i + 1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        chance.numbers[i] = mixed ^ (mixed >> np.uint64(31))
    for lane in range(len(times)):
        drawn = np.int32(0)
        for step in range(_MOST_TIMES):
            drawn += np.int32(np.int32(chance.draws[lane]) >= chance.steps[step])
        times[lane] = drawn
