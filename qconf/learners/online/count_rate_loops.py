"""Compile the loops of `qconf.learners.online.count_rates`, which has the formulas."""

from __future__ import annotations

from math import expm1, log1p, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import CACHE_LINE, compiled, inlined, prefetch
from qconf.learners.online.count_rate_arrays import (
    ABSENT,
    Known,
    Model,
    Rows,
    Told,
)
from qconf.learners.online.lanes import Lanes, lanes_of
from qconf.learners.poisson_draws import Chance, draw

__all__ = [
    "PREDICTION", "learn_rows", "predict_rows", "progress", "progress_delayed",
]  # fmt: skip

#: What is computed for one row, in this order.
PREDICTION, _STEP, _TIMES = 0, 1, 2

_LOOK_AHEAD = 8
_WEIGHT, _COUNT = 0, 1
_MEAN, _TOTAL = 0, 1
_TARGETS, _WITHOUT = 0, 1
_TINY = 1e-30
#: No row is taken for more than so many times what was expected: factors stay finite.
_MOST = 1e30
#: What expectations are taken for at least, where one is a divisor.
_LEAST = 1e-300


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
        for lane in range(lanes_of(model)):
            out[row, lane] = prediction[lane]


@inlined
def _tell(rows: Rows, row: int, model: Model, prediction: Lanes, told: Told) -> None:
    """Write down what is said of a row before it is learned."""
    if len(told.lanes) > 0:
        for lane in range(lanes_of(model)):
            told.lanes[row, lane] = prediction[lane]
    if told.summary.shape[1] > 0:
        _summarise(prediction, told.summary, row)
    if len(told.novelty) > 0:
        told.novelty[row] = _novelty_of(rows, row, model)


@inlined
def _expect(rows: Rows, row: int, model: Model) -> None:
    """Prefetch what a coming row will need."""
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
    if model.multiply:
        for lane in range(lanes_of(model)):
            prediction[lane] = _product(rows, row, model, lane)
    else:
        _predict_sum(rows, row, model, prediction)


@inlined
def _predict_sum(rows: Rows, row: int, model: Model, prediction: Lanes) -> None:
    state = model.state
    for lane in range(lanes_of(model)):
        prediction[lane] = model.origin[_MEAN, lane] if model.centre else state.dtype.type(0.0)
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            x = state.dtype.type(_value(rows, row, j))
            for lane in range(lanes_of(model)):
                prediction[lane] += x * state[coordinate, _WEIGHT, lane]


# Called, not inlined: beside it the loops over sums would lack registers.
@compiled
def _product(rows: Rows, row: int, model: Model, lane: int) -> float:
    """Return the shrunken mean of a row's one coordinate, or the mean times all its factors."""
    product: float = 1.0 * model.origin[_MEAN, lane]
    single = rows.coordinates.shape[1] == 1
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0 and model.state[coordinate, _COUNT, lane] > 0.0:
            kept = model.state[coordinate, _WEIGHT, lane]
            total = model.prior_count + model.state[coordinate, _COUNT, lane]
            if single:
                product = (model.prior_count * product + kept) / total
            else:
                product *= (model.prior_count + kept) / total
        elif coordinate != ABSENT and not single:
            # What rows were, to what they were expected to be without their factor in this place.
            without = max(model.others[j, _WITHOUT, lane], _LEAST)
            product *= max(model.others[j, _TARGETS, lane] / without, 1.0)
    return product


@inlined
def _novelty_of(rows: Rows, row: int, model: Model) -> float:
    novelty = 0.0
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        x = _value(rows, row, j)
        if coordinate >= 0:
            novelty += x * x / (model.prior_count + model.state[coordinate, _COUNT, 0])
    return novelty


@inlined
def _learn_row(rows: Rows, row: int, model: Model, chance: Chance, work: Lanes) -> None:
    """Learn a row in each lane; if effects add up, it was predicted just before."""
    row_weight = _weight(rows, row)
    if row_weight > 0.0:
        times = work[_TIMES]
        if len(chance.numbers) > 0:
            draw(chance, row, times)
        if model.multiply:
            # Held against a mean that has its own target in it, no row is beyond all measure.
            _move_origin(rows, row, model, times)
            _learn_product(rows, row, model, row_weight, times)
        else:
            _learn_sum(rows, row, model, row_weight, work)
            _move_origin(rows, row, model, times)


