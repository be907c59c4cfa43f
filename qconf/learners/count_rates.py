"""A linear model learned row by row, with learning rates that are decided by counts.

Each coordinate j has a weight w_j and a count n_j, the sum of its squared values. With
P_j = 1 / (prior_count + n_j), a row of weight s, values x_j and error e changes them by

    w_j += s e x_j P_j / (1 + s sum_k x_k² P_k),    n_j += s x_j²,

the Kalman filter of a linear model whose coordinates are taken to be independent: what a row
says is shared among its coordinates by how little each is known, and never overshoots. Where a
row is one category, the weight of that category *is* its shrunken mean, sum(y) / (prior_count + n).

Or effects multiply, for a target that is never negative. Then a coordinate has a factor
f_j = (prior_count + S_j) / (prior_count + n_j), a row is expected to be the running mean times its
factors, and if it is r times what was expected, then

    S_j += s f_j (1 + (r - 1) P_j / sum_k P_k),    n_j += s:

again the surprise is shared, and with one category the prediction is its shrunken mean. Several
factors are only learned once the mean of all rows has settled.

Weights come in *lanes*: one, that learns each row once, or B bootstrap replicates, each of which
learns each row a Poisson(1) number of times (Oza & Russell 2001, "Online bagging and boosting").
The lanes of a coordinate lie side by side in memory. Nothing here knows of scikit-learn, or
waits for it to be imported.
"""

from __future__ import annotations

from math import exp, factorial, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.compiled import CACHE_LINE, compiled, inlined, prefetch

__all__ = ["ABSENT", "IMMEDIATELY", "UNSEEN", "CountRates", "Known", "Rows"]

Known: TypeAlias = NDArray[np.int64]
#: float64 in one lane, float32 in many.
Lanes: TypeAlias = NDArray[np.floating]

#: In the place of a coordinate: the row does not have this feature.
ABSENT = -1
#: The row has something here that was never seen before.
UNSEEN = -2
#: For `known`: each label is learned before the next row is predicted.
IMMEDIATELY: Known = np.empty(0, dtype=np.int64)

_NOTHING = np.empty(0)
_NO_SUMMARY = np.empty((3, 0), dtype=np.float32)
_LOOK_AHEAD = 8
_WEIGHT, _COUNT = 0, 1
_MEAN, _TOTAL = 0, 1
_PREDICTION, _STEP, _TIMES = 0, 1, 2
_BITS = 16
_TINY = 1e-30
#: Held against the mean of a few rows, the next may seem a thousandfold; and factors multiply.
_SETTLED = 100.0
_DRAWS_A_NUMBER = 4


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


class _Model(NamedTuple):
    state: Lanes
    origin: Lanes
    prior_count: float
    centre: bool
    multiply: bool


class _Chance(NamedTuple):
    seed: np.uint64
    first_row: int
    draws: NDArray[np.uint8]


class _Told(NamedTuple):
    """What is to be written down of each row; what is empty is not."""

    lanes: FloatArray
    summary: NDArray[np.float32]
    novelty: FloatArray


