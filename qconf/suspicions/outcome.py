"""What the residuals of a comparison give reason to doubt, once they are known."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.suspicions.wording import percent

__all__ = ["dominated", "too_good"]

_LARGEST = 10
_LEAST_ROWS = 200
_HALF = 0.5
#: The errors are this small beside the spread of the targets: R² is above 0.999.
_TOO_GOOD = 0.03


def dominated(residual: FloatArray, rows: IntArray | None = None) -> str | None:
    """Say so if ten rows have more than half of the sum of squared residuals.

    Parameters
    ----------
    residual : ndarray of shape (n_samples,)
    rows : ndarray of shape (n_samples,), default=None
        Their positions in the table; None counts from 0.

    Returns
    -------
    str or None
        None also for fewer than 200 rows.

    Examples
    --------
    >>> import numpy as np
    >>> residual = np.full(1000, 0.1)
    >>> residual[[7, 70]] = 50.0
    >>> dominated(residual)[:70]
    'The largest 10 of 1000 errors have 99.8 % of the sum of squares (rows '
    """
    known = np.flatnonzero(np.isfinite(residual))
    if len(known) <= _LEAST_ROWS:
        return None
    # Relative to the largest, so that squares of huge errors do not overflow.
    size = np.abs(residual[known])
    squares = np.square(size / max(float(size.max()), np.finfo(float).tiny))
    largest = np.argsort(-squares, kind="stable")[:_LARGEST]
    share = float(squares[largest].sum() / max(float(squares.sum()), np.finfo(float).tiny))
    if share <= _HALF:
        return None
    positions = known[largest] if rows is None else np.asarray(rows)[known[largest]]
    first = ", ".join(str(position) for position in positions[:3])
    return (
        f"The largest {_LARGEST} of {len(known)} errors have {percent(share)} of the sum of "
        f"squares (rows {first}, ..., counted from 0): if their targets are typos, correct or "
        "remove them; estimators that do not square errors (--estimators quantile,count) are "
        "hardly moved by them."
    )


def too_good(residual: FloatArray, y: FloatArray, prediction: FloatArray) -> str | None:
    """Say so if out-of-sample errors are implausibly small beside the spread of the targets.

    Parameters
    ----------
    residual, y, prediction : ndarray of shape (n_samples,)
        Rows without a residual are NaN in the first.

    Returns
    -------
    str or None
    """
    known = np.isfinite(residual)
    if known.sum() <= _LEAST_ROWS:
        return None
    error = np.abs(prediction[known] - y[known])
    spread = np.abs(y[known] - np.median(y[known]))
    if np.median(error) >= _TOO_GOOD * np.median(spread):
        return None
    part = 100 * float(np.median(error) / np.median(spread))
    return (
        f"The predictions are implausibly good: the median error is {part:.2g} % of the median "
        "distance of a target from their middle. Is a feature made from the target, or only known "
        "with it? If so, drop it (--drop A,B)."
    )