@inlined
def _learn_sum(rows: Rows, row: int, model: Model, row_weight: float, work: Lanes) -> None:
    """Share the error of a predicted row among its coordinates."""
    prediction, step, times = work[PREDICTION], work[_STEP], work[_TIMES]
    _sum_unsureness(rows, row, model, step)
    weight = model.state.dtype.type(row_weight)
    target = model.state.dtype.type(rows.target[row])
    one = model.state.dtype.type(1.0)
    for lane in range(lanes_of(model)):
        learned = weight * times[lane]
        step[lane] = learned * (target - prediction[lane]) / (one + learned * step[lane])
    _move(rows, row, model, weight, step, times)


@inlined
def _sum_unsureness(rows: Rows, row: int, model: Model, unsureness: Lanes) -> None:
    """Sum x_j² P_j over the row's coordinates."""
    prior = model.state.dtype.type(model.prior_count)
    for lane in range(lanes_of(model)):
        unsureness[lane] = 0.0
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            x = model.state.dtype.type(_value(rows, row, j))
            for lane in range(lanes_of(model)):
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
            for lane in range(lanes_of(model)):
                count = state[coordinate, _COUNT, lane]
                state[coordinate, _WEIGHT, lane] += step[lane] * x / (prior + count)
                state[coordinate, _COUNT, lane] = count + weight * times[lane] * x * x


@inlined
def _learn_product(rows: Rows, row: int, model: Model, row_weight: float, times: Lanes) -> None:
    """Add the target to the sum of a row's one coordinate, or share its ratio among several."""
    state = model.state
    if rows.coordinates.shape[1] > 1:
        for lane in range(lanes_of(model)):
            if times[lane] > 0.0:
                _share_ratio(rows, row, model, lane, row_weight * times[lane])
    elif rows.coordinates[row, 0] >= 0:
        coordinate = rows.coordinates[row, 0]
        for lane in range(lanes_of(model)):
            learned = row_weight * times[lane]
            state[coordinate, _WEIGHT, lane] += learned * rows.target[row]
            state[coordinate, _COUNT, lane] += learned


@compiled
def _share_ratio(rows: Rows, row: int, model: Model, lane: int, learned: float) -> None:
    """Share the log ratio of target to prediction among the row's factors, in one lane."""
    state, prior = model.state, model.prior_count
    mean = 1.0 * model.origin[_MEAN, lane]
    expected, unsure, moved = mean, 0.0, 0.0
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            total = prior + state[coordinate, _COUNT, lane]
            expected *= (prior + state[coordinate, _WEIGHT, lane]) / total
            unsure += 1.0 / total
            moved += learned / (total * (total + learned))
    ratio = min(rows.target[row] / max(expected, _LEAST), _MOST) if mean > 0.0 else 1.0
    growth = log1p((ratio - 1.0) * moved / max(unsure, _LEAST))
    for j in range(rows.coordinates.shape[1]):
        coordinate = rows.coordinates[row, j]
        if coordinate >= 0:
            total = prior + state[coordinate, _COUNT, lane]
            factor = (prior + state[coordinate, _WEIGHT, lane]) / total
            share = learned / (total * (total + learned)) / moved
            added = factor * (learned + expm1(share * growth) * (total + learned))
            state[coordinate, _WEIGHT, lane] = max(state[coordinate, _WEIGHT, lane] + added, 0.0)
            state[coordinate, _COUNT, lane] += learned
            # The later, the more: early factors had little to say.
            late = learned * model.origin[_TOTAL, lane]
            model.others[j, _TARGETS, lane] += late * rows.target[row]
            model.others[j, _WITHOUT, lane] += late * expected / factor


@inlined
def _move_origin(rows: Rows, row: int, model: Model, times: Lanes) -> None:
    origin = model.origin
    weight = model.state.dtype.type(_weight(rows, row))
    target = model.state.dtype.type(rows.target[row])
    tiny = model.state.dtype.type(_TINY)
    for lane in range(lanes_of(model)):
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