class CountRates:
    """The arrays of the model, and the passes over rows that read and change them.

    Parameters
    ----------
    n_coordinates : int
    prior_count : float
        Greater than 0: how many rows the starting value counts for.
    replicates : int, default=0
        Number of bootstrap replicates; 0 learns each row once, in float64. Replicates are kept in
        float32: their spread does not need more, and half the memory is half the time.
    seed : int, default=0
        Which replicate learns which row how often. That hangs on the seed, and the numbers of
        the row and of the replicate only: rows may come in batches.
    centre : bool, default=True
        Shrink to the running mean of the target rather than to 0.
    multiply : bool, default=False
        Effects multiply instead of adding up. All values must be 1, targets >= 0, and `centre`
        true.

    Attributes
    ----------
    state : ndarray of shape (n_coordinates, 2, n_lanes)
        Weights (or the sums S of factors), and counts.
    origin : ndarray of shape (2, n_lanes)
        Running mean of the target, and the weight of the rows it is made of.
    rows_learned : int
    """

    def __init__(
        self,
        n_coordinates: int,
        prior_count: float,
        *,
        replicates: int = 0,
        seed: int = 0,
        centre: bool = True,
        multiply: bool = False,
    ) -> None:
        lanes, kind = (replicates, np.float32) if replicates else (1, np.float64)
        self.state: Lanes = np.zeros((n_coordinates, 2, lanes), dtype=kind)
        self.origin: Lanes = np.zeros((2, lanes), dtype=kind)
        self.prior_count = prior_count
        self.seed = seed
        self.centre = centre
        self.multiply = multiply
        self.rows_learned = 0
        self._draws = _poisson_draws() if replicates else np.empty(0, dtype=np.uint8)

    def grow(self, n_coordinates: int) -> None:
        """Make room for more coordinates, of which nothing is known yet."""
        have = len(self.state)
        if n_coordinates > have:
            # By half again, so that many small batches do not each copy everything.
            room = max(n_coordinates, have + have // 2)
            new = np.zeros((room - have, *self.state.shape[1:]), dtype=self.state.dtype)
            self.state = np.concatenate([self.state, new])

    def learn(self, rows: Rows) -> None:
        """Learn from rows, one after another."""
        _learn_rows(rows, self._model, self._chance, self._work())
        self.rows_learned += len(rows.target)

    def predict(self, rows: Rows) -> FloatArray:
        """Predict rows in each lane, shape (n_rows, n_lanes); targets are not looked at."""
        out = np.empty((len(rows.coordinates), self.state.shape[2]))
        _predict_rows(rows, self._model, self._work()[_PREDICTION], out)
        return out

    def novelty(self, rows: Rows) -> FloatArray:
        """Return sum_j x_j² P_j of the first lane: near 0 for what is known well.

        Under equal noise the variance of a prediction is this many times the noise; where a row
        is one category, it is 1 / (prior_count + n).
        """
        novelty = np.empty(len(rows.coordinates))
        _novelty_rows(rows, self._model, novelty)
        return novelty

    def progressive(self, rows: Rows, known: Known = IMMEDIATELY) -> FloatArray:
        """Predict each row before its label is learned, then learn it.

        Parameters
        ----------
        rows : Rows
        known : ndarray of shape (n_rows,), default=`IMMEDIATELY`
            How many rows, from the first on, are learned before a row is predicted: rising, and
            at most the row's own position.

        Returns
        -------
        ndarray of shape (n_rows, n_lanes)
        """
        lanes = np.empty((len(rows.target), self.state.shape[2]))
        self._pass(rows, known, _Told(lanes, _NO_SUMMARY, _NOTHING))
        return lanes

    def progressive_summary(self, rows: Rows, known: Known = IMMEDIATELY) -> NDArray[np.float32]:
        """Do the same; return mean, standard deviation and maximum of the lanes, (3, n_rows)."""
        summary = np.empty((3, len(rows.target)), dtype=np.float32)
        self._pass(rows, known, _Told(self._no_lanes, summary, _NOTHING))
        return summary

    def progressive_with_novelty(
        self, rows: Rows, known: Known = IMMEDIATELY
    ) -> tuple[FloatArray, FloatArray]:
        """Do the same with one lane; return predictions and each row's `novelty` at that time."""
        lanes = np.empty((len(rows.target), 1))
        novelty = np.empty(len(rows.target))
        self._pass(rows, known, _Told(lanes, _NO_SUMMARY, novelty))
        return lanes[:, 0], novelty

    def _pass(self, rows: Rows, known: Known, told: _Told) -> None:
        model, chance, work = self._model, self._chance, self._work()
        if known is IMMEDIATELY:
            _progress(rows, model, chance, work, told)
            self.rows_learned += len(rows.target)
        else:
            learned = _progress_delayed(rows, model, chance, known, work, told)
            self.rows_learned += learned
            self.learn(rows.part(slice(learned, None)))

    @property
    def _no_lanes(self) -> FloatArray:
        return np.empty((0, self.state.shape[2]))

    def _work(self) -> Lanes:
        """Make room for what the loops compute for one row: prediction, step, draws."""
        return np.ones((3, self.state.shape[2]), dtype=self.state.dtype)

    @property
    def _model(self) -> _Model:
        how = (float(self.prior_count), bool(self.centre), bool(self.multiply))
        return _Model(self.state, self.origin, *how)

    @property
    def _chance(self) -> _Chance:
        return _Chance(np.uint64(self.seed), self.rows_learned, self._draws)


def _poisson_draws() -> NDArray[np.uint8]:
    """Return a Poisson(1) number for each number of 16 bits; mean and variance 1 to 4 digits."""
    probability = np.array([exp(-1) / factorial(k) for k in range(12)])
    upper = np.round(np.cumsum(probability) * 2**_BITS).astype(np.int64)
    return np.searchsorted(upper, np.arange(2**_BITS), side="right").astype(np.uint8)


@compiled
def _progress(
    rows: Rows,
    model: _Model,
    chance: _Chance,
    work: Lanes,
    told: _Told,
) -> None:
    """Predict each row, then learn it."""
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, work[_PREDICTION])
        _tell(rows, row, model, work[_PREDICTION], told)
        _learn_row(rows, row, model, chance, work)


