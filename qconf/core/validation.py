"""Check parameters and tables with scikit-learn's own machinery.

The only file that imports scikit-learn's private helpers, so that there is one place to mend
when they move.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import InputTags
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from qconf._types import FloatArray, IntArray, Table, TableLike
from qconf.core.frames import as_frame_if_table
from qconf.core.plain_columns import as_kinds, column_kinds
from qconf.core.renamed import TellsNewNames
from qconf.errors import TableError

RowsT = TypeVar("RowsT")

__all__ = [
    "HasMethods",
    "Interval",
    "Options",
    "StrOptions",
    "TakesTables",
    "check_column",
    "check_enough_rows",
    "check_no_infinity",
    "check_parameters",
    "check_table",
    "check_target",
    "check_weights",
    "input_tags",
    "only_what_learners_take",
    "select_rows",
    "take_over_columns",
]


class TakesTables(TellsNewNames):
    """Mixin that tells scikit-learn: strings, categories and missing values are welcome."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def input_tags(estimator: Any) -> InputTags:
    """Return what an estimator says it takes: numbers without gaps, if it says nothing."""
    says = getattr(estimator, "__sklearn_tags__", None)
    # A class has nobody who could say it; that it is one is told where it is to be fitted.
    return InputTags() if says is None or isinstance(estimator, type) else says().input_tags


def only_what_learners_take(tags: Any, learners: Iterable[Any]) -> Any:
    """Say no to strings, categories or gaps where a learner that gets the table as it is does."""
    for own in map(input_tags, learners):
        for name in ("allow_nan", "string", "categorical"):
            setattr(tags.input_tags, name, getattr(tags.input_tags, name) and getattr(own, name))
    return tags


def check_parameters(estimator: BaseEstimator) -> None:
    """Hold an estimator's parameters against its ``_parameter_constraints``.

    Raises
    ------
    sklearn.utils.InvalidParameterError
        A ``ValueError`` and ``TypeError`` that names the parameter, the rule and what was got.
    """
    validate_parameter_constraints(
        getattr(estimator, "_parameter_constraints"),  # noqa: B009 - scikit-learn's hook, private by name only
        estimator.get_params(deep=False),
        caller_name=type(estimator).__name__,
    )


def check_table(estimator: BaseEstimator, X: TableLike, *, reset: bool) -> Table:
    """Check features as scikit-learn does, but let a DataFrame keep its columns and levels.

    Strings, categories, booleans, dates and missing values are fine; infinite values are not.
    Columns become plain ones (`qconf.core.plain_columns`). With `reset` the number, the names and
    the kinds of the columns are remembered on `estimator`, without it they are compared.
    """
    X = as_frame_if_table(X)
    if not isinstance(X, pd.DataFrame):
        return _checked_array(estimator, X, reset=reset)
    if len(X) == 0:
        msg = f"Found a table with 0 rows; {type(estimator).__name__} needs at least 1 sample."
        raise ValueError(msg)
    if X.shape[1] == 0:
        msg = f"Found a table with 0 feature(s) (shape={X.shape}) while a minimum of 1 is required."
        raise ValueError(msg)
    validate_data(estimator, X, skip_check_array=True, reset=reset)
    return _of_known_kinds(estimator, X, reset=reset)


def _checked_array(estimator: BaseEstimator, X: TableLike, *, reset: bool) -> Table:
    """Check an array; one of objects or texts is judged column by column, as a table is."""
    checked: Table = validate_data(
        estimator, X, dtype=None, ensure_all_finite="allow-nan", reset=reset
    )
    kinds = getattr(estimator, "_column_kinds", {})
    if checked.dtype.kind in "biuf" and (reset or not kinds):
        _remember(estimator, {})
        return checked
    plain = _of_known_kinds(estimator, pd.DataFrame(checked), reset=reset)
    return plain.to_numpy(dtype=object)


def _of_known_kinds(estimator: BaseEstimator, frame: pd.DataFrame, *, reset: bool) -> pd.DataFrame:
    if reset:
        _remember(estimator, column_kinds(frame))
    plain = as_kinds(frame, getattr(estimator, "_column_kinds", {}))
    check_no_infinity(plain)
    return plain


def _remember(estimator: BaseEstimator, kinds: dict[int, str]) -> None:
    """Keep the kinds of columns on an estimator, as scikit-learn does with their names."""
    vars(estimator)["_column_kinds"] = kinds


