"""Fit least absolute deviations, which a tenth of wrong rows does not move."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray

__all__ = ["least_absolute", "trust_in"]

_MOST_STEPS = 25
#: Below this, in units of what is allowed, a residual is as good as none.
_AS_GOOD_AS_NONE = 0.05
_RIDGE = 1e-12
_STALLED = 0.95
_LEAST_STEPS = 5
_FAR = 2.0


def least_absolute(
    X: FloatArray, t: FloatArray, trust: FloatArray | None = None, *, hasty: bool = False
) -> FloatArray:
    """Minimise the sum of absolute residuals, by reweighted least squares.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_columns)
    t : ndarray of shape (n_samples,)
        In units of what is allowed, as the rows of `X`: a residual of 1 is just good enough.
    trust : ndarray of shape (n_samples,), default=None
        Weights: a row far out in some column would pull the fit towards it. None is one for all.
    hasty : bool, default=False
        Whether to stop as soon as the residuals hardly shrink.

    Returns
    -------
    ndarray of shape (n_columns,)

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(20.0)
    >>> t = 300 * x
    >>> t[5] = 10_000.0
    >>> float(least_absolute(np.column_stack([np.ones(20), x]), t)[1].round(1))
    300.0
    """
    scale = np.sqrt(np.mean(np.square(X), axis=0))
    scale[scale == 0] = 1.0
    Z = X / scale
    given = np.ones(len(t)) if trust is None else trust
    weights = given
    before = np.inf
    coefficients = np.zeros(Z.shape[1])
    for step in range(_MOST_STEPS):
        coefficients = _weighted(Z, t, weights)
        size = np.abs(t - Z @ coefficients)
        middle = float(np.median(size))
        stalled = step > 0 and middle > _STALLED * before
        if middle <= _AS_GOOD_AS_NONE or (stalled and (step > _LEAST_STEPS or hasty)):
            break
        before = middle
        weights = given / np.maximum(size, _AS_GOOD_AS_NONE)
    return np.asarray(coefficients / scale)


def trust_in(far: FloatArray) -> FloatArray:
    """Trust rows the less, the farther out they are: a cell with a digit too many is far out.

    Parameters
    ----------
    far : ndarray of shape (n_samples,)
        Distance from the middle in interquartile ranges, in the column where it is largest.
    """
    return _FAR / np.maximum(far, _FAR)


def _weighted(Z: FloatArray, t: FloatArray, weights: FloatArray) -> FloatArray:
    weighted = Z * weights[:, None]
    gram = weighted.T @ Z
    # Columns may repeat each other: the ridge decides, and is too small to be seen elsewhere.
    gram[np.diag_indices_from(gram)] += _RIDGE * max(float(np.trace(gram)), 1e-300)
    return np.asarray(np.linalg.solve(gram, weighted.T @ t))
