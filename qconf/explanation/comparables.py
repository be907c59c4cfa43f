"""Explain a value as people of the trade do: sales alike, adjusted and weighted."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf.errors import OptionError
from qconf.explanation.comparables_adjusting import adjusted_prices, on_scale, split_adjustments
from qconf.explanation.comparables_result import HELD_OUT, OTHER, Comparables, Pairs
from qconf.explanation.comparables_rows import Rows, Sales, rows_of
from qconf.explanation.comparables_window import known_before
from qconf.explanation.prepared_sales import PreparedSales
from qconf.learners.trees.shared_leaves import AlikeRows
from qconf.model.coded_pair import coded_pair
from qconf.model.regressor import ConfidentRegressor

__all__ = ["comparables"]

#: A part of a log ratio, or of a difference in shares of the values, that is none.
_ROUNDING = 1e-9


def comparables(
    model: Any,
    X: TableLike,
    *,
    sales: TableLike | PreparedSales | None = None,
    target: str | ArrayLike | None = None,
    n: int = 5,
    since: Any = None,
    random_state: RandomState = None,
) -> Comparables:
    """Find the known sales that a model treats as most alike, and adjust their prices.

    Alike are rows that share the most leaves of trees: of the valuation model, where that is
    boosted trees or a forest of ours; else of the error forest; else of a surrogate. A sale is
    adjusted by what the model says of the row beyond what it said of the sale *without having
    seen its price*; so on the relative and the log scale the adjusted price is the model's value
    times exp(−residual), and how far adjusted prices are from the value is how far off the model
    was on sales alike.

    Parameters
    ----------
    model : ConfidentRegressor, SelectiveRegressor, FittedModel or CertifiedModel
        Fitted.
    X : DataFrame or array-like of shape (n_rows, n_features)
        Rows to explain, with the columns of the fit; the group's may be missing.
    sales : DataFrame or array-like of shape (n_sales, n_columns), default=None
        Known sales, with the columns of the fit and the price; or `PreparedSales` of this model,
        for which neither `target` nor `random_state` counts. None is the rows of the fit, if
        the model keeps them (``keep_sales=True``). Sales that were in the fit are known again.
    target : str or array-like of shape (n_sales,), default=None
        The prices, or the name of their column. None is the name that the target had in the fit,
        or else the only column that is no feature.
    n : int, default=5
        Number of comparables.
    since : time, default=None
        Earlier sales are not used.
    random_state : int, RandomState instance or None, default=None
        Of the surrogate, which is fitted where the valuation model is not trees of ours.

    Returns
    -------
    Comparables

    Raises
    ------
    TableError
        If rows or sales cannot be used.
    OptionError
        If there are no sales, or an option is outside its rule.
    EstimatorError
        If the model has no trees.

    Notes
    -----
    Known at the time of a row are sales of strictly earlier times, where a column was the time of
    the fit. Without a time all sales are, but for those that are alike in all features: they may
    be the row itself. Sales of the row's group are never used. A sale of the fit is known again by
    its features and its price; if one of them was changed since, it counts as one that the model
    has not seen.

    Examples
    --------
    >>> import qconf
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> homes = pd.DataFrame({"area": rng.uniform(50, 150, 500).round(), "garden": rng.random(500)})
    >>> price = 3000 * homes["area"] * np.exp(rng.normal(scale=0.05, size=500))
    >>> model = qconf.ConfidentRegressor(confidence="forest", keep_sales=True, random_state=0)
    >>> found = qconf.comparables(model.fit(homes[:400], price[:400]), homes[400:])
    >>> found.table.columns.tolist()[:5]
    ['row', 'rank', 'sale', 'weight', 'price']
    >>> bool(np.allclose(found.table["price"] + found.table["adjustment"],
    ...                  found.table["adjusted_price"]))
    True
    """
    fitted = _regressor_of(model)
    if not (isinstance(n, Integral) and not isinstance(n, bool) and n >= 1):
        msg = f"The number of comparables must be a whole number >= 1, got {n!r}."
        raise OptionError(msg)
    rows = rows_of(fitted, X)
    prepared = (
        sales
        if isinstance(sales, PreparedSales)
        else PreparedSales.of(fitted, sales, target, random_state)
    )
    known, split, on_ratios = prepared.known, prepared.split, prepared.on_ratios
    value = fitted.values_of(rows.features if coded_pair(fitted) is None else rows.encoded)
    window, n_known = known_before(rows, known.rows, since)
    if on_ratios:
        # What is valued at zero or below has no ratio to anything.
        window.last[value <= 0] = 0
    alike = prepared.most_alike(rows, value, int(n), window)
    pairs = _pairs(alike, value, known, on_ratios=on_ratios)
    return Comparables(
        pairs=pairs,
        rows=rows,
        sales=known.rows,
        value=value,
        effective=alike.effective,
        local_error=np.sqrt(alike.mean_square),
        n_known=n_known,
        on_ratios=on_ratios,
        n_trees=sum(one.n_trees for one in prepared.similarity.forests),
        similarity=prepared.similarity.words,
        split_by="nothing" if split is None else split.words,
        fidelity=None if split is None else split.fidelity,
        left_out=known.left_out,
        _split=lambda: _adjustments(prepared, rows, value, pairs),
    )


def _regressor_of(model: Any) -> ConfidentRegressor:
    """Return the fitted pair, also of what holds one."""
    for name in ("model", "estimator_"):
        model = getattr(model, name, model)
    if not isinstance(model, ConfidentRegressor):
        msg = f"Comparables need a fitted ConfidentRegressor, got a {type(model).__name__}."
        raise OptionError(msg)
    return model


def _pairs(alike: AlikeRows, value: FloatArray, sales: Sales, *, on_ratios: bool) -> Pairs:
    """Put each row beside each of its comparables."""
    row, rank = np.nonzero(alike.places >= 0)
    place = alike.places[row, rank]
    residual = sales.residual[place]
    return Pairs(
        row=row,
        rank=rank + 1,
        place=place,
        weight=alike.shares[row, rank],
        price=sales.price[place],
        adjusted=adjusted_prices(value[row], residual, on_ratios=on_ratios),
        residual=residual,
    )


def _adjustments(
    prepared: PreparedSales, rows: Rows, value: FloatArray, pairs: Pairs
) -> tuple[list[Any], FloatArray]:
    """Split each adjustment over properties; return their names, and parts of the price."""
    sales, split, on_ratios = prepared.known, prepared.split, prepared.on_ratios
    sale_value = prepared.values_now(pairs.place)
    row_value = value[pairs.row]
    learned = _beyond(sale_value, pairs.price, on_ratios=on_ratios) - pairs.residual
    whole = _beyond(row_value, sale_value, on_ratios=on_ratios)
    names: list[Any] = [] if split is None else split.columns
    parts = prepared.parts(rows, pairs.row, pairs.place)
    if split is not None:
        parts = on_scale(parts, row_value, sale_value, logs=split.on_logs, on_ratios=on_ratios)
    rest = whole - parts.sum(axis=1)
    unit = 1.0 if on_ratios else np.abs(row_value) + np.abs(sale_value)
    rest[np.abs(rest) <= _ROUNDING * unit] = 0.0
    every = np.column_stack([parts, rest, np.where(sales.was_fitted[pairs.place], learned, 0.0)])
    is_own = split is not None and split.fidelity == 1.0
    takes_up = np.append(np.full(len(names), is_own), [not is_own, False])
    money = split_adjustments(
        every, pairs.price, pairs.adjusted, on_ratios=on_ratios, exact=takes_up
    )
    return [*names, OTHER, HELD_OUT], money


def _beyond(value: FloatArray, other: FloatArray, *, on_ratios: bool) -> FloatArray:
    return np.log(value / other) if on_ratios else value - other
