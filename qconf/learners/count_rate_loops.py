"""The compiled loops of `qconf.learners.count_rates`, which has the formulas."""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.compiled import CACHE_LINE, compiled, inlined, prefetch
from qconf.learners.poisson_draws import Chance, draw

__all__ = [
    "PREDICTION", "UNSEEN", "Known", "Lanes", "Model", "Rows", "Told",
    "learn_rows", "novelty_rows", "predict_rows", "progress", "progress_delayed",
]  # fmt: skip

Known: TypeAlias = NDArray[np.int64]
#: float64 in one lane, float32 in many.
Lanes: TypeAlias = NDArray[np.floating]

#: The row has something here that was never seen before.
UNSEEN = -2
#: What is computed for one row, in this order.
PREDICTION, _STEP, _TIMES = 0, 1, 2

_LOOK_AHEAD = 8
_WEIGHT, _COUNT = 0, 1
_MEAN, _TOTAL = 0, 1
_TINY = 1e-30
#: Held against the mean of a few rows, the next may seem a thousandfold; and factors multiply.
_SETTLED = 100.0


class Rows(NamedTuple):
    """Rows in the order of time; nothing about them is checked here.

    Attributes
    ----------
    coordinates : ndarray of shape (n_rows, n_active), dtype int32
        `ABSENT` where a row has fewer, `UNSEEN` for what has no coordinate yet.
    values : ndarray of shape (n_rows, n_active), or (n_rows, 0)
        Without columns, all values are 1.
    target : ndarray of shape (n_rows,)
    weight : ndarray of shape (n_rows,) or (0,)
        Empty, all weights are 1.
    """

    coordinates: NDArray[np.int32]
    values: FloatArray
    target: FloatArray
    weight: FloatArray

    def part(self, cut: slice) -> Rows:
        """Take some of the rows."""
        return Rows(self.coordinates[cut], self.values[cut], self.target[cut], self.weight[cut])


class Model(NamedTuple):
    """What is learned, and how."""

    state: Lanes
    origin: Lanes
    prior_count: float
    centre: bool
    multiply: bool


class Told(NamedTuple):
    """What is to be written down of each row; what is empty is not."""

    lanes: FloatArray
    summary: NDArray[np.float32]
    novelty: FloatArray


@compiled
def progress(
    rows: Rows,
    model: Model,
    chance: Chance,
    work: Lanes,
    told: Told,
) -> None:
    """Predict each row, then learn it."""
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, work[PREDICTION])
        _tell(rows, row, model, work[PREDICTION], told)
        _learn_row(rows, row, model, chance, work)


@compiled
def progress_delayed(
    rows: Rows,
    model: Model,
    chance: Chance,
    known: Known,
    work: Lanes,
    told: Told,
) -> int:
    """Learn what is known by then, and predict each row; return how many rows were learned."""
    learned = 0
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        while learned < known[row]:
            _predict_row(rows, learned, model, work[PREDICTION])
            _learn_row(rows, learned, model, chance, work)
            learned += 1
        _predict_row(rows, row, model, work[PREDICTION])
        _tell(rows, row, model, work[PREDICTION], told)
    return learned


@compiled
def learn_rows(rows: Rows, model: Model, chance: Chance, work: Lanes) -> None:
    """Learn rows, one after another."""
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, work[PREDICTION])
        _learn_row(rows, row, model, chance, work)


@compiled
def predict_rows(rows: Rows, model: Model, prediction: Lanes, out: FloatArray) -> None:
    """Predict rows, and learn nothing."""
    for row in range(len(out)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, prediction)
        for lane in range(len(prediction)):
            out[row, lane] = prediction[lane]


@compiled
def novelty_rows(rows: Rows, model: Model, novelty: FloatArray) -> None:
    """Tell how new each row is to the first lane."""
    for row in range(len(novelty)):
        novelty[row] = _novelty_of(rows, row, model)


@inlined
def _tell(rows: Rows, row: int, model: Model, prediction: Lanes, told: Told) -> None:
    """Write down what is said of a row before it is learned."""
    if len(told.lanes) > 0:
        for lane in range(len(prediction)):
            told.lanes[row, lane] = prediction[lane]
    if told.summary.shape[1] > 0:
        _summarise(prediction, told.summary, row)
    if len(told.novelty) > 0:
        told.novelty[row] = _novelty_of(rows, row, model)


@inlined
def _expect(rows: Rows, row: int, model: Model) -> None:
    """Have the processor fetch what a coming row will need."""
    if row < len(rows.coordinates):
        for j in range(rows.coordinates.shape[1]):
            coordinate = rows.coordinates[row, j]
            if coordinate >= 0:
                for byte in range(0, model.state.strides[0], CACHE_LINE):
                    prefetch(model.state, np.intp(coordinate), byte)


@inlined
def _value(rows: Rows, row: int, j: int) -> float:
    return rows.values[row, j] if rows.values.shape[1] > 0 else 1.0


@inlined
def _weight(rows: Rows, row: int) -> float:
    return rows.weight[row] if len(rows.weight) > 0 else 1.0


