"""Named bands of the probability that a value fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from numbers import Real
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qconf._types import ArrayLike
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError

__all__ = ["REFER", "TIER_LIMITS", "limits_of_tiers", "tiers"]

#: The largest expected share of failures of each tier.
TIER_LIMITS: Final = (0.05, 0.10, 0.20, 0.35)
#: Beyond the last limit somebody has to look.
REFER: Final = "refer"


def tiers(
    failure_probability: ArrayLike,
    limits: Sequence[float] | Mapping[str, float] = TIER_LIMITS,
    *,
    otherwise: str = REFER,
) -> NDArray[np.str_]:
    """Sort rows into named tiers by the probability that their value fails.

    Parameters
    ----------
    failure_probability : array-like of shape (n_samples,)
        Probability of an outlier, in [0, 1] (`ErrorDistribution.probability_outlier`).
    limits : sequence of float, or mapping of str to float, default=(0.05, 0.1, 0.2, 0.35)
        The largest probability of each tier, itself included, rising; a sequence names its tiers
        A, B, C and so on, a mapping by its keys.
    otherwise : str, default="refer"
        The name beyond the last limit.

    Returns
    -------
    ndarray of shape (n_samples,) of str

    Raises
    ------
    TableError
        If a probability lies outside of [0, 1].
    OptionError
        If limits do not rise strictly between 0 and 1, or two tiers have one name.

    Examples
    --------
    >>> tiers([0.01, 0.05, 0.12, 0.6]).tolist()
    ['A', 'A', 'C', 'refer']
    >>> tiers([0.01, 0.3], {"high": 0.1, "medium": 0.5}, otherwise="low").tolist()
    ['high', 'medium']
    """
    p = check_column("failure probability", failure_probability, np.size(failure_probability))
    outside = int(((p < 0) | (p > 1)).sum())
    if outside:
        msg = f"Failure probabilities must lie in [0, 1]; {outside} of {len(p)} do not."
        raise TableError(msg)
    names, ends = _named(limits)
    names.append(otherwise)
    if len(set(names)) < len(names):
        msg = f"Each tier needs a name of its own, got {', '.join(names)}."
        raise OptionError(msg)
    return np.array(names)[np.searchsorted(ends, p, side="left")]


def limits_of_tiers(limits: Sequence[float] | Mapping[str, float]) -> dict[str, float]:
    """Return the largest probability of each tier by its name.

    Parameters
    ----------
    limits : sequence of float, or mapping of str to float
        As of `tiers`.

    Raises
    ------
    OptionError
        As `tiers` does.

    Examples
    --------
    >>> limits_of_tiers([0.1, 0.5])
    {'A': 0.1, 'B': 0.5}
    """
    return dict(zip(*_named(limits), strict=True))


def _named(limits: Any) -> tuple[list[str], list[float]]:
    """Return the names and the limits of tiers."""
    if isinstance(limits, str) or not isinstance(limits, Sequence | Mapping | np.ndarray):
        msg = f"The limits of tiers must be numbers such as [0.05, 0.1], got {limits!r}."
        raise OptionError(msg)
    ends = list(limits.values()) if isinstance(limits, Mapping) else list(limits)
    if not 0 < len(ends) <= len(ascii_uppercase):
        msg = f"There must be from 1 to {len(ascii_uppercase)} limits of tiers, got {len(ends)}."
        raise OptionError(msg)
    for one in ends:
        if not isinstance(one, Real) or isinstance(one, bool) or not 0 < float(one) < 1:
            msg = (
                f"The limit of a tier must lie strictly between 0 and 1 (0.05 is 5 %), got {one!r}."
            )
            raise OptionError(msg)
    if any(one >= other for one, other in pairwise(ends)):
        msg = f"The limits of tiers must rise, got {', '.join(f'{one:g}' for one in ends)}."
        raise OptionError(msg)
    names = list(limits) if isinstance(limits, Mapping) else list(ascii_uppercase[: len(ends)])
    return [str(one) for one in names], [float(one) for one in ends]
