"""What several models say of rows, and what came where that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qconf._types import ArrayLike, FloatArray, IntArray, TableLike
from qconf.core.error_scale import ErrorScale, error_scale
from qconf.core.frames import as_frame_if_table
from qconf.core.validation import check_column
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.estimators.registry import blamed
from qconf.tables.roles import all_moments, role_column

__all__ = ["Rows", "check_models", "held_out_errors", "rows_of", "time_of"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that each model has valued.

    Attributes
    ----------
    portfolio : ndarray of shape (n_rows,) of str
    value, squared : dict of str to ndarray of shape (n_rows,)
        For each model its predictions, and the expected squared errors on the error scale.
    residual : dict of str to ndarray of shape (n_rows,)
        Empty where no truth is known.
    truth : ndarray of shape (n_rows,) or None
    time : ndarray of shape (n_rows,) or None
        When each row was decided on, as numbers.
    is_dated : bool
        Whether the times were dates.
    """

    portfolio: Any
    value: dict[str, FloatArray]
    squared: dict[str, FloatArray]
    residual: dict[str, FloatArray]
    truth: FloatArray | None = None
    time: FloatArray | None = None
    is_dated: bool = False

    def __len__(self) -> int:
        return len(self.portfolio)

    def scaled(self, ratios: Mapping[str, float]) -> Rows:
        """Multiply the expected errors of each model by a ratio."""
        return replace(self, squared={k: one * ratios[k] ** 2 for k, one in self.squared.items()})

    def codes(self, portfolios: Any) -> IntArray:
        """Return where each row's portfolio stands in a sorted list; -1 where it does not."""
        at = np.searchsorted(portfolios, self.portfolio).clip(0, len(portfolios) - 1)
        return np.where(portfolios[at] == self.portfolio, at, -1)


def check_models(models: Mapping[str, Any]) -> ErrorScale:
    """Check that models can be held against each other.

    Raises
    ------
    OptionError
        If there are fewer than two, one has no expected errors, or error scales differ.
    """
    if not isinstance(models, Mapping) or len(models) < 2:  # noqa: PLR2004 - one has no choice
        msg = (
            "At least two models are needed, as a mapping of names to fitted models such as "
            f"{{'old': old, 'new': new}}; got {models!r}."
        )
        raise OptionError(msg)
    for name, model in models.items():
        if not all(hasattr(model, one) for one in ("predict_with_error", "error")):
            msg = (
                f"The model {name!r} must be a fitted ConfidentRegressor: it tells of each value "
                f"how wrong it is likely to be; got {type(model).__name__}."
            )
            raise OptionError(msg)
    scales = {name: model.error for name, model in models.items()}
    if len(set(scales.values())) > 1:
        told = ", ".join(f"{name} {scale}" for name, scale in scales.items())
        msg = f"The models must have one error scale, found {told}: fit them with the same error."
        raise OptionError(msg)
    return error_scale(next(iter(scales.values())))


def rows_of(
    models: Mapping[str, Any],
    X: TableLike,
    by: str | ArrayLike | None,
    scale: ErrorScale,
    truth: ArrayLike | None = None,
    time: str | None = None,
) -> Rows:
    """Ask each model about rows.

    Parameters
    ----------
    models : mapping of str to model
    X : DataFrame or array-like of shape (n_rows, n_features)
    by : str, array-like of shape (n_rows,) or None
        The portfolio of each row.
    scale : ErrorScale
    truth : array-like of shape (n_rows,), default=None
    time : str, default=None
        The column that says when a row was decided on.

    Returns
    -------
    Rows

    Raises
    ------
    TableError
        If a portfolio or a time is missing, or a truth is no finite number.
    EstimatorError
        If a model fails.
    """
    table: Any = as_frame_if_table(X)
    n_rows = len(table)
    portfolio = np.full(n_rows, "all")
    if by is not None:
        column = role_column(table, "portfolio", by)
        assert column is not None  # noqa: S101 - something was given
        missing = int(column.isna().sum())
        if missing:
            msg = f"The portfolio is missing in {missing} of {n_rows} rows; leave those rows out."
            raise TableError(msg)
        portfolio = column.astype(str).to_numpy(dtype=str)
    value, squared, residual = {}, {}, {}
    known = None if truth is None else check_column("truth", truth, n_rows)
    for name, model in models.items():
        with blamed(f"The model {name!r} failed"):
            predicted, expected = model.predict_with_error(table)
        value[name] = check_column(f"prediction of {name!r}", predicted, n_rows)
        error = check_column(f"expected error of {name!r}", expected, n_rows)
        if (error < 0).any():
            msg = f"The model {name!r} gives expected errors below 0."
            raise EstimatorError(msg)
        squared[name] = error**2
        if known is not None:
            residual[name] = scale.checked_residual(value[name], known)
    when = role_column(table, "time", time)
    if when is None:
        return Rows(portfolio, value, squared, residual, known)
    moments = all_moments(when, n_rows)
    is_dated = moments.dtype.kind == "M"
    return Rows(portfolio, value, squared, residual, known, _as_numbers(moments), is_dated)


def _as_numbers(moments: Any) -> FloatArray:
    """Turn dates into microseconds; numbers stay."""
    if moments.dtype.kind == "M":
        moments = moments.astype("datetime64[us]").astype(np.int64)
    return np.asarray(moments, dtype=np.float64)


def time_of(models: Mapping[str, Any], tables: Sequence[Any]) -> str | None:
    """Return the time that all models were fitted with, if all tables have it."""
    names = {getattr(model, "time_name_", None) for model in models.values()}
    name = next(iter(names))
    if len(names) > 1 or name is None:
        return None
    there = all(name in getattr(as_frame_if_table(one), "columns", ()) for one in tables)
    return str(name) if there else None


def held_out_errors(models: Mapping[str, Any]) -> dict[str, float]:
    """Return the root mean squared residual of each model, on rows that all had held out.

    Raises
    ------
    OptionError
        If they were not fitted on tables of one length, or have no residuals.
    """
    residuals = {name: getattr(model, "residual_", None) for name, model in models.items()}
    lengths = {name: None if one is None else len(one) for name, one in residuals.items()}
    if None in lengths.values() or len(set(lengths.values())) > 1:
        msg = (
            "Which model was better before cannot be told, since they were not fitted on the same "
            "rows; pass labelled=(X, y), rows that none of them was fitted on."
        )
        raise OptionError(msg)
    known = np.isfinite(np.column_stack(list(residuals.values()))).all(axis=1)  # type: ignore[arg-type]
    return {name: float(np.sqrt(np.mean(one[known] ** 2))) for name, one in residuals.items()}  # type: ignore[index]