@inlined
def _predict_row(rows: Rows, row: int, model: Model, prediction: Lanes) -> None:
    state = model.state
    prior = state.dtype.type(model.prior_count)
    for lane in range(state.shape[2]):
        prediction[lane] = model.origin[_MEAN, lane] if model.centre else state.dtype.type(0.0)
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0 and model.multiply:
            for lane in range(state.shape[2]):
                factor = prior + state[coordinate, _WEIGHT, lane]
                prediction[lane] *= factor / (prior + state[coordinate, _COUNT, lane])
        elif coordinate >= 0:
            x = state.dtype.type(_value(rows, row, j))
            for lane in range(state.shape[2]):
                prediction[lane] += x * state[coordinate, _WEIGHT, lane]


@inlined
def _novelty_of(rows: Rows, row: int, model: Model) -> float:
    novelty = 0.0
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        x = _value(rows, row, j)
        if coordinate >= 0:
            novelty += x * x / (model.prior_count + model.state[coordinate, _COUNT, 0])
        elif coordinate == UNSEEN:
            novelty += x * x / model.prior_count
    return novelty


@inlined
def _learn_row(rows: Rows, row: int, model: Model, chance: Chance, work: Lanes) -> None:
    """Share the error of a predicted row among its coordinates, in each lane."""
    row_weight = _weight(rows, row)
    if row_weight > 0.0:
        prediction, step, times = work[PREDICTION], work[_STEP], work[_TIMES]
        if len(chance.draws) > 0:
            draw(chance, row, times)
        _sum_unsureness(rows, row, model, step)
        weight = model.state.dtype.type(row_weight)
        target = model.state.dtype.type(rows.target[row])
        if model.multiply:
            tiny = model.state.dtype.type(_TINY)
            for lane in range(len(step)):
                # Without any expectation, nothing is a surprise.
                surprise = target - prediction[lane]
                step[lane] = surprise / max(prediction[lane], tiny) / max(step[lane], tiny)
                step[lane] = step[lane] if prediction[lane] > tiny else 0.0
            _move_factors(rows, row, model, weight, step, times)
        else:
            one = model.state.dtype.type(1.0)
            for lane in range(len(step)):
                learned = weight * times[lane]
                step[lane] = learned * (target - prediction[lane]) / (one + learned * step[lane])
            _move(rows, row, model, weight, step, times)
        _move_origin(rows, row, model, times)


@inlined
def _sum_unsureness(rows: Rows, row: int, model: Model, unsureness: Lanes) -> None:
    """Sum x_j² P_j over the row's coordinates."""
    prior = model.state.dtype.type(model.prior_count)
    for lane in range(len(unsureness)):
        unsureness[lane] = 0.0
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            x = model.state.dtype.type(_value(rows, row, j))
            for lane in range(len(unsureness)):
                unsureness[lane] += x * x / (prior + model.state[coordinate, _COUNT, lane])


@inlined
def _move(rows: Rows, row: int, model: Model, weight: Any, step: Lanes, times: Lanes) -> None:
    """Change weights and counts of the row's coordinates."""
    state = model.state
    prior = state.dtype.type(model.prior_count)
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            x = state.dtype.type(_value(rows, row, j))
            for lane in range(len(step)):
                count = state[coordinate, _COUNT, lane]
                state[coordinate, _WEIGHT, lane] += step[lane] * x / (prior + count)
                state[coordinate, _COUNT, lane] = count + weight * times[lane] * x * x


@inlined
def _move_factors(
    rows: Rows, row: int, model: Model, weight: Any, step: Lanes, times: Lanes
) -> None:
    """Change sums and counts of the row's coordinates; `step` is (r - 1) / sum_k P_k."""
    state = model.state
    one = state.dtype.type(1.0)
    prior = state.dtype.type(model.prior_count)
    several = rows.coordinates.shape[1] > 1
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            for lane in range(len(step)):
                total = prior + state[coordinate, _COUNT, lane]
                factor = (prior + state[coordinate, _WEIGHT, lane]) / total
                learned = weight * times[lane]
                if several and model.origin[_TOTAL, lane] < _SETTLED:
                    learned = model.state.dtype.type(0.0)
                state[coordinate, _WEIGHT, lane] += learned * factor * (one + step[lane] / total)
                state[coordinate, _COUNT, lane] += learned


@inlined
def _move_origin(rows: Rows, row: int, model: Model, times: Lanes) -> None:
    origin = model.origin
    weight = model.state.dtype.type(_weight(rows, row))
    target = model.state.dtype.type(rows.target[row])
    tiny = model.state.dtype.type(_TINY)
    for lane in range(len(times)):
        learned = weight * times[lane]
        total = origin[_TOTAL, lane] + learned
        origin[_TOTAL, lane] = total
        origin[_MEAN, lane] += learned * (target - origin[_MEAN, lane]) / max(total, tiny)


@inlined
def _summarise(prediction: Lanes, summary: NDArray[np.float32], row: int) -> None:
    """Write mean, standard deviation and maximum, from differences to the first lane."""
    n_lanes = len(prediction)
    first = prediction[0]
    total = first - first
    squares = total
    largest = total
    for lane in range(n_lanes):
        beyond = prediction[lane] - first
        total += beyond
        squares += beyond * beyond
        largest = max(largest, beyond)
    mean = total / n_lanes
    spread = max(squares - total * mean, 0.0) / max(n_lanes - 1, 1)
    summary[0, row] = first + mean
    summary[1, row] = sqrt(spread)
    summary[2, row] = first + largest
