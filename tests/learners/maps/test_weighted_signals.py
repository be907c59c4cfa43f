"""Weights follow the data, and equal ones where the data say little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.learners.maps.weighted_signals import WeightedSignals


def _signals(rng: np.random.Generator, n_rows: int) -> tuple[FloatArray, FloatArray]:
    """Three standard log signals: the first is the log of sigma, the second its like, and noise."""
    log_sigma, own, noise = rng.normal(size=(3, n_rows))
    squared = (np.exp(log_sigma / 2) * rng.normal(size=n_rows)) ** 2
    return np.column_stack([log_sigma, log_sigma + 0.5 * own, noise]), squared


def test_without_a_penalty_the_data_decide(rng: np.random.Generator) -> None:
    """The signal that is right gets all: log sigma² is the log signal itself."""
    signals, squared = _signals(rng, 50_000)
    found = WeightedSignals(signals, squared, penalty=0.0)
    np.testing.assert_allclose(found.weights, [1.0, 0.0, 0.0], atol=0.05)


def test_a_large_penalty_gives_equal_weights(rng: np.random.Generator) -> None:
    """All signals count alike, with one common slope."""
    signals, squared = _signals(rng, 5000)
    found = WeightedSignals(signals, squared, penalty=1e4)
    np.testing.assert_allclose(found.weights, found.weights[0], rtol=1e-3)
    assert found.weights[0] > 0.1


def test_a_misleading_signal_is_not_believed(rng: np.random.Generator) -> None:
    """A signal that is high where errors are small has no weight rather than a negative one."""
    signals, squared = _signals(rng, 5000)
    turned = np.column_stack([signals[:, 1], signals[:, 2] - 2 * signals[:, 0]])
    assert WeightedSignals(turned, squared, penalty=0.0).weights[1] == 0.0


@settings(max_examples=20)
@given(st.floats(-5, 5), st.floats(0.1, 10), st.floats(1e-6, 1e6))
def test_units_do_not_matter(shift: float, stretch: float, unit: float) -> None:
    """A signal in other units, or errors in others, change neither weights nor the order."""
    signals, squared = _signals(np.random.default_rng(3), 400)
    plain = WeightedSignals(signals, squared)
    moved = WeightedSignals(shift + stretch * signals, squared * unit)
    np.testing.assert_allclose(moved.weights, plain.weights, atol=1e-3)
    np.testing.assert_allclose(moved(shift + stretch * signals), plain(signals), atol=1e-2)


def test_levels_of_stretches_do_not_matter(rng: np.random.Generator) -> None:
    """What sets one time apart from another, in signals or in errors, changes no weight."""
    signals, squared = _signals(rng, 3000)
    stretches = np.arange(3000) % 3
    shift, unit = np.array([-2.0, 0.0, 5.0])[stretches], np.array([0.1, 1.0, 30.0])[stretches]
    plain = WeightedSignals(signals, squared, stretches=stretches)
    moved = WeightedSignals(signals + shift[:, None], squared * unit, stretches=stretches)
    np.testing.assert_allclose(moved.weights, plain.weights, atol=1e-4)
    together = WeightedSignals(signals + shift[:, None], squared * unit)
    assert np.abs(together.weights - plain.weights).max() > 0.1


def test_what_moves_between_stretches_alone_is_not_blown_up(rng: np.random.Generator) -> None:
    """A signal that says one thing in each stretch, and another in the next, has no weight."""
    signals, squared = _signals(rng, 600)
    stretches = np.arange(600) % 3
    without = WeightedSignals(signals[:, 1:], squared, stretches=stretches)
    signals[:, 0] = np.array([-2.0, 0.0, 5.0])[stretches] + 1e-9 * signals[:, 0]
    found = WeightedSignals(signals, squared, stretches=stretches)
    assert found.weights[0] == 0
    np.testing.assert_allclose(found(signals), without(signals[:, 1:]), atol=1e-6)
    alone = WeightedSignals(signals[:, :1], squared, stretches=stretches)
    assert (alone(signals[:, :1]) == 0).all()


def test_beyond_what_was_seen_signals_count_as_the_end(rng: np.random.Generator) -> None:
    """A wild signal is worth no more than the largest that was learned from."""
    signals, squared = _signals(rng, 500)
    found = WeightedSignals(signals, squared)
    assert found(signals.max(axis=0)[None, :] + 100) == found(signals.max(axis=0)[None, :])


@pytest.mark.parametrize("squared", [np.zeros(50), np.full(50, 1e-300)])
def test_no_errors_at_all(squared: FloatArray) -> None:
    """Weights stay finite where there is nothing to learn."""
    signals = np.random.default_rng(0).normal(size=(50, 2))
    found = WeightedSignals(signals, squared)
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found(signals)).all()


def test_what_weights_are_drawn_to(rng: np.random.Generator) -> None:
    """Strongly drawn, weights have the shares that were asked for; by default equal ones."""
    signals, squared = _signals(rng, 2000)
    shares = np.array([0.5, 0.25, 0.25])[: signals.shape[1]]
    drawn = WeightedSignals(signals, squared, 1e6, shares).weights
    np.testing.assert_allclose(drawn / drawn.sum(), shares / shares.sum(), atol=1e-3)
    equal = WeightedSignals(signals, squared, 1e6).weights
    np.testing.assert_allclose(equal, equal.mean(), rtol=1e-2)


@pytest.mark.parametrize("shares", [None, np.array([1.0, 2.0, 5.0])])
def test_what_is_said_thrice_has_the_weight_of_what_is_said_once(
    rng: np.random.Generator, shares: FloatArray | None
) -> None:
    """How steep all signals together are is learned, however strongly their shares are drawn."""
    signals, squared = _signals(rng, 2000)
    once = WeightedSignals(signals[:, :1], squared, 0.0).weights[0]
    thrice = WeightedSignals(signals[:, [0, 0, 0]], squared, 1e6, shares).weights
    assert thrice.sum() == pytest.approx(once, rel=1e-3)


def test_the_average_of_models_adds_what_they_add_on_average() -> None:
    """Within the range of all, whatever the units of each are; who has no say changes nothing."""
    rng = np.random.default_rng(0)
    signals, squared = rng.normal(size=(300, 2)), rng.normal(size=300) ** 2
    models = [WeightedSignals(signals[:100], squared[:100]), WeightedSignals(signals, squared)]
    mean = WeightedSignals.averaged(models, np.array([1.0, 3.0]))
    inside = np.clip(signals, models[0].low, models[0].high)
    differences = [np.diff(one(inside)) for one in (*models, mean)]
    np.testing.assert_allclose(differences[2], 0.25 * differences[0] + 0.75 * differences[1])
    assert (mean.low == signals.min(axis=0)).all()
    alone = WeightedSignals.averaged([models[1], models[0]], np.array([2.0, 0.0]))
    np.testing.assert_allclose(np.diff(alone(signals)), np.diff(models[1](signals)))
