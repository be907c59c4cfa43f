"""Take in the rows that are explained, and the sales that they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray, FloatArray, Table, TableLike
from qconf.core.error_scale import error_scale
from qconf.core.frames import as_frame_if_table, as_series
from qconf.core.validation import select_rows
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.errors import OptionError, TableError, did_you_mean
from qconf.model.given_prediction import GivenPrediction
from qconf.model.regressor import ConfidentRegressor
from qconf.tables.roles import check_positive, is_name, moments_of, role_column, role_numbers

__all__ = ["Rows", "Sales", "known_sales", "rows_of"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as a model sees them.

    Attributes
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_columns)
        The columns of the fit, checked.
    features : DataFrame or ndarray of shape (n_rows, n_features)
        As the valuation model sees them.
    index : Index of shape (n_rows,)
    time : ndarray of shape (n_rows,) or None
        Dates or numbers; None if no column of the fit was its time.
    groups : Series of shape (n_rows,) or None
    encoder : TableEncoder
        Of the features.
    """

    table: Table
    features: Table
    index: pd.Index
    time: Any
    groups: pd.Series[Any] | None
    encoder: TableEncoder

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def encoded(self) -> Encoded:
        """The features as numbers."""
        return Encoded.of(self.features, self.encoder)

    @cached_property
    def keys(self) -> Any:
        """Hashes of the features, equal where all of them are, shape (n_rows,)."""
        # Zero has two signs.
        return pd.util.hash_pandas_object(
            pd.DataFrame(self.encoded.matrix + 0.0), index=False
        ).to_numpy()


@dataclass(frozen=True, eq=False)
class Sales:
    """Known sales.

    Attributes
    ----------
    rows : Rows
        In the order of their time.
    price : ndarray of shape (n_sales,)
    residual : ndarray of shape (n_sales,)
        Of predictions that have not seen the price: log ratios, or on the absolute error scale
        differences.
    was_fitted : ndarray of shape (n_sales,), dtype bool
        Whether the valuation model has seen the price since.
    left_out : dict of str to int
        How many sales were not used, by the reason.
    """

    rows: Rows
    price: FloatArray
    residual: FloatArray
    was_fitted: BoolArray
    left_out: dict[str, int]

    def prediction(self, *, on_ratios: bool) -> FloatArray:
        """Return the predictions that have not seen the price."""
        if on_ratios:
            return self.price * np.exp(self.residual)
        return self.price + self.residual


def rows_of(model: ConfidentRegressor, X: TableLike) -> Rows:
    """Look at rows as a model does; columns that it does not know are left aside.

    Raises
    ------
    TableError
        If the table lacks a column of the fit; the group's may be missing.
    """
    table = _with_columns(model, as_frame_if_table(X))
    features = model.features_of(table)
    index = table.index if isinstance(table, pd.DataFrame) else pd.RangeIndex(len(features))
    time = groups = None
    if isinstance(table, pd.DataFrame):
        # A day beyond those of the fit is no reason to warn: sales are as old as they are.
        if model.time_name_ is not None:
            time = moments_of(role_column(features, "time", model.time_name_))[0]
        if model.group_name_ is not None:
            groups = role_column(table, "group", model.group_name_)
    return Rows(table, features, index, time, groups, model.encoder)


def _with_columns(model: ConfidentRegressor, table: Any) -> Any:
    names = getattr(model, "feature_names_in_", None)
    if names is None or not isinstance(table, pd.DataFrame):
        return table
    if model.group_name_ in set(names) - set(table.columns):
        table = table.assign(**{str(model.group_name_): np.nan})
    missing = [name for name in names if name not in table.columns]
    if missing:
        msg = (
            f"The table has no column {missing[0]!r}, which the model was fitted on. "
            f"{did_you_mean(str(missing[0]), table.columns, used=map(str, names))}"
        )
        raise TableError(msg)
    return table[list(names)]