@compiled
def _progress_delayed(
    rows: Rows,
    model: _Model,
    chance: _Chance,
    known: Known,
    work: Lanes,
    told: _Told,
) -> int:
    """Learn what is known by then, and predict each row; return how many rows were learned."""
    learned = 0
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        while learned < known[row]:
            _predict_row(rows, learned, model, work[_PREDICTION])
            _learn_row(rows, learned, model, chance, work)
            learned += 1
        _predict_row(rows, row, model, work[_PREDICTION])
        _tell(rows, row, model, work[_PREDICTION], told)
    return learned


@compiled
def _learn_rows(rows: Rows, model: _Model, chance: _Chance, work: Lanes) -> None:
    for row in range(len(rows.target)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, work[_PREDICTION])
        _learn_row(rows, row, model, chance, work)


@compiled
def _predict_rows(rows: Rows, model: _Model, prediction: Lanes, out: FloatArray) -> None:
    for row in range(len(out)):
        _expect(rows, row + _LOOK_AHEAD, model)
        _predict_row(rows, row, model, prediction)
        for lane in range(len(prediction)):
            out[row, lane] = prediction[lane]


@compiled
def _novelty_rows(rows: Rows, model: _Model, novelty: FloatArray) -> None:
    for row in range(len(novelty)):
        novelty[row] = _novelty_of(rows, row, model)


@inlined
def _tell(rows: Rows, row: int, model: _Model, prediction: Lanes, told: _Told) -> None:
    """Write down what is said of a row before it is learned."""
    if len(told.lanes) > 0:
        for lane in range(len(prediction)):
            told.lanes[row, lane] = prediction[lane]
    if told.summary.shape[1] > 0:
        _summarise(prediction, told.summary, row)
    if len(told.novelty) > 0:
        told.novelty[row] = _novelty_of(rows, row, model)


@inlined
def _expect(rows: Rows, row: int, model: _Model) -> None:
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
def _predict_row(rows: Rows, row: int, model: _Model, prediction: Lanes) -> None:
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
def _novelty_of(rows: Rows, row: int, model: _Model) -> float:
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
def _learn_row(rows: Rows, row: int, model: _Model, chance: _Chance, work: Lanes) -> None:
    """Share the error of a predicted row among its coordinates, in each lane."""
    row_weight = _weight(rows, row)
    if row_weight > 0.0:
        prediction, step, times = work[_PREDICTION], work[_STEP], work[_TIMES]
        if len(chance.draws) > 0:
            _draw(chance, row, times)
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
def _sum_unsureness(rows: Rows, row: int, model: _Model, unsureness: Lanes) -> None:
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
def _move(rows: Rows, row: int, model: _Model, weight: Any, step: Lanes, times: Lanes) -> None:
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
    rows: Rows, row: int, model: _Model, weight: Any, step: Lanes, times: Lanes
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
def _move_origin(rows: Rows, row: int, model: _Model, times: Lanes) -> None:
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
def _draw(chance: _Chance, row: int, times: Lanes) -> None:
    """Say how often each lane learns this row: four draws from one mixed 64-bit number.

    The number is that of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA) at a position that the
    row and the lane decide.
    """
    position = np.uint64(chance.first_row + row) << np.uint64(_BITS)
    for lane in range(0, len(times), _DRAWS_A_NUMBER):
        at = position + np.uint64(lane // _DRAWS_A_NUMBER)
        mixed = chance.seed + (at + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        for k in range(lane, min(lane + _DRAWS_A_NUMBER, len(times))):
            times[k] = chance.draws[mixed & np.uint64(2**_BITS - 1)]
            mixed >>= np.uint64(_BITS)


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
