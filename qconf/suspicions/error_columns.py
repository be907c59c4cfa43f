"""Columns that hold the error of the prediction itself: signed or not, in any unit, in bands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.suspicions.copies import cut_into_bands, rank_correlation
from qconf.suspicions.view import View

__all__ = ["error_columns"]

#: No score knows the order of the errors like this; rounding to whole per cents leaves more.
_KNOWS = 0.98
_FIRST_LOOK = 0.9
_FIRST_ROWS = 200


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
        into bands (a flag for outliers).
    """
    y = view.y
    with np.errstate(divide="ignore", invalid="ignore"):
        signed = [prediction - y, prediction / y, y / prediction]
    sizes = [np.abs(signed[0]), np.abs(signed[1] - 1), np.abs(signed[2] - 1)]
    return _banded(view.features, sizes) | {
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


def _banded(features: pd.DataFrame, sizes: list[FloatArray]) -> dict[str, str]:
    return {
        name: "tells large errors of the predictions from small ones, row by row"
        for size in sizes
        if np.isfinite(size).all()
        for name in cut_into_bands(features, size, touching=False)
    }
