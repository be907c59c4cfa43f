"""Every measure under every weight, and the intervals that makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.avm.intervals import rooted, skewed_estimate
from qconf.avm.measures import MeanOf, Measure
from qconf.avm.valued_rows import Times, ValuedRows
from qconf.core.blas import one_blas_thread
from qconf.core.estimate import Estimate
from qconf.core.threads import threads_for
from qconf.evaluation.rate_intervals import rate_estimate
from qconf.evaluation.resampling import Draws
from qconf.evaluation.sampling import Sampling

__all__ = ["Measurement"]

#: Resamples whose sums are made at once: one walk through the columns serves them all.
_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured, and what it might have been.

    Attributes
    ----------
    rows : ValuedRows
    valued : ndarray of shape (n_rows,), dtype bool
        Which rows of the table have a value; only these are in `rows`.
    sampling : Sampling
    confidence_level : float
    found : dict of Measure to (float, Draws)
    """

    rows: ValuedRows
    valued: BoolArray
    sampling: Sampling
    confidence_level: float
    found: dict[Measure, tuple[float, Draws]]

    @classmethod
    def of(
        cls,
        measures: Iterable[Measure],
        rows: ValuedRows,
        valued: BoolArray,
        sampling: Sampling,
        *,
        n_resamples: int,
        rng: np.random.Generator,
        confidence_level: float,
    ) -> Measurement:
        """Sum up the rows under the weights of the sampling."""
        asked = list(dict.fromkeys(measures))
        summary = _Summary.of(asked, rows, valued)
        with one_blas_thread():
            values = summary.under([np.ones(len(valued), dtype=np.uint8)])[0]
            told = list(_side_by_side(summary, map(_small, sampling.weights(n_resamples, rng))))
        both = zip(values, sampling.draws(np.array(told)), strict=True)
        found = dict(zip(asked, both, strict=True))
        return cls(rows, valued, sampling, confidence_level, found)

    def estimate(self, measure: Measure) -> Estimate:
        """Return a measure with its interval."""
        value, draws = self.found[measure]
        # Resamples without a member tell nothing.
        draws = replace(draws, resamples=draws.resamples[np.isfinite(draws.resamples)])
        linearized = None if measure.is_share else self._linearized(measure)
        if self.sampling.waves is not None:
            moves = self._linearized(measure) if linearized is None else linearized
            draws = self.sampling.moving_as(moves, draws)
        if linearized is None:
            return self._rate(cast("MeanOf", measure), value, draws)
        groups = self.sampling.groups
        units: FloatArray = (
            linearized if groups is None else np.bincount(groups, linearized).astype(np.float64)
        )
        told = skewed_estimate(value, draws, self.confidence_level, measure.bounds, units)
        return rooted(told) if isinstance(measure, MeanOf) and measure.root else told

    def _rate(self, measure: MeanOf, value: float, draws: Draws) -> Estimate:
        taken = measure.members.astype(np.float64)
        if self.sampling.groups is not None:
            own = int((np.bincount(self.sampling.groups, taken) > 0).sum())
            draws = replace(draws, n_groups=max(own, 2))
        return rate_estimate(
            value,
            float(taken.sum()),
            draws,
            self.confidence_level,
            self._design_effect(measure.whole, taken),
            self.sampling.skewness(measure.values, taken),
        )

    def _design_effect(self, whole: MeanOf | None, taken: FloatArray) -> float:
        """Say how dependent some rows are, as the whole shows that they are a part of."""
        if whole is None:
            return 1.0
        seen, n_rows = self.estimate(whole), len(self.valued)
        n_whole = float(whole.members.sum())
        # As if the rest of the table were like the rows that the whole is of.
        worth = (seen.n_effective or n_whole) * n_rows / n_whole
        return self.sampling.design_effect(replace(seen, n_effective=worth), n_rows, taken)

    def _linearized(self, measure: Measure) -> FloatArray:
        if isinstance(measure, MeanOf):
            return measure.linearized()
        every = np.zeros(len(self.valued))
        own = measure.linearized(self.rows)
        # Rows that do not move it at all, as those of other bands, stay at zero.
        moves = own != 0
        every[self.valued] = own - np.where(moves, own[moves].mean() if moves.any() else 0.0, 0.0)
        return every


