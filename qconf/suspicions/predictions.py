"""Doubt predictions that know the target, are in other units, or belong to other rows."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.suspicions.agreement import MATCHING_SHARE, agreement, tolerance
from qconf.suspicions.copies import equal_share, rank_correlation
from qconf.suspicions.view import away_from_mode
from qconf.suspicions.wording import percent, short

__all__ = ["doubts_about_predictions"]

_EQUAL_IN_A_FIFTH = 0.2
_EQUAL_IN_HALF = 0.5
_COMMON_TARGET = 0.2
#: Predictions this many times too large or small are in other units.
_OTHER_UNITS = 5.0
_LEAST_ROWS = 200
_RIGHT_SIZE = 2.0
_FAR = 300.0  # powers of ten beyond this overflow


def doubts_about_predictions(y: FloatArray, prediction: FloatArray) -> list[str]:
    """Say what is odd about predictions that are to be judged.

    Parameters
    ----------
    y, prediction : ndarray of shape (n_samples,)

    Returns
    -------
    list of str
    """
    told = [_memorised(y, prediction) or _other_units(y, prediction) or _other_rows(y, prediction)]
    return [line for line in told if line]


def _memorised(y: FloatArray, prediction: FloatArray) -> str | None:
    rare = away_from_mode(y, _COMMON_TARGET)
    equal = prediction == y
    remedy = (
        "was the model fitted on these rows? Its errors then say nothing about new ones; use "
        "predictions made without each row's target (--prediction COLUMN)."
    )
    if equal.mean() > _EQUAL_IN_HALF and rare.any() and equal[rare].mean() > _EQUAL_IN_HALF:
        return f"More than half of the predictions equal the target: {remedy}"
    share = equal_share(prediction, y)
    if share > _EQUAL_IN_A_FIFTH:
        return f"{percent(share)} of the predictions equal the target: {remedy}"
    close = agreement(prediction, y, tolerance(y))
    if close > MATCHING_SHARE:
        return f"{percent(close)} of the predictions come within 1 % of the target: {remedy}"
    return None


def _other_units(y: FloatArray, prediction: FloatArray) -> str | None:
    if (y <= 0).mean() > 0.01:  # noqa: PLR2004 - ratios of signed numbers say nothing
        return None
    positive = y > 0
    ratio = float(np.median(prediction[positive] / y[positive]))
    if 1 / _OTHER_UNITS <= ratio <= _OTHER_UNITS:
        return None
    for name, back in (("logarithm", np.exp), ("logarithm to base 10", lambda p: 10.0**p)):
        size = np.median(back(np.clip(prediction[positive], -_FAR, _FAR)) / y[positive])
        if 1 / _RIGHT_SIZE < size < _RIGHT_SIZE:
            return (
                f"The predictions look like the {name} of the target (medians "
                f"{short(float(np.median(prediction)))} and {short(float(np.median(y)))}): take "
                "both in the same units, or both as logarithms with --error absolute."
            )
    return (
        f"The predictions are {_times(ratio)} the target (median ratio {short(ratio, 3)}): are "
        "both in the same units? Give a --prediction in the units of the target."
    )


def _times(ratio: float) -> str:
    power = np.log10(abs(ratio)) if ratio else 0.0
    if abs(power) >= 1 and abs(power - round(power)) < 0.15:  # noqa: PLR2004 - near a power of ten
        return f"about {short(10.0 ** abs(round(power)))} times {'above' if power > 0 else 'below'}"
    return "far above" if ratio > 1 else "far below"


def _other_rows(y: FloatArray, prediction: FloatArray) -> str | None:
    correlation = rank_correlation(prediction, y)
    if len(y) < _LEAST_ROWS or np.isnan(correlation) or correlation > 2 / np.sqrt(len(y)):
        return None
    what = "run against" if correlation < -2 / np.sqrt(len(y)) else "have nothing to do with"
    return (
        f"The predictions {what} the target (rank correlation {correlation:.2f}): do they belong "
        "to these rows? Check how they were joined."
    )