def take_over_columns(estimator: BaseEstimator, checked: BaseEstimator) -> None:
    """Remember of columns what another estimator, which has checked the table, knows of them."""
    for name in ("n_features_in_", "feature_names_in_", "_column_kinds"):
        vars(estimator).pop(name, None)
        if name in vars(checked):
            setattr(estimator, name, vars(checked)[name])


def check_no_infinity(X: pd.DataFrame) -> None:
    """Check that no column of numbers holds an infinite one.

    Raises
    ------
    TableError
    """
    floats = [i for i, dtype in enumerate(X.dtypes) if getattr(dtype, "kind", "") == "f"]
    # All at once: looking at columns one by one takes longer than reading short ones.
    infinite = np.isinf(X.iloc[:, floats].to_numpy(dtype=np.float64, na_value=np.nan)).sum(axis=0)
    for i in np.flatnonzero(infinite):
        name = X.columns[floats[i]]
        msg = (
            f"The column {name!r} has {infinite[i]} infinite value(s). Make them missing, "
            f"or leave the column out (--drop {shlex.quote(str(name))})."
        )
        raise TableError(msg)


def check_target(estimator: BaseEstimator, y: ArrayLike | None, n_rows: int) -> FloatArray:
    """Check a numeric target against the number of rows; return it as floats.

    Raises
    ------
    ValueError
        If it is missing, not numeric, not finite, not one-dimensional or of another length.
    """
    if y is None:
        msg = (
            f"{type(estimator).__name__} requires y to be passed, but the target y is None: "
            "give one number a row."
        )
        raise ValueError(msg)
    target = column_or_1d(y, warn=True)
    target = check_array(
        target, ensure_2d=False, dtype=np.float64, input_name="y", estimator=estimator
    )
    if len(target) != n_rows:
        check_consistent_length(np.empty(n_rows), target)
    checked: FloatArray = target
    return checked


def check_weights(sample_weight: ArrayLike | None, n_rows: int) -> FloatArray:
    """Check weights, one a row, finite and not negative; None gives an empty array.

    Raises
    ------
    ValueError
    """
    if sample_weight is None:
        return np.empty(0)
    weights = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weights.ndim != 1:
        msg = f"Sample weights must be 1D array or scalar, got {weights.ndim}D array."
        raise ValueError(msg)
    check_consistent_length(np.empty(n_rows), weights)
    if (weights < 0).any():
        msg = f"sample_weight must not be negative; {int((weights < 0).sum())} weights are."
        raise ValueError(msg)
    checked: FloatArray = weights
    return checked


def check_enough_rows(estimator: BaseEstimator, n_rows: int, minimum: int) -> None:
    """Check that an estimator that splits its rows has enough of them.

    Raises
    ------
    TableError
    """
    if n_rows < minimum:
        name = type(estimator).__name__
        msg = f"{name} needs at least {minimum} rows to split, got n_samples = {n_rows}."
        raise TableError(msg)


def check_column(name: str, values: ArrayLike, n_rows: int) -> FloatArray:
    """Check one column of finite numbers given beside a table.

    Parameters
    ----------
    name : str
        What the column is, for the message.
    values : array-like of shape (n_samples,)
    n_rows : int
        How long it must be.

    Raises
    ------
    TableError
        If it is not numeric, not finite, not one-dimensional, or of another length.
    """
    try:
        column: FloatArray = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        msg = f"The {name} must be numbers, one a row; got values of type {_kind(values)}."
        raise TableError(msg) from None
    if column.ndim != 1 or len(column) != n_rows:
        msg = f"The {name} must have shape ({n_rows},), one a row; got shape {column.shape}."
        raise TableError(msg)
    bad = int((~np.isfinite(column)).sum())
    if bad:
        msg = f"The {name} must be finite; {bad} of {n_rows} values are missing or infinite."
        raise TableError(msg)
    return column


def _kind(values: ArrayLike) -> str:
    return str(getattr(values, "dtype", type(values).__name__))


def select_rows(X: RowsT, rows: IntArray | slice) -> RowsT:
    """Take rows by position from a DataFrame, an array or an encoded table."""
    table: Any = X
    taken: RowsT = table.iloc[rows] if isinstance(X, pd.DataFrame) else table[rows]
    return taken
