"""Laws of what an estimator may offer: signals and shares for a blend, roles of rows in fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, Table
from qconf.checks.answers import in_steps, require_same_units, same
from qconf.checks.trying import (
    expected_errors,
    fitted_on,
    must_work,
    needs_fit,
    numeric_rows,
    require,
    require_expected_errors,
    unfitted,
)
from qconf.core.conventions import PREDICTION

__all__ = [
    "check_groups",
    "check_share",
    "check_share_of_fitted",
    "check_signals",
    "check_signals_are_of_their_row",
    "check_signals_need_fit",
    "check_signals_units",
    "check_target",
    "check_time",
]


def check_signals(estimator: Any) -> None:
    """Give finite signals >= 0 of shape (n_rows, n_signals)."""
    table, residual = numeric_rows()
    signals = _signals(fitted_on(estimator, table, residual), table.iloc[:7])
    law = f"signals must give shape (n_rows, n_signals), here (7, ...); got {signals.shape}"
    right = signals.ndim == 2 and len(signals) == 7 and signals.size > 0  # noqa: PLR2004 - as said
    require(right, law, "Put them side by side with numpy.column_stack.")
    n_bad = int((~(np.isfinite(signals) & (signals >= 0))).sum())
    law = f"Signals must be finite and >= 0; {n_bad} of {signals.size} are not"
    require(n_bad == 0, law, "A blend takes their logarithms, lower for smaller errors.")


def check_signals_are_of_their_row(estimator: Any) -> None:
    """Give a row the same signals alone and in any order."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    together = _signals(fitted, table)
    order = np.random.default_rng(0).permutation(len(table))
    shuffled = _signals(fitted, table.iloc[order])
    alone = np.concatenate([_signals(fitted, table.iloc[[i]]) for i in range(10)])
    law = "A row's signals must not depend on the other rows of the batch"
    remedy = "Take means, ranks and codes from fit, and keep them."
    require(same(shuffled, together[order]) and same(alone, together[:10]), law, remedy)


def check_signals_need_fit(estimator: Any) -> None:
    """Refuse signals before `fit`."""
    table, _ = numeric_rows()
    law = "signals before fit must raise sklearn.exceptions.NotFittedError"
    refused = needs_fit(lambda own: own.signals(table), unfitted(estimator))
    require(refused, law, "Begin it with: check_is_fitted(self).")


def check_signals_units(estimator: Any) -> None:
    """Give ten times the signals for ten times the residuals."""
    table, residual = numeric_rows()
    residual = in_steps(residual)
    signals, larger = [
        _signals(fitted_on(estimator, table, times * residual), table) for times in (1.0, 10.0)
    ]
    require_same_units(signals, larger, "signals")


def _signals(fitted: Any, X: Table) -> FloatArray:
    return np.asarray(fitted.signals(X))


def check_share(estimator: Any) -> None:
    """Give a share of the work to a new estimator of the same class, which works as any."""
    own = unfitted(estimator)
    before = repr(own.get_params(deep=False))
    part = own.share(4)
    remedy = "Begin with sklearn.base.clone(self), change that, and return it."
    require(part is not own, "share(n) must return a new estimator; it returned itself", remedy)
    law = f"share(n) must return a {type(own).__name__}; it returned a {type(part).__name__}"
    require(type(part) is type(own), law, remedy)
    unchanged = repr(own.get_params(deep=False)) == before
    require(unchanged, "share(n) must not change the estimator it is asked of", remedy)
    table, residual = numeric_rows()
    expected = expected_errors(fitted_on(part, table, residual), table)
    law = "What share(n) returns must fit and predict as any estimator"
    require(expected.shape == (len(table),), law, remedy)


def check_share_of_fitted(estimator: Any) -> None:
    """Give an unfitted share also of a fitted estimator, which stays fitted as it was."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    before = expected_errors(fitted, table)
    part = fitted.share(4)
    remedy = "Begin with sklearn.base.clone(self), which forgets what was learned."
    # One that returns itself is told of by another check.
    refused = part is fitted or needs_fit(lambda own: own.predict(table), part)
    require(refused, "share(n) must return an estimator that is not fitted", remedy)
    law = "share(n) must leave the expected errors of the fitted estimator as they were"
    require(np.array_equal(expected_errors(fitted, table), before), law, remedy)


def check_time(estimator: Any) -> None:
    """Take times that are numbers or dates, and refuse those of another length."""
    n_rows = len(numeric_rows()[0])
    days = pd.date_range("2020-01-01", periods=n_rows).to_numpy()
    _check_role(estimator, "time", [np.arange(float(n_rows)), days])


def check_groups(estimator: Any) -> None:
    """Take groups that are numbers, and refuse those of another length."""
    n_rows = len(numeric_rows()[0])
    _check_role(estimator, "groups", [np.arange(n_rows) // 3])


def check_target(estimator: Any) -> None:
    """Take targets that are any numbers or all above zero, and refuse those of another length."""
    table, residual = numeric_rows()
    target = table[PREDICTION].to_numpy() - residual
    _check_role(estimator, "target", [target, np.round(1000 * np.abs(target)).astype(int) + 1])


def _check_role(estimator: Any, role: str, values: list[Any]) -> None:
    table, residual = numeric_rows()
    for given in values:
        law = f"fit must take {role} that are {given.dtype}"
        with must_work(law, f"Leave the parameter {role} out of fit if they are not for you."):
            fitted = unfitted(estimator).fit(table, residual, **{role: given})
            expected = expected_errors(fitted, table)
        require(expected.shape == (len(table),), law)
        require_expected_errors(expected, f"after fit was told {role} that are {given.dtype}")
    without, none = [
        expected_errors(fitted_on(estimator, table, residual, **said), table)
        for said in ({}, {role: None})
    ]
    law = f"fit must take {role}=None as if it had not been said"
    require(np.array_equal(without, none), law, "Let None be the default.")
    try:
        unfitted(estimator).fit(table, residual, **{role: values[0][:-1]})
    except ValueError:
        return
    law = f"fit must refuse {role} of another length than the table with a ValueError"
    require(False, law, f"Compare len({role}) with the number of rows.")
