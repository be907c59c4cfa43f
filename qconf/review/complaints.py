"""How often people complained of a group so far: what models do not see, people do."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import ArrayLike, FloatArray
from qconf.core.frames import as_series
from qconf.errors import OptionError, TableError
from qconf.tables.roles import all_moments

__all__ = ["complaint_share"]


def complaint_share(
    groups: ArrayLike,
    time: ArrayLike,
    *,
    seen_groups: ArrayLike,
    seen_time: ArrayLike,
    complained: ArrayLike,
    prior: float = 10.0,
) -> FloatArray:
    """Return the share of estimates of a row's group that people complained of, strictly earlier.

    Parameters
    ----------
    groups, time : array-like of shape (n_samples,)
        Of the rows that get the feature.
    seen_groups, seen_time : array-like of shape (n_seen,)
        Of estimates that people have seen, whether they said something or not.
    complained : array-like of shape (n_seen,)
        Whether they said of it what is counted, such as ``condition``.
    prior : float, default=10.0
        Of how many estimates the share of all groups so far counts beside the group's own.

    Returns
    -------
    ndarray of shape (n_samples,)
        In [0, 1]. Nothing of a row's own time, or later, is in it.

    Raises
    ------
    TableError
        If columns have not one value a row, or a time is missing.
    OptionError
        If the prior is not above 0.

    Examples
    --------
    >>> complaint_share(["a", "a", "b"], [1, 2, 3], seen_groups=["a", "b"], seen_time=[1, 2],
    ...                 complained=[True, False], prior=1).round(2)
    array([0.  , 1.  , 0.25])
    """
    if not prior > 0:
        msg = f"The prior must be above 0, such as 10 estimates, got {prior!r}."
        raise OptionError(msg)
    own, seen = as_series(groups, "group"), as_series(seen_groups, "groups that were seen")
    when = all_moments(time, len(own))
    seen_when = all_moments(seen_time, len(seen))
    if when.dtype.kind != seen_when.dtype.kind:
        msg = "Rows and estimates that were seen must have times of one kind, dates or numbers."
        raise TableError(msg)
    came = as_series(complained, "complaints", len(seen)).to_numpy(dtype=np.float64)
    _, moment = np.unique(np.concatenate([when, seen_when]), return_inverse=True)
    _, code = np.unique(np.concatenate([own.astype(str), seen.astype(str)]), return_inverse=True)
    n = len(own)
    everywhere = _earlier(moment[:n], moment[n:], came)
    span = int(moment.max(initial=0)) + 1
    whole = code * span + moment
    before = _earlier(code[:n] * span, whole[n:], came)
    count, total = (
        up_to - earlier
        for up_to, earlier in zip(_earlier(whole[:n], whole[n:], came), before, strict=True)
    )
    usual = everywhere[1] / np.maximum(everywhere[0], 1.0)
    share: FloatArray = (total + prior * usual) / (count + prior)
    return share


def _earlier(at: Any, known: Any, came: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Count what is strictly before, and sum up what came of it."""
    order = np.argsort(known, kind="stable")
    place = np.searchsorted(known[order], at, side="left")
    sums = np.concatenate([[0.0], np.cumsum(came[order])])
    return place.astype(np.float64), sums[place]
