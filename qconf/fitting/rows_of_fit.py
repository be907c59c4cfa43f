"""Find rows among those that a model was fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import BoolArray
from qconf.explanation.comparables_rows import rows_of
from qconf.tables.roles import check_known, role_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rows_of_fit"]


def rows_of_fit(pair: Any, frame: pd.DataFrame, target: str) -> BoolArray:
    """Tell which rows, with the same target, were in the fit of a model.

    Parameters
    ----------
    pair : ConfidentRegressor
        Fitted.
    frame : DataFrame of shape (n_rows, n_columns)
    target : str

    Returns
    -------
    ndarray of shape (n_rows,), dtype bool

    Raises
    ------
    TableError
        If the frame lacks a column of the fit, or the target.
    """
    check_known(frame, target)
    truth = role_numbers(frame[target], f"target {target!r}")
    had_residual = np.isfinite(pair.residual_)
    places = pair.known_sales_.places(rows_of(pair, frame).encoded, truth, had_residual)
    seen: BoolArray = places >= 0
    return seen
