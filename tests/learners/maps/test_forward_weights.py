"""Weights for rows to come go as far as those of one stretch held in the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray, IntArray
from qconf.learners.maps.forward_weights import forward_weights, newest_rows

#: Five stretches of 1,200 rows.
_STRETCHES = np.arange(6000) // 1200


def _share_of_first(first_is_right: Any, seed: int, stretches: IntArray = _STRETCHES) -> float:
    """Return the share of the first of two signals, one of which is right in each row."""
    rng = np.random.default_rng(seed)
    signals = rng.normal(scale=0.7, size=(len(stretches), 2))
    log_sigma = np.where(first_is_right, signals[:, 0], signals[:, 1])
    squared = (np.exp(log_sigma) * rng.normal(size=len(stretches))) ** 2
    weights = forward_weights(signals, squared, stretches).weights
    return float(weights[0] / weights.sum())


@pytest.mark.parametrize("seed", range(4))
def test_a_signal_that_is_always_right_has_nearly_all(seed: int) -> None:
    """Weights follow the data where they did well in every next stretch."""
    assert _share_of_first(np.full(6000, True), seed) > 0.85


@pytest.mark.parametrize("seed", range(4))
def test_signals_that_take_turns_are_believed_alike(seed: int) -> None:
    """What was right in one stretch was wrong in the next: neither is followed."""
    assert _share_of_first(_STRETCHES % 2 == 0, seed) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_a_new_time_decides_alone(seed: int) -> None:
    """Four stretches agree, and the newest differs: what was right long ago is forgotten."""
    assert _share_of_first(_STRETCHES < 4, seed) < 0.35


@pytest.mark.parametrize("seed", range(4))
def test_what_is_right_most_of_the_time_counts_more_whatever_the_newest_stretch_says(
    seed: int,
) -> None:
    """In seven of ten stretches, to and fro: the last of them alone would say the contrary."""
    stretches = np.arange(12_000) // 1200
    first_is_right = np.isin(stretches, [2, 6, 9], invert=True)
    assert _share_of_first(first_is_right, seed, stretches) > 0.51


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_a_little_noise_moves_weights_a_little(seed: int) -> None:
    """No way of weighing is followed alone: chance would turn one order into another."""
    rng = np.random.default_rng(seed)
    stretches = np.arange(3000) // 600
    signals = rng.normal(size=(3000, 1)) + 0.5 * rng.normal(size=(3000, 6))
    squared = (np.exp(0.6 * signals[:, 0]) * rng.normal(size=3000)) ** 2
    shares = []
    for _ in range(8):
        said = signals + 0.1 * rng.normal(size=signals.shape)
        weights = forward_weights(said, squared, stretches).weights
        shares.append(weights / weights.sum())
    # 0.004 and 0.005; of the best way alone it is 0.019 and 0.024.
    assert np.std(shares, axis=0).max() < 0.01


def test_of_two_stretches_the_newest_decides() -> None:
    """Whether a single step is a large one cannot be told, and the older one is left out."""
    stretches = np.arange(4000) // 2000
    assert _share_of_first(stretches == 0, 0, stretches) < 0.5


def test_a_single_stretch_gives_equal_weights() -> None:
    """Nothing was ever tested: nothing is followed."""
    none = np.zeros(2000, dtype=np.intp)
    assert _share_of_first(np.full(2000, True), 0, none) == pytest.approx(0.5, abs=0.05)


def test_levels_of_stretches_change_nothing() -> None:
    """Errors that grow, and signals that drift, are no reason to believe one more."""
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(6000, 2))
    squared = (np.exp(0.5 * signals.sum(axis=1)) * rng.normal(size=6000)) ** 2
    plain = forward_weights(signals, squared, _STRETCHES).weights
    drifting = signals + np.column_stack([_STRETCHES, -3.0 * _STRETCHES])
    moved = forward_weights(drifting, squared * 4.0**_STRETCHES, _STRETCHES).weights
    np.testing.assert_allclose(moved, plain, atol=1e-4)


def test_stretches_without_an_error_harm_nothing() -> None:
    """Weights are numbers, whatever was right to the last digit."""
    rng = np.random.default_rng(0)
    signals, squared = rng.normal(size=(500, 2)), rng.normal(size=500) ** 2
    stretches = np.arange(500) // 100
    for right in (stretches == 1, stretches == 4, np.full(500, True)):
        weights: FloatArray = forward_weights(
            signals, np.where(right, 0.0, squared), stretches
        ).weights
        assert np.isfinite(weights).all()


@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-4, 1e-2])
def test_a_signal_that_hardly_moves_any_more_is_given_no_steep_slope(spread: float) -> None:
    """For rows in which it moves again it counts as in its history, and not a thousand times."""
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(scale=0.5, size=(3, 6000))
    a = np.where(_STRETCHES == 4, spread * rng.normal(size=6000), a)
    squared = (np.exp(0.7 * a + 0.7 * b) * rng.normal(size=6000)) ** 2
    found = forward_weights(np.column_stack([a, b, c]), squared, _STRETCHES)
    # One unit of either has the same effect, and a spread of a half has at most 0.7.
    assert found.weights[0] < 1.2 * found.weights[1] < 1.2
    assert (found.weights / found.spread)[0] < 2.0


@pytest.mark.parametrize("few", [0, 4])
def test_three_rows_decide_nothing(few: int) -> None:
    """A stretch may be a year that has just begun, or of which hardly anything is known."""
    found = []
    rng = np.random.default_rng(1)
    signals = rng.normal(scale=0.7, size=(len(_STRETCHES), 3))
    squared = (np.exp(signals @ [0.9, 0.3, 0.0]) * rng.normal(size=len(signals))) ** 2
    whole = forward_weights(signals, squared, _STRETCHES).weights
    for sign in (1.0, -1.0):
        three = np.outer([1.0, 0.0, -1.0], [-sign, sign, sign])
        errors = np.array([1e3, 1.0, 1e-3])
        stretches = np.append(_STRETCHES + (few == 0), [few + (few > 0)] * 3)
        told = np.vstack([signals, three]), np.append(squared, errors), stretches
        found.append(forward_weights(*told).weights)
    np.testing.assert_allclose(found, [whole, whole], atol=0.05)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 50))
def test_newest_rows_are_whole_stretches_and_no_more_than_needed(
    numbers: list[int], enough: int
) -> None:
    """None but the oldest of them could be left out, and none if there are too few."""
    stretches = np.array(numbers)
    rows = newest_rows(stretches, enough)
    taken, left = np.unique(stretches[rows]), np.setdiff1d(stretches, stretches[rows])
    assert len(rows) == np.isin(stretches, taken).sum()
    assert len(rows) >= min(enough, len(stretches))
    assert not len(left) or left.max() < taken.min()
    assert (stretches[rows] > taken.min()).sum() < enough
