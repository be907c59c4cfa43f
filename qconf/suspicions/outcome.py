"""Say what the residuals of a comparison give reason to doubt, once they are known."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.suspicions.wording import percent

__all__ = ["dominated"]

_LARGEST = 10
_LEAST_ROWS = 200
_MOST = 0.8


def dominated(residual: FloatArray, rows: IntArray | None = None) -> str | None:
    """Say so if ten rows have more than four fifths of the sum of squared residuals.

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
    if share <= _MOST:
        return None
    positions = known[largest] if rows is None else np.asarray(rows)[known[largest]]
    first = ", ".join(str(position) for position in positions[:3])
    return (
        f"The largest {_LARGEST} of {len(known)} errors have {percent(share)} of the sum of "
        f"squares (rows {first}, ..., counted from 0): if their targets are typos, correct or "
        "remove them; estimators that do not square errors (--estimators quantile,count) are "
        "hardly moved by them."
    )
