"""Find rows among those that a model was fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import BoolArray
from qconf.encoding.encoded import Encoded
from qconf.tables.roles import check_known, role_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rows_of_fit"]


def rows_of_fit(pair: Any, frame: pd.DataFrame, target: str) -> BoolArray:
    """Tell which rows, with the same target, were in the fit of a model.

    Parameters
    ----------
    pair : ConfidentRegressor
        Fitted to a table with names.
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
    names = [str(name) for name in pair.feature_names_in_]
    for name in (target, *names):
        check_known(frame, name)
    truth = role_numbers(frame[target], f"target {target!r}")
    rows = Encoded.of(pair.features_of(frame[names]), pair.encoder)
    had_residual = np.isfinite(pair.residual_)
    seen: BoolArray = pair.known_sales_.places(rows, truth, had_residual) >= 0
    return seen
