"""Laws of the answer: one expected error a row, in the units of the residuals."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import FloatArray
from qconf.checks.trying import (
    expected_errors,
    fitted_on,
    must_work,
    numeric_rows,
    require,
    require_expected_errors,
    unfitted,
)

__all__ = [
    "check_finite_and_non_negative",
    "check_index",
    "check_larger_errors",
    "check_one_row",
    "check_other_residuals_other_answer",
    "check_row_order",
    "check_shape",
    "check_sign_does_not_matter_to_range",
    "check_size",
    "check_units",
    "in_steps",
    "require_same_units",
    "same",
]

#: Roots and logarithms round differently in other units; a unit that is lost is another matter.
_UNITS_TOLERANCE = 0.001
_TIMES = 10.0
#: A mean absolute error, or that of most rows, is so much smaller at most than a root mean square.
_SIZE_TOLERANCE = 4.0
#: One that tells none of these rows apart comes as near as this.
_EQUAL = 0.9


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


def check_index(estimator: Any) -> None:
    """Go by the rows of a table, whatever they are called."""
    table, residual = numeric_rows()
    elsewhere = table.set_axis(table.index + 1000)
    fitted = fitted_on(estimator, table, residual)
    expected = expected_errors(fitted, table)
    law = "The index of a table must not matter"
    remedy = "A part of a table keeps its labels, and y has none: go by position, as arrays do."
    with must_work(law, remedy):
        later = expected_errors(fitted, elsewhere)
        fitted_there = expected_errors(unfitted(estimator).fit(elsewhere, residual), elsewhere)
    require(same(later, expected), f"{law} in predict", remedy)
    require(same(fitted_there, expected), f"{law} in fit", remedy)


def check_size(estimator: Any) -> None:
    """Expect errors of about the size of the residuals, whatever their signs."""
    table, residual = numeric_rows()
    for given, word in ((residual, "of both signs"), (-np.abs(residual), "below zero")):
        expected = expected_errors(fitted_on(estimator, table, given), table)
        ratio = float(np.sqrt(np.mean(expected**2) / np.mean(given**2)))
        law = (
            "Expected errors must be about as large as the residuals; those of rows with residuals "
            f"{word} were x {ratio:.2g}"
        )
        remedy = (
            "Learn abs(y), or y ** 2 and take the root, not y itself; a score that only ranks rows "
            "says in_error_units = False."
        )
        require(1 / _SIZE_TOLERANCE <= ratio <= _SIZE_TOLERANCE, law, remedy)


def check_larger_errors(estimator: Any) -> None:
    """Expect no less of rows whose errors were ten times as large: lower is safer."""
    table, residual = numeric_rows()
    large = table["size"].to_numpy() > table["size"].median()
    residual = residual * np.where(large, _TIMES, 1.0)
    expected = expected_errors(fitted_on(estimator, table, residual), table)
    found = float(expected[large].mean()), float(expected[~large].mean())
    law = (
        "Where residuals were ten times as large no smaller errors must be expected; "
        f"they were {found[0]:.2g} there and {found[1]:.2g} elsewhere, on average"
    )
    remedy = "Return the error that is to be expected, not how sure you are: lower is safer."
    require(found[0] >= _EQUAL * found[1], law, remedy)


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
