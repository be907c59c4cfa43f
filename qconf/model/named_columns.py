"""Find the columns of new rows by their names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from qconf._types import TableLike
from qconf.core.frames import as_frame_if_table
from qconf.errors import TableError, did_you_mean

__all__ = ["columns_of_fit"]


def columns_of_fit(model: Any, X: TableLike, pair: Any) -> TableLike:
    """Take the columns of the fit, in their order, from a table of new rows.

    Where a column was named as the time or the groups, names are what columns are known by: they
    may come in any order, others are left alone, and nobody asks for the groups. Otherwise the
    order counts, as it does for all of scikit-learn's estimators.

    Parameters
    ----------
    model : fitted estimator
        Whose columns these are.
    X : DataFrame, array-like of shape (n_samples, n_features), or table of polars or Arrow
    pair : ConfidentRegressor
        That knows which columns play a role.

    Returns
    -------
    DataFrame or array-like

    Raises
    ------
    TableError
        If a column is missing, or all are there in another order.
    """
    frame: TableLike = as_frame_if_table(X)
    names = list(getattr(model, "feature_names_in_", ()))
    if not names or not isinstance(frame, pd.DataFrame) or list(frame.columns) == names:
        return frame
    roles = {getattr(pair, "time_name_", None), getattr(pair, "group_name_", None)} - {None}
    if roles:
        _check_there(names, frame, getattr(pair, "group_name_", None))
        return frame.reindex(columns=names)
    if set(frame.columns) == set(names):
        raise TableError(_other_order(names, list(frame.columns)))
    return frame


def _check_there(names: list[str], frame: pd.DataFrame, unused: str | None) -> None:
    missing = [name for name in names if name not in frame.columns and name != unused]
    if not missing:
        return
    others = f" (nor {', '.join(map(repr, missing[1:]))})" if missing[1:] else ""
    msg = (
        f"The table has no column {missing[0]!r}, which the model was fitted on{others}. "
        f"{did_you_mean(missing[0], frame.columns, used=names)}"
    )
    raise TableError(msg)


def _other_order(names: list[str], found: list[Any]) -> str:
    # The first two lines are what scikit-learn's own checks ask for, line by line.
    return (
        "The feature names should match those that were passed during fit.\n"
        "Feature names must be in the same order as they were in fit.\n"
        f"The fit had {', '.join(names)}; found {', '.join(map(str, found))}. Give "
        "X[model.feature_names_in_]."
    )
