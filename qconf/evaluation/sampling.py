"""What an evaluation's rows are a sample of: rows, groups of rows, a stretch of history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray
from qconf.core.estimate import Estimate
from qconf.core.frames import as_series
from qconf.errors import TableError
from qconf.evaluation.long_run import SlowWaves, dependence
from qconf.evaluation.ranking import Outcome, Weights
from qconf.evaluation.resampling import Draws, beyond_normal, few_groups, resample_counts
from qconf.tables.roles import all_moments, groups_of

__all__ = ["STRETCHES", "Sampling", "cluster_size", "row_codes", "skewness_of_units"]

#: Stretches of time that are as good as independent of each other.
STRETCHES = 10

#: With more units than this the skewness of a single one is no matter; of two nothing is known.
_MANY_UNITS, _LEAST_FOR_SKEWNESS = 30, 3

#: Few values hide the tail they come from: ten squared normal ones show half of its skewness,
#: even after the usual mending. In simulated tables this factor gains about a point of coverage.
_SEEN_OF_SKEWNESS = 1.5


@dataclass(frozen=True)
class Sampling:
    """How the rows came to be these: what else might have come, and under which weights.

    Attributes
    ----------
    n_rows : int
    groups : ndarray of shape (n_rows,) of int, or None
        Codes of what is resampled whole; None where every row is on its own.
    waves : SlowWaves or None
        None without a time.
    """

    n_rows: int
    groups: IntArray | None
    waves: SlowWaves | None

    @classmethod
    def of(cls, outcome: Outcome, groups: ArrayLike | None, time: ArrayLike | None) -> Sampling:
        """Read groups and times.

        Raises
        ------
        TableError
            If they have another length than the rows, a time is missing, or all are equal.
        """
        n_rows = len(outcome.outlier)
        codes = None if groups is None else row_codes("group", groups, n_rows)
        if codes is not None and codes.max() == 0:
            msg = "The groups must have at least 2 distinct values, found 1: nothing to resample."
            raise TableError(msg)
        if codes is not None and codes.max() == n_rows - 1:
            codes = None
        waves = None if time is None else SlowWaves.of(all_moments(time, n_rows), outcome.outlier)
        return cls(n_rows, codes, waves)

    @property
    def n_groups(self) -> int | None:
        """How many groups there are; None where every row is on its own."""
        return None if self.groups is None else int(self.groups.max()) + 1

    @property
    def largest_share(self) -> float:
        """Share of the rows that the largest group has."""
        return 0.0 if self.groups is None else float(np.bincount(self.groups).max()) / self.n_rows

    def weights(self, n_draws: int, rng: np.random.Generator) -> Iterator[Weights]:
        """Yield the weights of all resamples, and then of all waves, up and down."""
        yield from resample_counts(self.n_rows, n_draws, rng, self.groups)
        if self.waves is not None:
            for pair in self.waves.weights():
                yield from pair

    def draws(self, statistics: FloatArray) -> list[Draws]:
        """Sort out what came under the `weights`.

        Parameters
        ----------
        statistics : ndarray of shape (n_weights, n_statistics)

        Returns
        -------
        list of Draws
            One for each statistic.
        """
        if self.waves is None:
            return [Draws(one, n_groups=self.n_groups) for one in statistics.T]
        n_draws = len(statistics) - 2 * self.waves.n_waves
        up, down = statistics[n_draws::2], statistics[n_draws + 1 :: 2]
        moved = self.waves.derivative(up, down)
        return [
            Draws(one, wave, self.n_groups)
            for one, wave in zip(statistics[:n_draws].T, moved.T, strict=True)
        ]

    def moving_as(self, values: FloatArray, draws: Draws) -> Draws:
        """Allow for the slow movement of a row's own values, instead of that of the outliers.

        Predictions may be too high for months in which there are no more outliers than in
        others: a bias may move more slowly than the outlier rate does.

        Parameters
        ----------
        values : ndarray of shape (n_rows,)
        draws : Draws
            Of their mean.
        """
        if self.waves is None:
            return draws
        slower = self.waves.of_values(values).inflation / self.waves.inflation
        return replace(draws, waves=draws.waves * np.sqrt(slower))

    def standard_error(
        self, influence: FloatArray, waves: SlowWaves | None, confidence_level: float
    ) -> float:
        """Return the standard error of a mean, as `Draws.spread` does, without resamples.

        Parameters
        ----------
        influence : ndarray of shape (n_rows,)
            How far each row moves the mean, times `n_rows`; zero in sum.
        waves : SlowWaves or None
            Of what the mean is of.
        confidence_level : float
        """
        units = influence if self.groups is None else np.bincount(self.groups, influence)
        rows = (
            float(np.sqrt(units @ units))
            / self.n_rows
            * few_groups(self.n_groups, confidence_level)
        )
        if waves is None:
            return rows
        slow = float(np.sqrt(dependence(waves, influence))) * beyond_normal(
            waves.n_waves, confidence_level
        )
        return max(rows, slow)

    def design_effect(self, rate: Estimate, n_rows: int, taken: FloatArray) -> float:
        """Say how dependent some of the rows are, given how dependent all are.

        Rows hang together within their group or stretch of time; the fewer of it were taken,
        the less that matters (Kish 1965: 1 + (m - 1) rho for m rows of a cluster).

        Parameters
        ----------
        rate : Estimate
            The rate of all rows, with the number of independent rows it is worth.
        n_rows : int
        taken : ndarray of shape (n_rows,)
            How much of each row was taken.

        Returns
        -------
        float
            The design effect of a rate of the rows taken, at least 1.
        """
        overall = n_rows / (rate.n_effective or n_rows)
        everything = np.ones(n_rows)
        shares = [0.0]
        for unit in self._units():
            own = cluster_size(np.bincount(unit, taken)) - 1
            all_rows = cluster_size(np.bincount(unit, everything)) - 1
            if all_rows > 0:
                shares.append(float(np.clip(own / all_rows, 0.0, 1.0)))
        return 1 + (max(overall, 1.0) - 1) * max(shares)

    def skewness(self, outlier: BoolArray | FloatArray, taken: FloatArray) -> float:
        """Say how skewed a rate is because it rests on few groups or stretches.

        Parameters
        ----------
        outlier : ndarray of shape (n_rows,)
            Whether each row is an outlier, or any other event.
        taken : ndarray of shape (n_rows,)
            How much of each row was taken.

        Returns
        -------
        float
            The largest over the kinds of units, mended for the bias of few; 0 for many units.
        """
        found = 0.0
        rate = float(taken @ outlier / taken.sum())
        for unit in self._units():
            size, events = np.bincount(unit, taken), np.bincount(unit, taken * outlier)
            found = max(found, skewness_of_units(size, events, rate), key=abs)
        return found

    def _units(self) -> Iterator[IntArray]:
        if self.groups is not None:
            yield self.groups
        if self.waves is not None:
            yield (self.waves.position * STRETCHES).astype(np.intp)


def row_codes(what: str, values: ArrayLike, n_rows: int) -> IntArray:
    """Replace the values of a column beside the table by codes.

    Raises
    ------
    TableError
        If it has another length.
    """
    return groups_of(as_series(values, what, n_rows))


def cluster_size(size: FloatArray | IntArray) -> float:
    """Return how many rows the unit of a row has, on average over rows, by those of each unit."""
    return float(size @ size / size.sum())


def skewness_of_units(
    size: FloatArray | IntArray, events: FloatArray | IntArray, rate: float
) -> float:
    """Say how skewed a rate is because it rests on few units, mended for the bias of few.

    Parameters
    ----------
    size, events : ndarray of shape (n_units,)
        Rows and events of each.
    rate : float
        Of all of them.

    Returns
    -------
    float
        0 for many units, and for so few that nothing is known.
    """
    n_units = float(size.sum() ** 2 / (size @ size))
    beyond = events - rate * size
    variance = float(beyond @ beyond)
    if not (_LEAST_FOR_SKEWNESS <= n_units < _MANY_UNITS and variance > 0):
        return 0.0
    own = float((beyond**3).sum()) / variance**1.5
    return float(own * _SEEN_OF_SKEWNESS * np.sqrt(n_units * (n_units - 1)) / (n_units - 2))
