"""Define the estimators of the simulation: each scores a row before it learns it.

They know neither the sigmas, nor how large groups are, nor that there are four kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.online.count_rates import CountRates, Rows
from qconf.simulation.group_variance import GroupVariance
from qconf.simulation.limit import BayesLimit
from qconf.simulation.published import CONSERVATIVE, ERROR_MODEL
from qconf.simulation.result import THRESHOLD
from qconf.simulation.settled import expected_error, settled_squares
from qconf.simulation.world import World

__all__ = [
    "BAYES_LIMIT",
    "ESTIMATORS",
    "StreamEstimator",
    "Stretch",
    "ValuationModel",
    "stream_estimators",
]

ESTIMATORS: Final = (
    ERROR_MODEL,
    CONSERVATIVE,
    "error model",
    "conservative error model",
    "conservative, maximum",
    "count stability",
    "empirical Bayes",
)
BAYES_LIMIT: Final = "Bayes limit"

#: As good as none: a group's mean is its own as soon as it has one house, however groups spread.
_VALUE_PRIOR = 0.01
#: A group's squared residual is shrunk toward that of all groups as if five rows had shown it.
_ERROR_PRIOR = 5.0

Scores = tuple[NDArray[np.floating], ...]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some rows in the order of time, valued before their value was learned.

    Attributes
    ----------
    group : ndarray of shape (n_rows, 1), dtype int32
    value, prediction, novelty : ndarray of shape (n_rows,)
    rows : Rows
        What error models learn from: squared residuals, settled.
    ignorant : int
        The first so many rows come before any residual that counts was learned: nothing is known
        of their errors.
    """

    group: NDArray[np.int32]
    value: FloatArray
    prediction: FloatArray
    novelty: FloatArray
    rows: Rows
    ignorant: int

    def expected_error(self, square: NDArray[np.floating]) -> NDArray[np.floating]:
        """Turn expected squares into the expected errors of these rows, in place."""
        square[: self.ignorant] = np.inf
        return expected_error(square, self.novelty, out=square)


class ValuationModel:
    """The running mean of each group."""

    def __init__(self, n_groups: int) -> None:
        self._model = CountRates(n_groups, _VALUE_PRIOR)
        self._ignorant = True

    def value(self, group: NDArray[np.int32], value: FloatArray) -> Stretch:
        """Predict each row, then learn it."""
        coordinates, ones = group.reshape(-1, 1), np.empty((len(group), 0))
        rows = Rows(coordinates, ones, value, np.empty(0))
        prediction, novelty = self._model.progressive_with_novelty(rows)
        square, weight = settled_squares(prediction - value, novelty)
        counted = np.flatnonzero(weight[: len(weight) if self._ignorant else 0])
        ignorant = int(counted[0]) + 1 if len(counted) else len(weight) * self._ignorant
        self._ignorant = self._ignorant and not len(counted)
        settled = Rows(coordinates, ones, square, weight)
        return Stretch(coordinates, value, prediction, novelty, settled, ignorant)


class StreamEstimator(Protocol):
    """Scores rows, lower is more confident, and learns them."""

    @property
    def names(self) -> tuple[str, ...]:
        """What its scores are called."""

    def score(self, stretch: Stretch) -> Scores:
        """Score each row, under each name, before it is learned."""


class _ErrorModel:
    """Score by the group's mean squared residual, shrunk to that of all groups."""

    names = ("error model",)

    def __init__(self, n_groups: int) -> None:
        self._model = CountRates(n_groups, _ERROR_PRIOR)

    def score(self, stretch: Stretch) -> Scores:
        return (stretch.expected_error(self._model.progressive(stretch.rows)[:, 0]),)


class _ConservativeErrorModel:
    """Score by bootstrap replicates of it: mean + standard deviation, and maximum."""

    names = ("conservative error model", "conservative, maximum")

    def __init__(self, n_groups: int, bootstrap: int, seed: int) -> None:
        self._model = CountRates(n_groups, _ERROR_PRIOR, replicates=bootstrap, seed=seed)

    def score(self, stretch: Stretch) -> Scores:
        mean, sd, largest = self._model.progressive_summary(stretch.rows)
        return stretch.expected_error(mean + sd), stretch.expected_error(largest)


class _EmpiricalBayes:
    """Score by the group's variance, shrunk to what variances are found to be like."""

    names = ("empirical Bayes",)

    def __init__(self, n_groups: int) -> None:
        self._model = GroupVariance(n_groups)

    def score(self, stretch: Stretch) -> Scores:
        return (stretch.expected_error(self._model.progressive(stretch.rows)),)


class _CountStability:
    """Score by 1 / sqrt(n): how often the group was seen."""

    names = ("count stability",)

    def score(self, stretch: Stretch) -> Scores:
        return (np.sqrt(stretch.novelty),)


class _Limit:
    """Score by the probability of an outlier, knowing how the world was made."""

    names = (BAYES_LIMIT,)

    def __init__(self, world: World) -> None:
        self._limit = BayesLimit(world.n_groups, world.group_mean_sd, THRESHOLD)

    def score(self, stretch: Stretch) -> Scores:
        return (self._limit.score(stretch.group[:, 0], stretch.value, stretch.prediction),)


def stream_estimators(world: World, bootstrap: int, seed: int) -> tuple[StreamEstimator, ...]:
    """Make all estimators and the limit; the longest first, so that no core waits for the last."""
    groups = world.n_groups
    return (
        _ConservativeErrorModel(groups, bootstrap, seed),
        _Limit(world),
        _EmpiricalBayes(groups),
        _ErrorModel(groups),
        _CountStability(),
    )
