"""The Gamma deviance with log link, as an objective of boosting by Fisher scoring.

Engines take Newton steps: they divide the sum of gradients, ``1 - y / f`` a row, by that of second
derivatives, ``y / f``. Where targets are far below what is predicted of them that is almost
nothing, and two things go wrong in just the rows that matter most here, those of small errors.
Steps there have no limit. And LightGBM tells how many rows a leaf would have from its share of
the second derivatives, so that a level of small errors looks like one of few rows: a third of all
rows whose errors are a sixth of the others' was never split off. The expected second derivative
is 1 in every row: leaves hold as many rows as was asked for, and steps down are at most the
learning rate. See ``docs/decisions/0050-fisher-scoring.md``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray

__all__ = ["LARGEST_STEP", "gamma_deviance", "gamma_gradients"]

#: Of a leaf, before it is multiplied with the learning rate. Only leaves whose targets are on
#: average five times what was predicted would take a larger one, and overshoot.
LARGEST_STEP = 4.0


def gamma_gradients(log_predicted: FloatArray, rows: Any) -> tuple[FloatArray, FloatArray]:
    """Return gradients of the Gamma deviance by log predictions, and expected second derivatives.

    Parameters
    ----------
    log_predicted : ndarray of shape (n_samples,)
    rows : lightgbm.Dataset
        With labels above zero, and with weights or without.

    Returns
    -------
    gradients, second_derivatives : ndarray of shape (n_samples,)
    """
    gradients = 1.0 - rows.get_label() * np.exp(-log_predicted)
    weights = rows.get_weight()
    if weights is None:
        return gradients, np.ones_like(gradients)
    return gradients * weights, np.asarray(weights, dtype=np.float64)


def gamma_deviance(log_predicted: FloatArray, rows: Any) -> tuple[str, float, bool]:
    """Measure what early stopping goes by: half the Gamma deviance, up to a constant.

    Parameters
    ----------
    log_predicted : ndarray of shape (n_samples,)
    rows : lightgbm.Dataset

    Returns
    -------
    name : str
    mean : float
    higher_is_better : bool
    """
    labels: NDArray[np.float32] = rows.get_label()
    losses = labels * np.exp(-log_predicted) + log_predicted
    return "gamma_deviance", float(np.average(losses, weights=rows.get_weight())), False
