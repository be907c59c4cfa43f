"""What an FSD says of failures: how likely each is, and which tier follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray, IntArray
from qconf.probability.tiers import REFER, limits_of_tiers, tiers

__all__ = ["NO_FSD", "TierLimits", "failure_probability", "tiers_of_fsd"]

#: The largest expected failure rate of each tier; None asks for no tiers.
TierLimits: TypeAlias = Sequence[float] | Mapping[str, float] | None

#: Rows with a value whose FSD is missing: nothing is expected of them.
NO_FSD = "no FSD"


def failure_probability(fsd: FloatArray, threshold: float) -> FloatArray:
    """Return how likely a normal error with this standard deviation is beyond the threshold.

    Examples
    --------
    >>> failure_probability(np.array([0.05, 0.15]), 0.15).round(4).tolist()
    [0.0027, 0.3173]
    """
    probability: FloatArray = 2.0 * norm.sf(threshold / fsd)
    return probability


def tiers_of_fsd(
    fsd: FloatArray, threshold: float, limits: Sequence[float] | Mapping[str, float]
) -> tuple[IntArray, dict[str, float | None]]:
    """Sort rows into tiers by the failure rate that their FSD makes expected.

    Parameters
    ----------
    fsd : ndarray of shape (n_rows,)
        Not a number where there is none.
    threshold : float
    limits : sequence of float, or mapping of str to float

    Returns
    -------
    ndarray of shape (n_rows,) of int
        Positions in the tiers.
    dict of str to (float or None)
        Each tier with its largest expected failure rate; the last two have none.

    Raises
    ------
    OptionError
        If the limits are none.

    Examples
    --------
    >>> tiers_of_fsd(np.array([0.05, np.nan, 0.15]), 0.15, [0.1, 0.4])
    (array([0, 3, 1]), {'A': 0.1, 'B': 0.4, 'refer': None, 'no FSD': None})
    """
    known = np.isfinite(fsd)
    told = tiers(failure_probability(fsd[known], threshold), limits)
    ends: dict[str, float | None] = {**limits_of_tiers(limits), REFER: None, NO_FSD: None}
    place = {name: number for number, name in enumerate(ends)}
    codes = np.full(len(fsd), place[NO_FSD], dtype=np.intp)
    codes[known] = [place[name] for name in told.tolist()]
    return codes, ends
