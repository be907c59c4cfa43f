"""Which of several models to use for which portfolio, before any of its outcomes is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qconf._types import ArrayLike, TableLike
from qconf.core.conventions import check_options
from qconf.errors import OptionError, TableError
from qconf.portfolios.choosing import LEAST_ROWS, choose_by_fit, choose_by_labels
from qconf.portfolios.result import PortfolioChoice
from qconf.portfolios.rows import Rows, check_models, held_out_errors, rows_of, time_of
from qconf.tables.roles import is_name

__all__ = ["compare_unlabelled"]

_PAIR, _TRIPLE = 2, 3


def compare_unlabelled(
    models: Mapping[str, Any],
    X: TableLike,
    by: str | ArrayLike | None = None,
    *,
    labelled: tuple[TableLike, ArrayLike] | tuple[TableLike, ArrayLike, ArrayLike] | None = None,
    time: str | None = None,
    confidence_level: float = 0.8,
) -> PortfolioChoice:
    """Choose between fitted models for each portfolio of rows whose outcomes are not known.

    What a model expects of its own errors over a portfolio (the AVM industry's AVMU: the root
    mean squared expected error) tells which is likely to be better there. It is believed as far
    as such differences have come true in labelled rows, and only where an interval leaves out
    zero is another model taken than the one that was better before.

    Parameters
    ----------
    models : mapping of str to ConfidentRegressor
        Fitted, on one error scale.
    X : DataFrame or array-like of shape (n_rows, n_features)
    by : str or array-like of shape (n_rows,), default=None
        The portfolio of each row, or the name of its column. None is one portfolio.
    labelled : (X, y) or (X, y, by), default=None
        Rows that no model was fitted on, the newest there are, with their outcomes; `by` is needed
        where that of `X` is given as values. None takes the residuals that each model had held
        out in its fit, all on the same rows, for the one that was better before, and nothing is
        distinguishable.
    time : str, default=None
        The column that says when a row was decided on, of `X` and of the labelled rows. What a
        market does to all values at once is read from their periods, and counts in how sure sums
        are. None is the time that all models were fitted with, if both tables have it.
    confidence_level : float, default=0.8
        At which a model must be better in a portfolio than the one that was better before; with
        several other models, all their intervals hold at once.

    Returns
    -------
    PortfolioChoice

    Raises
    ------
    OptionError
        If models cannot be compared, or an option is outside its range.
    TableError
        If rows cannot be used.

    References
    ----------
    Pollestad, Næss & Oust 2024, Journal of Real Estate Finance and Economics,
    doi 10.1007/s11146-024-10002-7.

    Examples
    --------
    >>> import numpy as np
    >>> from qconf import ConfidentRegressor, compare_unlabelled
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(size=(600, 1))
    >>> y = 1 + X[:, 0] + rng.normal(scale=0.1, size=600)
    >>> models = {
    ...     name: ConfidentRegressor(model, "constant", error="absolute").fit(X[:300], y[:300])
    ...     for name, model in {"line": LinearRegression(), "tree": DecisionTreeRegressor()}.items()
    ... }
    >>> choice = compare_unlabelled(models, X[450:], labelled=(X[300:450], y[300:450]))
    >>> choice.better_before, choice.choices["chosen"].tolist()
    ('line', ['line'])
    """
    check_options(threshold=1.0, fraction=1.0, confidence_level=confidence_level, outlier_rates=())
    scale = check_models(models)
    if labelled is None:
        rows = rows_of(models, X, by, scale)
        return choose_by_fit(rows, held_out_errors(models), scale, confidence_level)
    known, own = _labelled(labelled, by)
    when = time_of(models, [X, known[0]]) if time is None else time
    rows = rows_of(models, X, by, scale, time=when)
    told = _enough(rows_of(models, known[0], own, scale, known[1], when))
    if rows.is_dated != told.is_dated:
        msg = (
            f"The time {when!r} is of dates in one table and of numbers in the other; make it one."
        )
        raise TableError(msg)
    return choose_by_labels(rows, told, scale, confidence_level)


def _labelled(labelled: Any, by: str | ArrayLike | None) -> tuple[Sequence[Any], Any]:
    """Return the labelled rows as they were given, and their portfolios."""
    given: Sequence[Any] = labelled if isinstance(labelled, tuple | list) else ()
    if len(given) not in {_PAIR, _TRIPLE}:
        msg = "The labelled rows must be (X, y), or (X, y, by) with the portfolio of each row."
        raise OptionError(msg)
    if len(given) == _PAIR and by is not None and not is_name(by):
        msg = (
            "The portfolios of X are given as values, those of the labelled rows are not: pass "
            "labelled=(X, y, by), or name a column that both tables have."
        )
        raise OptionError(msg)
    return given, given[2] if len(given) == _TRIPLE else by


def _enough(known: Rows) -> Rows:
    """Complain of too few labelled rows."""
    if len(known) < LEAST_ROWS:
        msg = f"Too few labelled rows: {len(known)}; at least {LEAST_ROWS} are needed."
        raise TableError(msg)
    return known
