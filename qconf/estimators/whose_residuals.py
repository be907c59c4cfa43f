"""Tell whether residuals are those of a column of predictions."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.core.error_scale import ERROR_SCALES

__all__ = ["is_any_residual", "is_residual"]

#: What differs by less from a residual, as a share of it, is the residual.
_SAME = 1e-3


def is_any_residual(given: FloatArray, target: FloatArray, y: FloatArray) -> bool:
    """Tell whether residuals are those of a column, on one of the error scales."""
    scales = [one for one in ERROR_SCALES.values() if target.min() > 0 or not one.needs_positive]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return any(is_residual(one.residual(given, target), y) for one in scales)


def is_residual(error: FloatArray, y: FloatArray) -> bool:
    """Tell whether errors are the residuals, but for a few that were cut to size."""
    # Where there is none, all scales are alike.
    tells = (y != 0) & np.isfinite(error)
    if not tells.any():
        return not (y.any() or np.nan_to_num(error).any())
    off = np.abs(error[tells] - y[tells])
    return bool(np.median(off) <= _SAME * np.median(np.abs(y[tells])))
