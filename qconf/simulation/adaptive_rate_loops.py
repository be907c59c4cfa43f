"""Compile the loop of `qconf.simulation.adaptive_rates`, which has the formulas."""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import CACHE_LINE, compiled, inlined, prefetch
from qconf.learners.online.lanes import Single, lanes_of
from qconf.learners.poisson_draws import Chance, draw

__all__ = ["PLAIN", "PREDICTION", "TIMES", "Lanes", "Model", "progress"]

Lanes: TypeAlias = NDArray[np.float32]

#: The lane that learns each row once; bootstrap replicates come after it.
PLAIN = 0
#: What is computed for one row, in this order.
PREDICTION, TIMES = 0, 1

_WEIGHT, _SQUARES = 0, 1
_LOWEST, _HIGHEST = 0, 1
_LOOK_AHEAD = 8

# In the type of the lanes: one float64 among them would halve what a vector unit does at once.
_ZERO, _ONE, _FOUR = np.float32(0.0), np.float32(1.0), np.float32(4.0)
_SQRT_HALF, _TINY = np.float32(sqrt(0.5)), np.float32(1e-30)
#: exp(-16) is nothing beside 1 in this type; and a 16th power is four squares.
_FAR, _A_16TH = np.float32(16.0), np.float32(1 / 16)


class Model(NamedTuple):
    """What is learned, and how.

    Attributes
    ----------
    single : () or (1,)
        See `qconf.learners.online.lanes`.
    state : ndarray of shape (n_levels, 2, n_lanes)
        By level, weights and sums of squared gradients.
    constant : ndarray of shape (2, n_lanes)
        The same of the constant.
    labels : ndarray of shape (2,)
        The lowest and the highest label so far, 0 included.
    decay : ndarray of shape (8,)
        Coefficients of a polynomial: exp(-u) where u is from 0 to 1.
    replicates : int
    """

    single: Single
    state: Lanes
    constant: Lanes
    labels: Lanes
    decay: Lanes
    replicates: int


@compiled
def progress(
    level: NDArray[np.int32],
    target: FloatArray,
    model: Model,
    chance: Chance,
    work: Lanes,
    plain: Lanes,
    highest: Lanes,
) -> None:
    """Predict each row, then learn it; tell the plain lane, and the highest of the replicates."""
    state, labels = model.state, model.labels
    for row in range(len(target)):
        if row + _LOOK_AHEAD < len(level):
            for byte in range(0, state.strides[0], CACHE_LINE):
                prefetch(state, np.intp(level[row + _LOOK_AHEAD]), byte)
        label = np.float32(target[row])
        _predict(model, level[row], work[PREDICTION])
        plain[row] = work[PREDICTION, PLAIN]
        if model.replicates > 0:
            highest[row] = _highest(work[PREDICTION], model.replicates)
            draw(chance, row, work[TIMES])
            work[TIMES, PLAIN] = _ONE
        _learn(model, level[row], label, work)
        labels[_LOWEST] = min(labels[_LOWEST], label)
        labels[_HIGHEST] = max(labels[_HIGHEST], label)


@inlined
def _predict(model: Model, level: int, prediction: Lanes) -> None:
    """Add the level's weight to the constant's, and stay among the labels so far."""
    lowest, highest = model.labels[_LOWEST], model.labels[_HIGHEST]
    for lane in range(lanes_of(model)):
        weights = model.state[level, _WEIGHT, lane] + model.constant[_WEIGHT, lane]
        prediction[lane] = min(max(weights, lowest), highest)


@inlined
def _highest(prediction: Lanes, replicates: int) -> Any:
    highest = prediction[PLAIN + 1]
    for lane in range(PLAIN + 1, PLAIN + 1 + replicates):
        highest = max(highest, prediction[lane])
    return highest


@inlined
def _learn(model: Model, level: int, label: Any, work: Lanes) -> None:
    """Close a part of each lane's error, and share that between level and constant."""
    state, constant, decay = model.state, model.constant, model.decay
    for lane in range(lanes_of(model)):
        times = work[TIMES, lane]
        error = label - work[PREDICTION, lane]
        square = _FOUR * error * error * times
        state[level, _SQUARES, lane] += square
        constant[_SQUARES, lane] += square
        a = np.sqrt(max(state[level, _SQUARES, lane], _TINY))
        c = np.sqrt(max(constant[_SQUARES, lane], _TINY))
        step = error * (_ONE - _exp(-times * _SQRT_HALF * (a + c) / (a * c), decay)) / (a + c)
        state[level, _WEIGHT, lane] += step * c
        constant[_WEIGHT, lane] += step * a


@inlined
def _exp(x: Any, decay: Lanes) -> Any:
    """Return e to a number of 0 or less, by arithmetic that vector units have."""
    u = min(-x * _A_16TH, _ONE)
    u2 = u * u
    # In pairs, not one after the other: each row waits for this of the row before.
    low = (decay[0] + u * decay[1]) + u2 * (decay[2] + u * decay[3])
    high = (decay[4] + u * decay[5]) + u2 * (decay[6] + u * decay[7])
    power = low + u2 * u2 * high
    power *= power
    power *= power
    power *= power
    return power * power
