"""Laws of the answer: one expected error a row, in the units of the residuals."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import FloatArray
from qconf.checks.trying import (
    expected_errors,
    fitted_on,
    numeric_rows,
    require,
    require_expected_errors,
)

__all__ = [
    "check_finite_and_non_negative",
    "check_one_row",
    "check_other_residuals_other_answer",
    "check_row_order",
    "check_shape",
    "check_sign_does_not_matter_to_range",
    "check_units",
    "in_steps",
    "require_same_units",
    "same",
]

#: Roots and logarithms round differently in other units; a unit that is lost is another matter.
_UNITS_TOLERANCE = 0.001
_TIMES = 10.0


def check_shape(estimator: Any) -> None:
    """Give one number a row."""
    table, residual = numeric_rows()
    expected = expected_errors(fitted_on(estimator, table, residual), table.iloc[:7])
    law = f"predict must give shape (n_rows,), here (7,); got {expected.shape}"
    require(expected.shape == (7,), law, "Return one number a row, as numpy.ravel would.")


def check_finite_and_non_negative(estimator: Any) -> None:
    """Give finite expected errors >= 0, also far from the rows of `fit`."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    require_expected_errors(expected_errors(fitted, table), "of the rows of fit")
    try:
        expected = expected_errors(fitted, table * 100.0 - 50.0)
    except ValueError:
        # An estimator may refuse values that it has no meaning for, such as negative scores.
        return
    require_expected_errors(expected, "far from the rows of fit")


def check_sign_does_not_matter_to_range(estimator: Any) -> None:
    """Take residuals of one sign like any others."""
    table, residual = numeric_rows()
    for sign, word in ((1.0, "positive"), (-1.0, "negative")):
        fitted = fitted_on(estimator, table, sign * np.abs(residual))
        where = f"after a fit on {word} residuals only"
        require_expected_errors(expected_errors(fitted, table), where)


def check_row_order(estimator: Any) -> None:
    """Answer for a row as in any order of the rows."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    order = np.random.default_rng(0).permutation(len(table))
    shuffled = expected_errors(fitted, table.iloc[order])
    law = "A row's expected error must not depend on where it stands among the rows of predict"
    remedy = "Take what a row is held against from fit, and no index or position."
    require(same(shuffled, expected_errors(fitted, table)[order]), law, remedy)


def check_one_row(estimator: Any) -> None:
    """Answer for a row alone as among others."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    together = expected_errors(fitted, table)
    alone = np.concatenate([expected_errors(fitted, table.iloc[[i]]) for i in range(10)])
    law = "A row's expected error must not depend on the other rows of predict"
    require(same(alone, together[:10]), law, "Take means, ranks and codes from fit, and keep them.")


def check_units(estimator: Any) -> None:
    """Give ten times the expected errors for ten times the residuals."""
    table, residual = numeric_rows()
    residual = in_steps(residual)
    expected, larger = [
        expected_errors(fitted_on(estimator, table, times * residual), table)
        for times in (1.0, _TIMES)
    ]
    require_same_units(expected, larger, "expected errors")


def in_steps(residual: FloatArray) -> FloatArray:
    """Round residuals so that squares and their sums are exact in either unit.

    Where they are not, trees may break a tie in one unit otherwise than in the other.
    """
    return np.round(residual * 1024.0) / 1024.0


def require_same_units(expected: FloatArray, larger: FloatArray, what: str) -> None:
    """Require that what residuals x 10 gave is ten times as large."""
    # A millionth of the residuals' own size is nothing, and may be rounded as it likes.
    nothing = 1e-6 * _TIMES
    kept = np.allclose(larger, _TIMES * expected, rtol=_UNITS_TOLERANCE, atol=nothing)
    total = float(np.sum(expected))
    found = f"their sum was x {float(np.sum(larger)) / total:.3g}" if total > 0 else "they were 0"
    law = f"Residuals x 10 must give {what} x 10; {found}"
    remedy = (
        "Multiply what you predict with the size of the residuals of fit; a score that only ranks "
        "rows says in_error_units = False."
    )
    require(bool(kept), law, remedy)


def check_other_residuals_other_answer(estimator: Any) -> None:
    """Learn from the residuals: other ones give other expected errors."""
    table, residual = numeric_rows()
    other = 3.0 * residual[::-1]
    before, after = [
        expected_errors(fitted_on(estimator, table, given), table) for given in (residual, other)
    ]
    law = "Expected errors must change when the residuals of fit do; they are the same"
    remedy = "Learn from y; a score that is read or made from X alone says in_error_units = False."
    require(not np.allclose(before, after, rtol=1e-3), law, remedy)


def same(first: FloatArray, second: FloatArray) -> bool:
    """Tell whether two answers are the same but for the last digits."""
    return first.shape == second.shape and np.allclose(first, second, rtol=1e-9, atol=1e-12)
