"""Check probabilities, and whether what they are of came."""

from __future__ import annotations

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray
from qconf.core.validation import check_column
from qconf.errors import TableError

__all__ = ["check_events"]


def check_events(probability: ArrayLike, hit: ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Check probabilities in [0, 1] and events, one of each a row.

    Parameters
    ----------
    probability : array-like of shape (n_samples,)
    hit : array-like of shape (n_samples,)
        Booleans, or 0 and 1.

    Returns
    -------
    probability : ndarray of shape (n_samples,)
    hit : ndarray of shape (n_samples,), dtype bool

    Raises
    ------
    TableError
        If there are no rows, lengths differ, or values are outside their range.
    """
    p = check_column("probability", probability, np.size(probability))
    if len(p) == 0:
        msg = "There are no probabilities to evaluate."
        raise TableError(msg)
    outside = int(((p < 0) | (p > 1)).sum())
    if outside:
        percent = " They look like per cent: divide by 100." if p.max() > 1 and p.min() >= 0 else ""
        msg = f"Probabilities must lie in [0, 1]; {outside} of {len(p)} do not.{percent}"
        raise TableError(msg)
    came = check_column("hit", hit, len(p))
    neither = int(((came != 0) & (came != 1)).sum())
    if neither:
        msg = f"What came must be true or false, 1 or 0; {neither} of {len(p)} values are neither."
        raise TableError(msg)
    return p, came == 1
