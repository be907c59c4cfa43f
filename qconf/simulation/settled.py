"""Divide squared residuals by 1 + novelty; drop rows predicted from the prior.

The residual of a model that has learned a group's mean from n rows has variance
sigma² (1 + 1/n): noise, and what the model did not know yet (expected prediction error of one
categorical feature). `novelty`, 1/n or its like, is known when the prediction is made. Divided by
1 + novelty, squared residuals of young and of old groups tell of one thing, the noise; and an
expected error is multiplied by it again.

Where novelty is 1 or more, the prediction was more prior than data: the residual tells how far
groups differ, and not how hard their rows are to value. Such residuals are left out. In the
published simulation they were not; the farther groups are apart, the more an error model suffers
from them.
"""

from __future__ import annotations

from math import sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import compiled

__all__ = ["expected_error", "settled_squares"]

_Float = TypeVar("_Float", bound=np.floating)


def settled_squares(residual: FloatArray, novelty: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return squared residuals to learn from, and their weights.

    Parameters
    ----------
    residual : ndarray of shape (n_samples,)
        Progressive residuals.
    novelty : ndarray of shape (n_samples,)
        What the model that made them said of each row at that time, >= 0; see
        `OnlineLinearRegressor.novelty`.

    Returns
    -------
    square : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,)
        1, or 0 for rows to be left out.

    Examples
    --------
    >>> import numpy as np
    >>> settled_squares(np.array([0.8, 0.3]), np.array([100.0, 0.5]))
    (array([0.00633663, 0.06      ]), array([0., 1.]))
    """
    square, weight = np.empty(len(residual)), np.empty(len(residual))
    _settle(residual, novelty, square, weight)
    return square, weight


def expected_error(
    square: NDArray[_Float], novelty: FloatArray, out: NDArray[_Float] | None = None
) -> NDArray[_Float]:
    """Turn what is expected of settled squares into expected errors of these rows.

    Parameters
    ----------
    square : ndarray of shape (n_samples,)
    novelty : ndarray of shape (n_samples,)
    out : ndarray of shape (n_samples,), default=None
        Where to write them, `square` itself if that is no longer needed; None makes an array.

    Returns
    -------
    ndarray of shape (n_samples,)
        In the units of the residuals, of the type of `square`.
    """
    error = np.empty_like(square) if out is None else out
    _expected_error(square, novelty, error)
    return error


# In one go each: on millions of rows NumPy would spend its time on arrays in between.
@compiled
def _settle(
    residual: FloatArray, novelty: FloatArray, square: FloatArray, weight: FloatArray
) -> None:
    for row in range(len(residual)):
        square[row] = residual[row] * residual[row] / (1.0 + novelty[row])
        weight[row] = 1.0 if novelty[row] < 1.0 else 0.0


@compiled
def _expected_error(square: NDArray[_Float], novelty: FloatArray, error: NDArray[_Float]) -> None:
    for row in range(len(square)):
        error[row] = sqrt(max(square[row], 0.0) * (1.0 + novelty[row]))
