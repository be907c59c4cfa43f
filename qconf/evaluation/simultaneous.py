"""Several intervals that hold at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.stats import norm

from qconf.evaluation.resampling import Draws

__all__ = ["joint_confidence_level", "simultaneous_level"]


def simultaneous_level(draws: Sequence[Draws], confidence_level: float) -> float:
    """Return at which level each interval is to be told, so that all hold at once.

    What the furthest of all statistics does in the resamples, in units of its own spread, is
    what each has to allow for (the maximum of all t: Hothorn, Bretz & Westfall 2008, Biometrical
    Journal 50(3)), but no more than if they had nothing to do with each other (Šidák).

    Parameters
    ----------
    draws : sequence of Draws
        Of each statistic, in the same resamples.
    confidence_level : float
        At which all intervals together are to hold.

    Returns
    -------
    float
        At least `confidence_level`.
    """
    apart = []
    for one in draws:
        spread = float(np.std(one.resamples))
        if spread > 0:
            apart.append(np.abs(one.resamples - one.resamples.mean()) / spread)
    # One that never moves is one that no resample knows anything of: Šidák's is for it too.
    strictest = float(confidence_level ** (1 / max(len(draws), 1)))
    if len(apart) < len(draws) or len(apart) <= 1:
        return strictest
    reached = 2 * norm.cdf(np.quantile(np.max(apart, axis=0), confidence_level)) - 1
    return float(np.clip(reached, confidence_level, strictest))


def joint_confidence_level(draws: Sequence[Draws], confidence_level: float) -> float:
    """Return at which level each difference is to be told, so that all hold at once.

    The best of several was chosen by the very numbers it is compared on: of five that are
    equally good one always looks best, and some pair always looks furthest apart. What the
    furthest of all pairs does in the resamples, in units of its own spread, is what a
    difference has to be held against (the maximum of all t, as in Hothorn, Bretz & Westfall
    2008, Biometrical Journal 50(3); the range statistic of the model confidence set of Hansen,
    Lunde & Nason 2011, Econometrica 79(2)).

    Parameters
    ----------
    draws : sequence of Draws
        Of one statistic of each competitor, in the same resamples.
    confidence_level : float
        At which all intervals together are to hold.

    Returns
    -------
    float
        At least `confidence_level`; `confidence_level` itself for two competitors, or one.
    """
    furthest = np.zeros(0)
    n_pairs = 0
    for one, other in combinations(draws, 2):
        difference = one.resamples - other.resamples
        spread = float(np.std(difference))
        if spread > 0:
            apart = np.abs(difference - difference.mean()) / spread
            furthest = np.maximum(furthest, apart) if n_pairs else apart
            n_pairs += 1
    if n_pairs <= 1:
        return confidence_level
    # Never further than for pairs that have nothing to do with each other (Šidák).
    reached = 2 * norm.cdf(np.quantile(furthest, confidence_level)) - 1
    return float(np.clip(reached, confidence_level, confidence_level ** (1 / n_pairs)))
