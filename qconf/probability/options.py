"""Check the numbers and the columns that probabilities are made of."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from numpy.typing import ArrayLike

from qconf._types import FloatArray
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError

__all__ = ["check_expected_error", "check_level", "check_positive_number"]


def check_positive_number(what: str, value: Any, example: str) -> None:
    """Check a number that must be finite and above 0.

    Raises
    ------
    OptionError
    """
    if not (_is_number(value) and value > 0):
        msg = f"The {what} must be a finite number > 0, such as {example}; got {value!r}."
        raise OptionError(msg)


def check_level(what: str, value: Any, example: str = "0.8") -> None:
    """Check a number that must lie strictly between 0 and 1.

    Raises
    ------
    OptionError
    """
    if not (_is_number(value) and 0 < value < 1):
        msg = f"The {what} must lie strictly between 0 and 1, such as {example}; got {value!r}."
        raise OptionError(msg)


def check_expected_error(values: ArrayLike, n_rows: int) -> FloatArray:
    """Check expected errors: finite, not negative, one a row.

    Raises
    ------
    TableError
    """
    expected = check_column("expected error", values, n_rows)
    negative = int((expected < 0).sum())
    if negative:
        msg = (
            f"Expected errors must be >= 0, and {negative} of {n_rows} are negative. A score that "
            "only ranks rows has no units: fit a model to it first (--estimator column:NAME)."
        )
        raise TableError(msg)
    return expected


def _is_number(value: Any) -> bool:
    # A bool is a Real; NumPy's own is none.
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
