"""Find columns that hold the error of the prediction: signed or not, in any unit, in bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.suspicions.copies import cut_into_bands, rank_correlation
from qconf.suspicions.view import View, codes_of

__all__ = ["error_columns"]

#: No score knows the order of the errors like this; rounding to whole per cents leaves more.
_KNOWS = 0.98
_FIRST_LOOK = 0.9
_FIRST_ROWS = 200

#: A flag tells something with so many rows, and so many of the rarer kind.
_LEAST_ROWS = 200
_LEAST_FLAGGED = 20
#: Rows on the wrong side of the threshold, as a share of the rarer kind.
_WRONG = 0.002
#: What was cut at a threshold has neighbours on both sides of it. Kinds that differ (a lease the
#: model does not know of) leave a valley: so many rows then span more than so many usual gaps,
#: or more than this part of the range.
_EACH_SIDE = 5
_VALLEY = (100.0, 0.15)

_BY_SIZE = "tells large errors of the predictions from small ones, row by row"
_BY_SIGN = "tells predictions that are too high from those that are too low, row by row"


def error_columns(view: View, prediction: FloatArray) -> dict[str, str]:
    """Find features that know the errors of the predictions.

    Parameters
    ----------
    view : View
    prediction : ndarray of shape (n_samples,)

    Returns
    -------
    dict of str to str
        The name, and what it does: it puts rows in the order of the errors (in units of the
        target, relative to it or to the prediction, as a ratio, or by size only), or cuts them
        into bands (a flag for outliers, or for predictions that are too high).
    """
    y = view.y
    with np.errstate(divide="ignore", invalid="ignore"):
        signed = [prediction - y, prediction / y, y / prediction]
    sizes = [np.abs(signed[0]), np.abs(signed[1] - 1), np.abs(signed[2] - 1)]
    return _cut(view.features, prediction, signed, sizes) | {
        name: "puts the rows in the order of the predictions' errors"
        for name, values in view.numbers.items()
        if _knows(values, [*signed, *sizes], sizes)
    }


def _knows(values: FloatArray, orders: list[FloatArray], sizes: list[FloatArray]) -> bool:
    pairs = [(values, order) for order in orders] + [(np.abs(values), size) for size in sizes]
    # Two hundred rows tell most columns apart.
    return any(
        abs(rank_correlation(one[:_FIRST_ROWS], other[:_FIRST_ROWS])) > _FIRST_LOOK
        and abs(rank_correlation(one, other)) > _KNOWS
        for one, other in pairs
    )


def _cut(
    features: pd.DataFrame,
    prediction: FloatArray,
    signed: list[FloatArray],
    sizes: list[FloatArray],
) -> dict[str, str]:
    """Find columns of levels that were cut from the errors, by size or with their sign."""
    flags = {str(name): flag for name in features if (flag := _as_flag(features[name])) is not None}
    others = features.drop(columns=list(flags))
    # Each level of a signed error touches the next; kinds of things lie apart.
    bands = {
        name
        for errors, touching in ((sizes, False), (signed, True))
        for error in errors
        if np.isfinite(error).all()
        for name in cut_into_bands(others, error, touching=touching)
    }
    told = dict.fromkeys(sorted(bands), _BY_SIZE)
    for name, flag in flags.items():
        if _was_cut(flag, sizes):
            told[name] = _BY_SIZE
        elif _was_cut(flag, signed):
            told[name] = _BY_SIGN
    # Dear things have large errors: what is seen from the size of the prediction is no secret.
    return {
        name: what
        for name, what in told.items()
        if not (
            _splits(flags[name], prediction)
            if name in flags
            else cut_into_bands(features[[name]], prediction, touching=False)
        )
    }


def _as_flag(column: pd.Series[Any]) -> BoolArray | None:
    """Mark the rows of one of two levels, of which missing may be one; None if there are others."""
    # A few rows tell most columns apart.
    if codes_of(column.iloc[:_FIRST_ROWS]).max() > 1:
        return None
    codes = codes_of(column)
    levels = np.unique(codes)
    return None if len(levels) != 2 else codes == levels[1]  # noqa: PLR2004 - a flag


def _was_cut(flag: BoolArray, errors: list[FloatArray]) -> bool:
    """Tell whether a flag says on which side of a threshold the error is, amid other errors."""
    borders = [(error, border) for error in errors if (border := _splits(flag, error))]
    # In one unit kinds that lie apart may touch: dear ones with small errors, cheap with large.
    return bool(borders) and not any(_valley(error, border) for error, border in borders)


def _valley(error: FloatArray, border: int) -> bool:
    near = np.sort(error)[border - _EACH_SIDE : border + _EACH_SIDE]
    low, high = np.quantile(error, [0.05, 0.95])
    gaps, part = _VALLEY
    return bool(near[-1] - near[0] > (high - low) * min(gaps / len(error), part))


def _splits(flag: BoolArray, values: FloatArray) -> int:
    """Return how many rows are below the threshold on `values` that a flag stands for, or 0."""
    n_rows, flagged = len(flag), int(np.count_nonzero(flag))
    rarer = min(flagged, n_rows - flagged)
    if n_rows < _LEAST_ROWS or rarer < _LEAST_FLAGGED or not np.isfinite(values).all():
        return 0
    # Equal errors of both kinds count against it: a threshold puts them on one side.
    for side in (flag, ~flag):
        ordered = side[np.lexsort((~side, values))]
        wrong: IntArray = np.cumsum(ordered) + np.cumsum(~ordered[::-1])[::-1] - ~ordered
        border = int(np.argmin(wrong))
        if wrong[border] <= _WRONG * rarer:
            return border + 1
    return 0
