"""Doubt thresholds that nearly all rows pass, or none: per cent, other units, for a logarithm."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.core.error_scale import ErrorScale
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
    y: FloatArray,
    scale: ErrorScale,
    threshold: float,
    *,
    threshold_given: bool = True,
    prediction: FloatArray | None = None,
) -> list[str]:
    """Say what is odd about a threshold, for these targets on this scale.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    scale : ErrorScale
    threshold : float
    threshold_given : bool, default=True
        Whether someone chose it.
    prediction : ndarray of shape (n_samples,), default=None
        The predictions that are to be judged, if they are known: those of a model that is yet
        to be fitted are not.

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
    misses = {
        f"if {short(middle)} were predicted for all": _miss(scale, np.full(len(y), middle), y)
    }
    if prediction is not None:
        misses["with these predictions"] = _miss(scale, prediction, y)
    # Biased predictions can be worse than one number for all: only what both say is true.
    if all(_share_beyond(miss, threshold) < _HARDLY_ANY for miss in misses.values()):
        which = "threshold" if threshold_given else "default threshold"
        case, miss = list(misses.items())[-1]
        return [_too_wide(y, scale, threshold, which, case, miss)]
    if scale.name == "absolute" and threshold < _TINY * np.subtract(*np.quantile(y, [0.75, 0.25])):
        line = (
            f"The threshold {short(threshold)} is tiny beside the targets (median "
            f"{short(middle)}); if a share of the target is meant, --error relative."
        )
        return [line]
    return []


def _miss(scale: ErrorScale, prediction: FloatArray, y: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(scale.residual(prediction, y))


def _share_beyond(miss: FloatArray, threshold: float) -> float:
    # What cannot be measured (the logarithm of a negative prediction) is not within it.
    return float(np.mean(~(miss <= threshold)))


def _too_wide(
    y: FloatArray, scale: ErrorScale, threshold: float, which: str, case: str, miss: FloatArray
) -> str:
    share = _share_beyond(miss, threshold)
    rows = f"only {percent(share)} of the rows" if share else "no row"
    beyond = scale.in_words(threshold)
    if case.startswith("with"):
        found = f"The {which} is so wide that {case} {rows} {'is' if not share else 'are'} {beyond}"
    else:
        # The model may be worse than one number for all; that is seen later.
        found = f"The {which} looks wide: {case}, {rows} would be {beyond}"
    low, high = _LIKE_LOGARITHMS
    logarithms = (
        y.min() > low
        and y.max() < high
        and np.ptp(y) < _SPREAD_OF_LOGARITHMS
        and (y != np.round(y)).mean() > 0.5  # noqa: PLR2004 - most
    )
    if scale.needs_positive and logarithms:
        return f"{found}; if the target is a logarithm, --error absolute --threshold 0.15."
    smaller = _smaller(miss, threshold)
    if smaller is None:
        return f"{found}."
    return f"{found}; a smaller one tells rows apart (--threshold {short(smaller)})."


def _smaller(miss: FloatArray, threshold: float) -> float | None:
    """Return a round threshold below this one that about a quarter of the rows exceed."""
    missed = miss[np.isfinite(miss) & (miss > 0)]
    if not len(missed):
        return None
    wanted = float(np.quantile(missed, 0.75))
    rounded = float(f"{wanted:.1g}")
    return rounded if rounded < threshold else float(f"{wanted / 2:.1g}")
