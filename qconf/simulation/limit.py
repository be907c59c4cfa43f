"""What no estimator can beat: the exact probability of an outlier, given a group's history."""

from __future__ import annotations

from math import erfc, exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.compiled import compiled, inlined, prefetch
from qconf.simulation.world import ARCHETYPES, World

__all__ = ["outlier_probability"]

#: A sigma that is less probable than this, against the best one, needs no look.
_NEGLIGIBLE = 1e-12
_LOOK_AHEAD = 8
_COUNT, _MEAN, _SQUARES = 0, 1, 2


def outlier_probability(world: World, prediction: FloatArray, threshold: float) -> FloatArray:
    """Tell for each row, from earlier rows of its group, how likely its prediction is an outlier.

    By Bayes' rule, with everything about the world known that the estimators do not know: that
    group means are Normal with this spread, that there are these sigmas, equally many of each.
    (How large a group will become says nothing of its sigma, so the history is all there is.)
    Rows in the order of this probability have fewer outliers among the first than in any other
    order that the past allows, on average.

    Parameters
    ----------
    world : World
    prediction : ndarray of shape (n_rows,)
        Each made from earlier rows only.
    threshold : float

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    variances = np.array(sorted({one.sigma**2 for one in ARCHETYPES}))
    probability = np.empty(len(world.group))
    _outlier_probability(
        world.group,
        world.value,
        prediction,
        np.zeros((world.n_groups, 3)),
        world.group_mean_sd**2,
        variances,
        np.log(variances),
        threshold,
        np.empty(len(variances)),
        probability,
    )
    return probability


@compiled
def _outlier_probability(
    group: NDArray[np.int32],
    value: FloatArray,
    prediction: FloatArray,
    history: FloatArray,
    spread: float,
    variances: FloatArray,
    log_variances: FloatArray,
    threshold: float,
    fit: FloatArray,
    probability: FloatArray,
) -> None:
    """Use each row's history (number, mean, squares about the mean), then add the row to it."""
    for row in range(len(group)):
        g = group[row]
        if row + _LOOK_AHEAD < len(group):
            prefetch(history, np.intp(group[row + _LOOK_AHEAD]), 0)
        n, mean, squares = history[g, _COUNT], history[g, _MEAN], history[g, _SQUARES]
        best = -inf
        for k in range(len(variances)):
            about_mean = n * spread + variances[k]
            fit[k] = (1.0 - n) * log_variances[k] - log(about_mean)
            fit[k] -= squares / variances[k] + n * mean**2 / about_mean
            best = max(best, fit[k])
        total, outside = 0.0, 0.0
        for k in range(len(variances)):
            weight = exp(0.5 * (fit[k] - best))
            total += weight
            if weight > _NEGLIGIBLE:
                # Given sigma, the group's mean is Normal, and so is the next value.
                sure = spread / (n * spread + variances[k])
                sd = sqrt(variances[k] + variances[k] * sure)
                error = prediction[row] - n * mean * sure
                outside += weight * (_above(threshold - error, sd) + _above(threshold + error, sd))
        probability[row] = outside / total
        history[g, _COUNT] = n + 1.0
        history[g, _MEAN] = mean + (value[row] - mean) / (n + 1.0)
        history[g, _SQUARES] = squares + (value[row] - mean) ** 2 * n / (n + 1.0)


@inlined
def _above(distance: float, sd: float) -> float:
    """Return the probability that a centred Normal is above a distance."""
    return 0.5 * erfc(distance / (sd * sqrt(2.0)))
