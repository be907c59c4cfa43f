"""Find slices that look worse on the older half, none of them told twice.

The slice with the strongest evidence is taken first; its rows are taken out for each measure by
which it looks worse, and the search goes on among the others (matching pursuit). So what is bad
only because a slice found before lies in it is not found again, be it a wider range, a neighbour or
one of its properties alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.slicing.cell_sums import CellSums
from qconf.slicing.looking import FEWEST_GROUPS
from qconf.slicing.properties import Condition, Property
from qconf.slicing.slices import Slice

__all__ = ["Older", "find_suspects", "n_candidates"]

#: So many slices are measured on the newer half because they looked worse.
_MOST = 10
#: Evidence, in standard errors, below which nothing looks worse.
_LEAST_EVIDENCE = 2.5
#: A slice of two properties must be worse than the rest of each of them by so many.
_BEYOND_PARENTS = 2.0
#: Of so many rows the variance is taken to be known beforehand: that of all rows.
_KNOWN_ROWS = 10.0
#: Slices that are nearly all rows are no slices.
_LARGEST_SHARE = 0.8
#: With groups, so many of the best are looked at again.
_LOOKED_AT_AGAIN = 40


@dataclass(frozen=True, eq=False)
class Older:
    """What is known of the older half.

    Attributes
    ----------
    properties : sequence of Property
    rows : ndarray of int
        Positions of the older rows.
    newer : ndarray of int
        Positions of the newer rows, of which the number in a slice is looked at and no more.
    excess : ndarray of shape (n_older, n_measures)
    two_sided : ndarray of shape (n_measures,), dtype bool
    groups : ndarray of shape (n_older,) of int, or None
    min_rows : int
    max_columns : {1, 2}
    """

    properties: Sequence[Property]
    rows: IntArray
    newer: IntArray
    excess: FloatArray
    two_sided: BoolArray
    groups: IntArray | None
    min_rows: int
    max_columns: int


@dataclass(frozen=True)
class _Candidate:
    evidence: float
    found: Slice
    measure: int


def find_suspects(older: Older) -> list[Slice]:
    """Find slices that look worse than expected.

    Parameters
    ----------
    older : Older

    Returns
    -------
    list of Slice
        The strongest evidence first; at most ten.
    """
    newer = CellSums(older.properties, older.newer, [], pairs=older.max_columns > 1)
    scans = [_Scan(older, newer, measure) for measure in range(older.excess.shape[1])]
    found: list[Slice] = []
    while len(found) < _MOST:
        best = max((scan.best() for scan in scans), key=lambda one: one.evidence)
        if best.evidence < _LEAST_EVIDENCE:
            break
        if best.found not in found:
            found.append(best.found)
        for scan in scans:
            if scan.measure == best.measure or scan.evidence_of(best.found) >= _LEAST_EVIDENCE:
                scan.explain(best.found)
    return found


def n_candidates(older: Older) -> int:
    """Return how many slices are searched, those with too few rows included."""
    each = np.array([len(one.conditions(i)) for i, one in enumerate(older.properties)])
    pairs = (each.sum() ** 2 - (each**2).sum()) // 2 if older.max_columns > 1 else 0
    return int(each.sum() + pairs)


class _Scan:
    """Evidence of all slices by one measure, from the sums over their cells."""

    def __init__(self, older: Older, newer: CellSums, measure: int) -> None:
        self.older, self.newer, self.measure = older, newer, measure
        self.excess = older.excess[:, measure]
        self.two_sided = bool(older.two_sided[measure])
        self.columns = [self.excess, self.excess**2]
        pairs = older.max_columns > 1
        self.sums = CellSums(older.properties, older.rows, self.columns, pairs=pairs)
        self.left = np.ones(len(older.rows), dtype=bool)
        self.variance = float(self.columns[1].mean())
        self.most = _LARGEST_SHARE * len(older.rows)
        self.conditions = [one.conditions(i) for i, one in enumerate(older.properties)]
        self.unions = [
            _unions(own, one.n_cells)
            for own, one in zip(self.conditions, older.properties, strict=True)
        ]
        # With groups the naive order is not the last word: more than the best of each is kept.
        self.kept = 1 if older.groups is None else 3
        self._best: _Candidate | None = None

    def best(self) -> _Candidate:
        """Return the slice with the strongest evidence among the rows that are left."""
        if self._best is None:
            candidates = sorted(self._candidates(), key=lambda one: -one.evidence)
            if self.older.groups is not None:
                again = [
                    _Candidate(self.evidence_of(one.found), one.found, self.measure)
                    for one in candidates[:_LOOKED_AT_AGAIN]
                ]
                candidates = sorted(again, key=lambda one: -one.evidence)
            self._best = candidates[0] if candidates else _Candidate(-np.inf, Slice(()), -1)
        return self._best

    def explain(self, found: Slice) -> None:
        """Take the rows of a slice out."""
        gone = self.left & found.holds(self.older.properties, self.older.rows)
        self.sums.without(self.older.rows[gone], [one[gone] for one in self.columns])
        self.left &= ~gone
        self._best = None

    def evidence_of(self, found: Slice) -> float:
        """Return the evidence of one slice, of groups if it is they that are independent."""
        inside = self.left & found.holds(self.older.properties, self.older.rows)
        if not inside.any():
            return -np.inf
        beyond = self.excess[inside] - self.excess[self.left].mean()
        mean = float(beyond.mean())
        by_unit = beyond - mean
        if self.older.groups is not None:
            groups = self.older.groups[inside]
            if np.count_nonzero(np.bincount(groups)) < FEWEST_GROUPS:
                return -np.inf
            by_unit = np.bincount(groups, by_unit)
        variance = float(by_unit @ by_unit)
        evidence = mean * len(beyond) / np.sqrt(variance) if variance > 0 else 0.0
        return abs(evidence) if self.two_sided else evidence

    def _candidates(self) -> Iterator[_Candidate]:
        """Yield the best slices of each property and of each pair."""
        left = self.sums.single[0].sum(axis=1)
        # Slices found before have raised or lowered the mean of all rows: it is no news of others.
        self.centre = float(left[1] / max(left[0], 1.0))
        for number in range(len(self.older.properties)):
            yield from self._of_one(number)
        for a, b in self.sums.pair:
            yield from self._of_two(a, b)

    def _of_one(self, number: int) -> Iterator[_Candidate]:
        union = self.unions[number]
        own, newer = self.sums.single[number] @ union.T, self.newer.single[number] @ union.T
        for evidence, at in self._best_of(self._evidence(own, newer[0])):
            yield _Candidate(evidence, Slice((self.conditions[number][at[0]],)), self.measure)

    def _of_two(self, a: int, b: int) -> Iterator[_Candidate]:
        left, right = self.unions[a], self.unions[b]
        own = left @ self.sums.pair[a, b] @ right.T
        newer = left @ self.newer.pair[a, b] @ right.T
        evidence = self._evidence(own, newer[0])
        of_a = (self.sums.single[a] @ left.T)[:, :, None]
        of_b = (self.sums.single[b] @ right.T)[:, None, :]
        for parent in (of_a, of_b):
            evidence[self._contrast(own, parent - own) < _BEYOND_PARENTS] = -np.inf
        for one, at in self._best_of(evidence):
            both = Slice((self.conditions[a][at[0]], self.conditions[b][at[1]]))
            yield _Candidate(one, both, self.measure)

    def _evidence(self, own: FloatArray, newer: FloatArray) -> FloatArray:
        """Return excesses in standard errors, where there are enough rows in both halves."""
        excess, variance = self._moments(own)
        found = excess / np.sqrt(variance)
        if self.two_sided:
            found = np.abs(found)
        least = self.older.min_rows
        found[(own[0] < least) | (newer < least) | (own[0] > self.most)] = -np.inf
        return found

    def _contrast(self, own: FloatArray, rest: FloatArray) -> FloatArray:
        """Return by how many standard errors slices are worse than the rest of a parent."""
        here, own_variance = self._moments(own)
        there, rest_variance = self._moments(rest)
        apart = (here - there) / np.sqrt(own_variance + rest_variance)
        if self.two_sided:
            apart *= np.sign(here)  # away from zero is worse
        apart[rest[0] < 1] = -np.inf
        return apart

    def _moments(self, own: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean excesses, and their variances."""
        count = np.maximum(own[0], 1.0)
        mean = own[1] / count
        within = np.maximum(own[2] - own[1] * mean, 0.0) + _KNOWN_ROWS * self.variance
        variance = np.maximum(within / (count + _KNOWN_ROWS) / count, np.finfo(float).tiny)
        return mean - self.centre, variance

    def _best_of(self, evidence: FloatArray) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Yield the best slices of a pair with their places, if they look worse at all."""
        few = (
            [int(evidence.argmax())]
            if self.kept == 1
            else np.argsort(-evidence, axis=None, kind="stable")[: self.kept]
        )
        for place in few:
            at = tuple(int(one) for one in np.unravel_index(place, evidence.shape))
            if evidence[at] >= _LEAST_EVIDENCE:
                yield float(evidence[at]), at


def _unions(conditions: Sequence[Condition], n_cells: int) -> FloatArray:
    """Return which cells each condition holds, as 0 and 1."""
    held = np.zeros((len(conditions), n_cells))
    for number, one in enumerate(conditions):
        held[number, one.first : one.last + 1] = 1.0
    return held
