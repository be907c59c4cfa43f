"""Find slices that look worse on the older half, none of them told twice.

The slice with the strongest evidence is taken first; its rows are taken out, and the search goes
on among the others (matching pursuit). So what is bad only because a slice found before lies in it
is not found again, be it a wider range, a neighbour or one of its properties alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.slicing.cell_sums import CellSums
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
#: With groups, so many of the best are looked at again, and fewer groups than this tell nothing.
_LOOKED_AT_AGAIN, _FEWEST_GROUPS = 40, 10


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
    columns = [column for one in older.excess.T for column in (one, one**2)]
    pairs = older.max_columns > 1
    sums = CellSums(older.properties, older.rows, columns, pairs=pairs)
    newer = CellSums(older.properties, older.newer, [], pairs=pairs)
    left = np.ones(len(older.rows), dtype=bool)
    found: list[Slice] = []
    while len(found) < _MOST:
        best = _best(older, sums, newer, left)
        if best is None:
            break
        found.append(best)
        gone = left & best.holds(older.properties, older.rows)
        sums.without(older.rows[gone], [one[gone] for one in columns])
        left &= ~gone
    return found


def n_candidates(older: Older) -> int:
    """Return how many slices are searched, those with too few rows included."""
    each = np.array([len(one.conditions(i)) for i, one in enumerate(older.properties)])
    pairs = (each.sum() ** 2 - (each**2).sum()) // 2 if older.max_columns > 1 else 0
    return int(each.sum() + pairs)


def _best(older: Older, sums: CellSums, newer: CellSums, left: BoolArray) -> Slice | None:
    """Return the slice with the strongest evidence among the rows that are left."""
    candidates = sorted(_candidates(older, sums, newer), key=lambda one: -one.evidence)
    if older.groups is not None:
        candidates = [
            _Candidate(_by_groups(older, older.groups, one, left), one.found, one.measure)
            for one in candidates[:_LOOKED_AT_AGAIN]
        ]
        candidates.sort(key=lambda one: -one.evidence)
    if not candidates or candidates[0].evidence < _LEAST_EVIDENCE:
        return None
    return candidates[0].found


def _candidates(older: Older, sums: CellSums, newer: CellSums) -> Iterator[_Candidate]:
    """Yield the best slices of each property and of each pair."""
    scan = _Scan(older, sums, newer)
    for number in range(len(older.properties)):
        yield from scan.of_one(number)
    for a, b in sums.pair:
        yield from scan.of_two(a, b)


class _Scan:
    """Evidence of all slices, from the sums over their cells."""

    def __init__(self, older: Older, sums: CellSums, newer: CellSums) -> None:
        self.older, self.sums, self.newer = older, sums, newer
        self.variance = (older.excess**2).mean(axis=0)
        left = sums.single[0].sum(axis=1)
        # Slices found before have raised or lowered the mean of all rows: it is no news of others.
        self.centre = left[1::2] / max(left[0], 1.0)
        self.most = _LARGEST_SHARE * len(older.rows)
        self.conditions = [one.conditions(i) for i, one in enumerate(older.properties)]
        self.unions = [
            _unions(own, one.n_cells)
            for own, one in zip(self.conditions, older.properties, strict=True)
        ]
        # With groups the naive order is not the last word: more than the best of each is kept.
        self.kept = 1 if older.groups is None else 3

    def of_one(self, number: int) -> Iterator[_Candidate]:
        union = self.unions[number]
        own, newer = self.sums.single[number] @ union.T, self.newer.single[number] @ union.T
        evidence = self._evidence(own, self._allowed(own[0], newer[0]))
        for measure, at in self._best_of(evidence):
            slice_ = Slice((self.conditions[number][at[0]],))
            yield _Candidate(float(evidence[measure][at]), slice_, measure)

    def of_two(self, a: int, b: int) -> Iterator[_Candidate]:
        left, right = self.unions[a], self.unions[b]
        own = left @ self.sums.pair[a, b] @ right.T
        newer = left @ self.newer.pair[a, b] @ right.T
        evidence = self._evidence(own, self._allowed(own[0], newer[0]))
        of_a = (self.sums.single[a] @ left.T)[:, :, None]
        of_b = (self.sums.single[b] @ right.T)[:, None, :]
        for parent in (of_a, of_b):
            beyond = self._contrast(own, parent - own)
            evidence[beyond < _BEYOND_PARENTS] = -np.inf
        for measure, at in self._best_of(evidence):
            slice_ = Slice((self.conditions[a][at[0]], self.conditions[b][at[1]]))
            yield _Candidate(float(evidence[measure][at]), slice_, measure)

    def _allowed(self, count: FloatArray, newer: FloatArray) -> BoolArray:
        least = self.older.min_rows
        allowed: BoolArray = (count >= least) & (newer >= least) & (count <= self.most)
        return allowed

    def _evidence(self, own: FloatArray, allowed: BoolArray) -> FloatArray:
        """Return the excess in standard errors, one below the other by measure."""
        excess, variance = self._moments(own)
        found = excess / np.sqrt(variance)
        found[self.older.two_sided] = np.abs(found[self.older.two_sided])
        found[:, ~allowed] = -np.inf
        return found

    def _contrast(self, own: FloatArray, rest: FloatArray) -> FloatArray:
        """Return by how many standard errors slices are worse than the rest of a parent."""
        here, own_variance = self._moments(own)
        there, rest_variance = self._moments(rest)
        apart = (here - there) / np.sqrt(own_variance + rest_variance)
        two_sided = self.older.two_sided
        # Away from zero is worse.
        apart[two_sided] = (apart * np.sign(here))[two_sided]
        apart[:, rest[0] < 1] = -np.inf
        return apart

    def _moments(self, own: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean excesses, and their variances."""
        count = np.maximum(own[0], 1.0)
        total, squares = own[1::2], own[2::2]
        mean = total / count
        prior, centre = (
            one.reshape(-1, *[1] * (own.ndim - 1)) for one in (self.variance, self.centre)
        )
        within = np.maximum(squares - total * mean, 0.0) + _KNOWN_ROWS * prior
        variance = np.maximum(within / (count + _KNOWN_ROWS) / count, np.finfo(float).tiny)
        return mean - centre, variance

    def _best_of(self, evidence: FloatArray) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield measure and place of the best slices of a pair, if they look worse at all."""
        for measure, own in enumerate(evidence):
            for place in np.argsort(-own, axis=None, kind="stable")[: self.kept]:
                at = tuple(int(one) for one in np.unravel_index(place, own.shape))
                if own[at] >= _LEAST_EVIDENCE:
                    yield measure, at


def _unions(conditions: Sequence[Condition], n_cells: int) -> FloatArray:
    """Return which cells each condition holds, as 0 and 1."""
    held = np.zeros((len(conditions), n_cells))
    for number, one in enumerate(conditions):
        held[number, one.first : one.last + 1] = 1.0
    return held


def _by_groups(older: Older, groups: IntArray, candidate: _Candidate, left: BoolArray) -> float:
    """Return the evidence of a slice if groups, and not rows, are what is independent."""
    inside = left & candidate.found.holds(older.properties, older.rows)
    if np.count_nonzero(np.bincount(groups[inside])) < _FEWEST_GROUPS:
        return -np.inf
    excess = older.excess[inside, candidate.measure]
    excess = excess - older.excess[left, candidate.measure].mean()
    mean = float(excess.mean())
    by_group = np.bincount(groups[inside], excess - mean)
    variance = float(by_group @ by_group)
    evidence = mean * len(excess) / np.sqrt(variance) if variance > 0 else 0.0
    return abs(evidence) if older.two_sided[candidate.measure] else evidence
