"""Vowpal Wabbit's default learning rates: its own numbers, and what its steps are known to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.learners import poisson_draws
from qconf.simulation.adaptive_rates import AdaptiveRates

#: Recorded from Vowpal Wabbit; the command is in the file.
RECORDED = pd.read_csv(
    Path(__file__).parent.parent / "reference" / "vowpal-wabbit.csv", comment="#"
)
LEVEL = RECORDED["level"].to_numpy(dtype=np.int32)
LABEL = RECORDED["label"].to_numpy()
N_LEVELS = int(LEVEL.max()) + 1


@pytest.mark.parametrize(
    ("label", "prediction"), [("label", "prediction"), ("error", "prediction_of_error")]
)
def test_predictions_are_those_of_vowpal_wabbit(label: str, prediction: str) -> None:
    """Values and absolute errors, from the first row to the last, to the six digits it prints."""
    found, _ = AdaptiveRates(N_LEVELS).progressive(LEVEL, RECORDED[label].to_numpy())
    np.testing.assert_allclose(found, RECORDED[prediction], atol=2e-6)


def draw_always(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each replicate learn each row so many times."""
    steps = np.repeat([0, 2**poisson_draws.BITS], [times, 8 - times]).astype(np.int32)
    monkeypatch.setattr(poisson_draws, "poisson_steps", lambda: steps)


@pytest.mark.slow
def test_a_replicate_that_learns_each_row_twice_is_a_weight_of_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its importance weights, in the lanes of replicates, each of which is the highest then."""
    draw_always(2, monkeypatch)
    model = AdaptiveRates(N_LEVELS, replicates=9)
    plain, highest = model.progressive(LEVEL, LABEL)
    np.testing.assert_allclose(plain, RECORDED["prediction"], atol=2e-6)
    np.testing.assert_allclose(highest, RECORDED["prediction_of_weight_2"], atol=2e-6)


def test_a_replicate_that_learns_nothing_predicts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And stays finite: no learning rate has seen a gradient."""
    draw_always(0, monkeypatch)
    model = AdaptiveRates(N_LEVELS, replicates=3)
    _, highest = model.progressive(LEVEL, LABEL)
    assert (highest == 0.0).all()
    assert (model.state[:, :, 1:] == 0.0).all()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-100, 100, width=32)), min_size=1, max_size=60),
    st.integers(0, 4),
)
def test_predictions_stay_among_the_labels_so_far(
    rows: list[tuple[int, float]], replicates: int
) -> None:
    """And 0, whatever comes: no step overshoots, and none is a number that is none."""
    level = np.array([one for one, _ in rows], dtype=np.int32)
    label = np.array([one for _, one in rows])
    found, highest = AdaptiveRates(4, replicates).progressive(level, label)
    before = np.concatenate([[0.0], label[:-1]])
    for told in (found, highest):
        if len(told):
            assert (told <= np.maximum.accumulate(np.maximum(before, 0.0)) + 1e-6).all()
            assert (told >= np.minimum.accumulate(np.minimum(before, 0.0)) - 1e-6).all()


def test_a_label_that_was_foreseen_changes_nothing() -> None:
    """A first label of 0 has no gradient, and no step."""
    model = AdaptiveRates(1)
    model.progressive(np.zeros(5, dtype=np.int32), np.zeros(5))
    assert (model.state == 0.0).all()


@pytest.mark.parametrize("changed", [0, 40, 499])
def test_no_row_sees_its_own_or_a_later_label(changed: int) -> None:
    """Not through the level, the constant or the range of labels."""
    label = LABEL.copy()
    label[changed:] *= -50.0
    one = AdaptiveRates(N_LEVELS, 5).progressive(LEVEL, LABEL)
    two = AdaptiveRates(N_LEVELS, 5).progressive(LEVEL, label)
    for before, after in zip(one, two, strict=True):
        np.testing.assert_array_equal(before[: changed + 1], after[: changed + 1])
        assert changed == 499 or (before[changed + 1 :] != after[changed + 1 :]).any()


@pytest.mark.parametrize("replicates", [0, 1, 7, 20])
def test_stretches_make_no_difference(replicates: int) -> None:
    """Draws and the range of labels go on where they were; any number of lanes."""
    at_once = AdaptiveRates(N_LEVELS, replicates, seed=3).progressive(LEVEL, LABEL)
    model = AdaptiveRates(N_LEVELS, replicates, seed=3)
    cuts = (slice(0, 1), slice(1, 170), slice(170, None))
    parts = [model.progressive(LEVEL[cut], LABEL[cut]) for cut in cuts]
    for whole, pieces in zip(at_once, zip(*parts, strict=True), strict=True):
        np.testing.assert_array_equal(whole, np.concatenate(pieces))


def test_the_highest_is_that_of_as_many_replicates_as_were_asked_for() -> None:
    """More of them reach higher, and lanes that only fill a vector are none of them."""
    below = -np.abs(LABEL) - 1.0
    few, many = (AdaptiveRates(N_LEVELS, n, 1).progressive(LEVEL, below)[1] for n in (2, 20))
    # The plain lane and the lanes that fill up would say 0, or more than these, to the last row.
    assert (few[300:] < -0.5).all()
    assert (many[300:] < -0.5).mean() > 0.9
    assert (many >= few - 1e-6).all()
    assert many.mean() > few.mean()
