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

from qconf.learners.compiled import inlined

__all__ = ["BITS", "Chance", "draw", "poisson_draws"]

#: Bits of a random number that make one draw.
BITS = 16

_DRAWS_A_NUMBER = 4


class Chance(NamedTuple):
    """What decides how often a replicate learns a row; without draws, each learns it once."""

    seed: np.uint64
    first_row: int
    draws: NDArray[np.uint8]


def poisson_draws() -> NDArray[np.uint8]:
    """Return a Poisson(1) number for each number of 16 bits; mean and variance 1 to 4 digits."""
    probability = np.array([exp(-1) / factorial(k) for k in range(12)])
    upper = np.round(np.cumsum(probability) * 2**BITS).astype(np.int64)
    return np.searchsorted(upper, np.arange(2**BITS), side="right").astype(np.uint8)


@inlined
def draw(chance: Chance, row: int, times: NDArray[np.floating]) -> None:
    """Say how often each lane learns this row: four draws from one mixed 64-bit number.

    The number is that of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA) at a position that the
    row and the lane decide.
    """
    position = np.uint64(chance.first_row + row) << np.uint64(BITS)
    for lane in range(0, len(times), _DRAWS_A_NUMBER):
        at = position + np.uint64(lane // _DRAWS_A_NUMBER)
        mixed = chance.seed + (at + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        for k in range(lane, min(lane + _DRAWS_A_NUMBER, len(times))):
            times[k] = chance.draws[mixed & np.uint64(2**BITS - 1)]
            mixed >>= np.uint64(BITS)
