"""Thresholds that nearly all rows pass, or none: in per cent, in other units, for a logarithm."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.error_scale import ErrorScale
from qconf.suspicions.wording import percent, short

__all__ = ["doubts_about_threshold"]

_SURELY_PER_CENT = 3.0
#: Even one number for all rows would have fewer outliers than this.
_HARDLY_ANY = 0.005
#: An absolute threshold this small a part of the targets' spread is relative, and mistaken.
_TINY = 1e-3
_LIKE_LOGARITHMS = (2.0, 25.0)
_SPREAD_OF_LOGARITHMS = 8.0


def doubts_about_threshold(
    y: FloatArray, scale: ErrorScale, threshold: float, *, threshold_given: bool = True
) -> list[str]:
    """Say what is odd about a threshold, for these targets on this scale.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    scale : ErrorScale
    threshold : float
    threshold_given : bool, default=True
        Whether someone chose it.

    Returns
    -------
    list of str
    """
    if scale.needs_positive and threshold > _SURELY_PER_CENT:
        meant = threshold / 100
        line = (
            f"The threshold {short(threshold)} calls a row badly wrong if it is "
            f"{scale.in_words(threshold)}; if per cent are meant, --threshold {short(meant)}."
        )
        return [line]
    middle = float(np.median(y))
    miss = np.abs(scale.residual(np.full(len(y), middle), y))
    share = float(np.mean(miss > threshold))
    if share < _HARDLY_ANY:
        return [_too_wide(y, scale, threshold, middle, share, threshold_given)]
    if scale.name == "absolute" and threshold < _TINY * np.subtract(*np.quantile(y, [0.75, 0.25])):
        line = (
            f"The threshold {short(threshold)} is tiny beside the targets (median "
            f"{short(middle)}); if a share of the target is meant, --error relative."
        )
        return [line]
    return []


def _too_wide(
    y: FloatArray,
    scale: ErrorScale,
    threshold: float,
    middle: float,
    share: float,
    threshold_given: bool,
) -> str:
    which = "threshold" if threshold_given else "default threshold"
    rows = f"only {percent(share)} of the rows" if share else "no row"
    found = (
        f"The {which} is so wide that {rows} would be {scale.in_words(threshold)} if "
        f"{short(middle)} were predicted for all"
    )
    low, high = _LIKE_LOGARITHMS
    logarithms = (
        y.min() > low
        and y.max() < high
        and np.ptp(y) < _SPREAD_OF_LOGARITHMS
        and (y != np.round(y)).mean() > 0.5  # noqa: PLR2004 - most
    )
    if scale.needs_positive and logarithms:
        return f"{found}; if the target is a logarithm, --error absolute --threshold 0.15."
    smaller = float(f"{np.quantile(np.abs(scale.residual(np.full(len(y), middle), y)), 0.75):.1g}")
    return f"{found}; a smaller one tells rows apart (--threshold {short(smaller)})."