class _Columns:
    """Columns to be summed up, each once."""

    def __init__(self) -> None:
        self._place: dict[tuple[int, int], int] = {}
        self._of: list[tuple[BoolArray, FloatArray | BoolArray | None]] = []

    def place(self, members: BoolArray, values: FloatArray | BoolArray | None = None) -> int:
        """Return where the members are counted, or where their values are summed up."""
        key = id(members), id(values)
        if key not in self._place:
            self._place[key] = len(self._of)
            self._of.append((members, values))
        return self._place[key]

    def matrix(self) -> FloatArray:
        """Write the columns side by side."""
        matrix = np.empty((len(self._of[0][0]), len(self._of)), order="F")
        for number, (members, values) in enumerate(self._of):
            if values is None:
                matrix[:, number] = members
            else:
                np.multiply(members, values, out=matrix[:, number])
        return matrix


@dataclass(frozen=True, eq=False)
class _Summary:
    """How measures are summed up: means by one product of matrices, the others one by one."""

    measures: list[Measure]
    columns: FloatArray
    above: list[int]
    below: list[int]
    rows: ValuedRows
    places: NDArray[np.uint32]

    @classmethod
    def of(cls, measures: list[Measure], rows: ValuedRows, valued: BoolArray) -> _Summary:
        """Lay out the columns of the means."""
        # Positions take a third of the time that a mask takes.
        places = np.flatnonzero(valued).astype(np.uint32)
        columns = _Columns()
        means = [one for one in measures if isinstance(one, MeanOf)]
        below = [columns.place(one.members) for one in means]
        above = [columns.place(one.members, one.values) for one in means]
        return cls(measures, columns.matrix(), above, below, rows, places)

    def under(self, weights: Sequence[Times]) -> list[list[float]]:
        """Return each measure under each of some weights."""
        times = np.empty((len(weights), len(self.columns)))
        for row, one in zip(times, weights, strict=True):
            row[:] = one
        sums = times @ self.columns
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums[:, self.above] / sums[:, self.below]
        others = map(self._others, weights)
        return [self._merged(one, rest) for one, rest in zip(means, others, strict=True)]

    def _others(self, weights: Times) -> list[float]:
        everyone = len(self.places) == len(weights)
        under = self.rows.under(weights if everyone else weights[self.places])
        return [one.of(under) for one in self.measures if not isinstance(one, MeanOf)]

    def _merged(self, means: FloatArray, others: Sequence[float]) -> list[float]:
        mean, other = iter(means.tolist()), iter(others)
        return [next(mean if isinstance(one, MeanOf) else other) for one in self.measures]


def _small(weights: Times) -> Times:
    """Keep counts in as few bytes as they need: they are read in many orders."""
    if weights.dtype.kind == "f":
        return weights
    small: Times = weights.astype(np.uint8 if weights.max() < 256 else np.intp)  # noqa: PLR2004
    return small


def _side_by_side(summary: _Summary, weights: Iterator[Times]) -> Iterator[list[float]]:
    """Sum up under one batch of weights after the other, as many at once as there are threads."""
    n_threads = threads_for(len(summary.columns))
    with ThreadPoolExecutor(n_threads) as pool:
        mapped: Callable[..., Iterable[list[list[float]]]] = pool.map if n_threads > 1 else map
        # No more than these are ever held: all at once would be gigabytes.
        while batches := list(islice(_batches(weights), n_threads)):
            for told in mapped(summary.under, batches):
                yield from told


def _batches(weights: Iterator[Times]) -> Iterator[list[Times]]:
    while some := list(islice(weights, _AT_ONCE)):
        yield some
