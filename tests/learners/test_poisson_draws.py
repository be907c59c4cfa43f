"""How often replicates learn rows: Poisson(1), and by the places of row and replicate only."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qconf.learners.poisson_draws import BITS, chance, draw, poisson_steps


def drawn(seed: int, first_row: int, n_rows: int, n_lanes: int) -> NDArray[np.float32]:
    """Draw for rows and lanes, without the compiler."""
    found = np.empty((n_rows, n_lanes), dtype=np.float32)
    room = chance(seed, first_row, n_lanes)
    with np.errstate(over="ignore"):  # numbers of 64 bits go round
        for row in range(n_rows):
            draw(room, row, found[row])
    return found


def test_steps_are_where_the_poisson_distribution_rises() -> None:
    """To the last of 16 bits."""
    times = np.searchsorted(poisson_steps(), np.arange(2**BITS), side="right")
    share = np.bincount(times) / 2**BITS
    expected = [exp(-1) / factorial(k) for k in range(len(share))]
    np.testing.assert_allclose(share, expected, atol=2.0**-BITS)
    assert times.mean() == pytest.approx(1.0, abs=2e-4)
    assert times.var() == pytest.approx(1.0, abs=2e-4)


def test_draws_are_poisson() -> None:
    """Mean and variance 1, independent between rows and between replicates."""
    draws = drawn(3, 0, 5000, 40)
    assert draws.mean() == pytest.approx(1.0, abs=0.01)
    assert draws.var() == pytest.approx(1.0, abs=0.02)
    assert (draws == 0).mean() == pytest.approx(exp(-1), abs=0.005)
    between = np.corrcoef(draws.T) - np.eye(40)
    assert np.abs(between).max() < 0.06
    assert abs(np.corrcoef(draws[:-1].ravel(), draws[1:].ravel())[0, 1]) < 0.01


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(1, 40), st.integers(1, 70))
def test_a_draw_hangs_on_its_places_only(
    seed: int, first_row: int, few_lanes: int, many_lanes: int
) -> None:
    """Not on where a batch begins, nor on how many replicates there are."""
    whole = drawn(seed, 0, first_row + 3, max(few_lanes, many_lanes))
    part = drawn(seed, first_row, 3, min(few_lanes, many_lanes))
    np.testing.assert_array_equal(part, whole[first_row:, : part.shape[1]])


def test_the_numbers_are_those_of_splitmix64() -> None:
    """Its first three for the seed 1234567, as Rosetta Code has them."""
    room = chance(1234567, 0, 1)
    with np.errstate(over="ignore"):
        draw(room, 0, np.empty(1, dtype=np.float32))
    assert room.numbers[:3].tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
