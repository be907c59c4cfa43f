"""Tell each trouble once: which of the slices that are worse say something new.

The strongest is told first. Any other one is told if it is still worse without the rows of those
that were told before; else it is *explained* by them. A slice of two properties is told only if it
is worse than the rest of each property that is worse by itself; else that property is told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf._types import BoolArray
from qconf.slicing.figures import WORSE, Figure
from qconf.slicing.influence import Newer
from qconf.slicing.slices import Slice

__all__ = ["merged"]

#: A part of a slice is worse than the rest of it if by more standard errors than this.
_WORSE_THAN_REST = 1.645


class _Rest:
    """What is left of the rows, for each measure: those of slices told are gone."""

    def __init__(self, newer: Newer) -> None:
        self.newer = newer
        self.left = np.ones(newer.excess.shape, dtype=bool)

    def explain(self, inside: BoolArray, figures: Sequence[Figure]) -> None:
        """Take out the rows of a slice for the measures by which it is worse."""
        for measure, one in enumerate(figures):
            if one.verdict == WORSE:
                self.left[inside, measure] = False

    def moments(self, inside: BoolArray, measure: int) -> tuple[float, float]:
        """Return the mean excess of some of the rows left over all of these, and its variance.

        Slices told before have raised or lowered the mean of all rows: that is no news of others.
        """
        excess = self.newer.excess[inside, measure]
        excess = excess - self.newer.excess[self.left[:, measure], measure].mean()
        beyond = excess - excess.mean()
        by_unit = np.bincount(self.newer.units[inside], beyond)
        return float(excess.mean()), float(by_unit @ by_unit) / len(excess) ** 2


def merged(
    slices: Sequence[Slice],
    inside: Sequence[BoolArray],
    figures: Sequence[Sequence[Figure]],
    newer: Newer,
    quantile: float,
    min_rows: int,
) -> tuple[list[int], dict[int, int]]:
    """Choose which slices that are worse are told.

    Parameters
    ----------
    slices, inside, figures : sequences of the same length
    newer : Newer
    quantile : float
        How many standard errors make what is left of a slice worse.
    min_rows : int
        Fewer rows that are left are not worth a line.

    Returns
    -------
    told : list of int
        Positions in `slices`, the strongest first.
    explained : dict of int to int
        For each other slice that is worse, by which of those told.
    """
    rest = _Rest(newer)
    waiting = {i for i, own in enumerate(figures) if any(one.verdict == WORSE for one in own)}
    told: list[int] = []
    while waiting:
        strength = {i: _strength(rest, inside[i], figures[i], min_rows) for i in waiting}
        strongest = max(sorted(waiting), key=lambda i: strength[i])
        if told and strength[strongest] <= quantile:
            break
        chosen = _parent_instead(rest, slices, inside, figures, strongest, waiting)
        told.append(chosen)
        waiting -= {chosen}
        rest.explain(inside[chosen], figures[chosen])
    return told, {i: _explaining(inside, figures, told, i) for i in sorted(waiting)}


def _strength(rest: _Rest, inside: BoolArray, figures: Sequence[Figure], min_rows: int) -> float:
    """Return by how many standard errors the rest of a slice is worse, where the slice was."""
    found = [0.0]
    for measure, one in enumerate(figures):
        own = inside & rest.left[:, measure]
        if one.verdict != WORSE or own.sum() < min_rows:
            continue
        excess, variance = rest.moments(own, measure)
        # In the direction in which all of the slice was worse, by no less of an error.
        towards = excess * np.sign(one.estimate.value - one.expected)
        error = max(np.sqrt(variance), one.standard_error)
        found.append(towards / error if error > 0 else 0.0)
    return max(found)


def _parent_instead(
    rest: _Rest,
    slices: Sequence[Slice],
    inside: Sequence[BoolArray],
    figures: Sequence[Sequence[Figure]],
    child: int,
    waiting: set[int],
) -> int:
    """Return a slice of one property in the stead of one of two that is not worse than it."""
    for parent in slices[child].parents:
        place = next((i for i in waiting if slices[i] == parent), None)
        if place is not None and not _is_worse_than_rest(rest, inside, figures, child, place):
            return place
    return child


def _is_worse_than_rest(
    rest: _Rest,
    inside: Sequence[BoolArray],
    figures: Sequence[Sequence[Figure]],
    child: int,
    parent: int,
) -> bool:
    for measure, one in enumerate(figures[child]):
        left = rest.left[:, measure]
        own, others = inside[child] & left, inside[parent] & ~inside[child] & left
        if one.verdict != WORSE or not own.any() or not others.any():
            continue
        (here, here_variance), (there, there_variance) = (
            rest.moments(rows, measure) for rows in (own, others)
        )
        apart = (here - there) * np.sign(one.estimate.value - one.expected)
        if apart > _WORSE_THAN_REST * np.sqrt(here_variance + there_variance):
            return True
    return False


def _explaining(
    inside: Sequence[BoolArray], figures: Sequence[Sequence[Figure]], told: Sequence[int], i: int
) -> int:
    """Return which of the slices told shares the most rows, of those worse by the same measure."""
    worse = {one.metric for one in figures[i] if one.verdict == WORSE}
    alike = [
        one for one in told if any(f.verdict == WORSE and f.metric in worse for f in figures[one])
    ]
    return max(alike or told, key=lambda one: int((inside[i] & inside[one]).sum()))
