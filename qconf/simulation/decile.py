"""Sum up the safest share of the rows, with an interval."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.compiled import compiled
from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate
from qconf.simulation.result import Segment
from qconf.simulation.world import ARCHETYPES, World

__all__ = ["describe", "safest_rows"]

Floats: TypeAlias = NDArray[np.floating]

_95_PERCENT = 1.959964
_SAMPLE = 20_000


def safest_rows(score: Floats, seed: int, fraction: float = 0.1) -> IntArray:
    """Choose the rows with the lowest scores; ties are broken at random.

    Parameters
    ----------
    score : ndarray of shape (n_rows,)
        Lower is more confident.
    seed : int
    fraction : float, default=0.1

    Returns
    -------
    ndarray of int
        Positions of the safest `fraction` of the rows, in no order; at least one row.
    """
    wanted = accepted_rows(fraction, len(score))
    candidates = _candidates(score, wanted)
    theirs = score[candidates]
    cut_off = np.partition(theirs, wanted - 1)[wanted - 1]
    below, tied = candidates[theirs < cut_off], candidates[theirs == cut_off]
    chosen = np.random.default_rng(seed).choice(tied, wanted - len(below), replace=False)
    return np.concatenate([below, chosen])


def _candidates(score: Floats, wanted: int) -> IntArray:
    """Return rows that are sure to hold the safest: a sample tells below what score they are."""
    sample = np.sort(score[:: max(1, len(score) // _SAMPLE)])
    place = min(len(sample) - 1, int(1.2 * wanted * len(sample) / len(score)) + 10)
    candidates = np.flatnonzero(score <= sample[place])
    return candidates if len(candidates) >= wanted else np.arange(len(score))


def describe(
    estimator: str, rows: IntArray | None, world: World, residual: Floats, threshold: float
) -> Segment:
    """Sum up some rows, or all of them.

    The interval is Wilson's (1927, Journal of the American Statistical Association 22) for as
    many independent rows as the rate is worth: rows of one group have the same sigma, and are
    outliers together.
    """
    if rows is not None:
        residual, group = residual[rows], world.group[rows]
    else:
        group = world.group
    outliers, houses = np.zeros((2, world.n_groups))
    mae = _tally(group, residual, threshold, outliers, houses) / len(group)
    rate = float(outliers.sum()) / len(group)
    beyond = outliers - rate * houses
    share = houses.reshape(-1, len(ARCHETYPES)).sum(axis=0) / len(group)
    return Segment(
        estimator=estimator,
        rows=len(group),
        outlier_rate=_wilson(rate, len(group), float(beyond @ beyond) / len(group) ** 2),
        mae=mae,
        composition={one.name: float(share[i]) for i, one in enumerate(ARCHETYPES)},
    )


@compiled
def _tally(
    group: NDArray[np.int32],
    residual: Floats,
    threshold: float,
    outliers: FloatArray,
    houses: FloatArray,
) -> float:
    """Count outliers and houses by group; return the sum of absolute errors."""
    total = 0.0
    for row in range(len(group)):
        size = abs(residual[row])
        total += size
        houses[group[row]] += 1.0
        if size > threshold:
            outliers[group[row]] += 1.0
    return total


def _wilson(rate: float, rows: int, variance: float) -> Estimate:
    independent = rate * (1 - rate) / variance if variance > 0 else np.inf
    n = min(float(rows), independent)
    z = _95_PERCENT
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Estimate(rate, (max(0.0, float(centre - reach)), min(1.0, float(centre + reach))))