def known_sales(
    model: ConfidentRegressor, sales: TableLike | None, target: str | ArrayLike | None
) -> Sales:
    """Take in sales, in the order of their time, with residuals that have not seen their price.

    Parameters
    ----------
    model : ConfidentRegressor
    sales : DataFrame or array-like of shape (n_sales, n_columns), or None
        None is the rows of the fit, if the model keeps them.
    target : str, array-like of shape (n_sales,) or None
        The prices, or the name of their column.

    Raises
    ------
    OptionError
        If there are no sales, or it is not told which column is the price.
    TableError
        If they cannot be used.
    """
    given, price = _given(model, sales, target)
    rows = rows_of(model, given)
    scale = error_scale(model.error)
    priced = np.isfinite(price)
    check_positive(price[priced], "target", scale)
    timed = np.ones(len(price), bool) if rows.time is None else ~np.asarray(pd.isna(rows.time))
    was_fitted, residual = _of_the_fit(model, rows, price, sales_are_kept=sales is None)
    new = np.flatnonzero(priced & timed & ~was_fitted)
    residual[new] = _of_the_model(model, select_rows(rows.features, new), price[new])
    unknown = ~np.isfinite(residual)
    reasons = {
        "without a price": ~priced,
        "without a time": ~timed,
        "that the fit could not predict without having seen them": unknown & was_fitted,
        "valued at zero or below": unknown,
    }
    used = np.flatnonzero(~np.logical_or.reduce(list(reasons.values())))
    if len(used) == 0:
        counts = ", ".join(f"{int(one.sum())} {why}" for why, one in reasons.items() if one.any())
        msg = f"None of the {len(price)} sales can be used: {counts}."
        raise TableError(msg)
    if rows.time is not None:
        used = used[np.argsort(rows.time[used], kind="stable")]
    left_out: dict[str, int] = {}
    seen = np.zeros(len(price), dtype=bool)
    for why, one in reasons.items():
        if (one & ~seen).any():
            left_out[why] = int((one & ~seen).sum())
        seen |= one
    return Sales(_part(rows, used), price[used], residual[used], was_fitted[used], left_out)


def _given(
    model: ConfidentRegressor, sales: TableLike | None, target: str | ArrayLike | None
) -> tuple[Any, FloatArray]:
    """Return a table of sales, and their prices, not a number where missing."""
    known = getattr(model, "known_sales_", None)
    if known is None:
        msg = (
            "This model does not know the rows of its fit again (an older qconf made it), and "
            "sales it has seen would look too good: fit it again."
        )
        raise OptionError(msg)
    if sales is None:
        if known.kept is None:
            msg = (
                "There are no sales to compare with: pass sales= (features and prices; --sales "
                "FILE), or fit with keep_sales=True (--keep-sales)."
            )
            raise OptionError(msg)
        return known.kept.table, known.kept.target
    table = as_frame_if_table(sales)
    if target is None:
        target = _target_name(model, table, known.target_name)
    if not is_name(target):
        return table, role_numbers(as_series(target, "target", len(table)), "target")
    column = role_column(table, "target", target)
    assert column is not None  # a name was given  # noqa: S101
    return table, role_numbers(column, f"target {target!r}")


def _target_name(model: ConfidentRegressor, table: Any, name: str | None) -> Any:
    """Find the column of prices: that of the fit's name, or the only one that is no feature."""
    columns = list(table.columns) if isinstance(table, pd.DataFrame) else []
    if name is not None and name in columns:
        return name
    features = set(getattr(model, "feature_names_in_", columns))
    others = [column for column in columns if column not in features]
    if len(others) == 1:
        return others[0]
    listed = ", ".join(map(repr, others)) or "none"
    msg = (
        f"Which column of the sales is the price? Name it (target=); those that are no features: "
        f"{listed}."
    )
    raise OptionError(msg)


def _of_the_fit(
    model: ConfidentRegressor, rows: Rows, price: FloatArray, *, sales_are_kept: bool
) -> tuple[BoolArray, FloatArray]:
    """Tell which sales the valuation model has seen, and return its residuals of when it had not.

    Given predictions have seen none.
    """
    residual = np.full(len(price), np.nan)
    if isinstance(model.regressor_, GivenPrediction):
        return np.zeros(len(price), dtype=bool), residual
    if sales_are_kept:
        places = np.arange(len(price))
    else:
        has_one = np.isfinite(model.residual_)
        places = model.known_sales_.places(rows.encoded, price, has_one)
    was_fitted = places >= 0
    own = model.residual_[places[was_fitted]]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log1p(own) if model.error == "relative" else own
    residual[was_fitted] = np.where(np.isfinite(logs), logs, np.nan)
    return was_fitted, residual


def _of_the_model(model: ConfidentRegressor, features: Table, price: FloatArray) -> FloatArray:
    """Return residuals of sales that the valuation model has not seen."""
    if len(price) == 0:
        return price
    value = model.values_of(features)
    if model.error == "absolute":
        return value - price
    positive = value > 0
    return np.where(positive, np.log(np.where(positive, value, 1.0) / price), np.nan)


def _part(rows: Rows, places: Any) -> Rows:
    part = Rows(
        select_rows(rows.table, places),
        select_rows(rows.features, places),
        rows.index[places],
        None if rows.time is None else rows.time[places],
        None if rows.groups is None else rows.groups.iloc[places].reset_index(drop=True),
        rows.encoder,
    )
    if "encoded" in vars(rows):
        # Encoded once, however the rows are ordered.
        vars(part)["encoded"] = rows.encoded[places]
    return part
