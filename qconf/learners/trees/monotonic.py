"""In which direction a prediction may go along a column, said by the column's name."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from qconf._types import BoolArray
from qconf.errors import OptionError, did_you_mean

__all__ = ["monotone_signs"]


def monotone_signs(
    monotonic: Mapping[Any, int], names: list[Any] | None, is_categorical: BoolArray
) -> list[int]:
    """Give each column its sign: what the caller said, and 0 for the others.

    Parameters
    ----------
    monotonic : mapping of str or int to int
        +1 where the prediction may only rise with the column, -1 where it may only fall.
    names : list or None
        Names of the columns; None for a table without names, whose columns are called by
        position.
    is_categorical : ndarray of shape (n_features,), dtype bool
        Columns of levels, which have no direction.

    Returns
    -------
    list of int

    Raises
    ------
    OptionError
        If a column is unknown or has levels, or a sign is neither +1 nor -1.

    Examples
    --------
    >>> import numpy as np
    >>> monotone_signs({"age": +1}, ["zone", "age"], np.array([True, False]))
    [0, 1]
    """
    signs = [0] * len(is_categorical)
    for column, sign in monotonic.items():
        position = _position(column, names, len(signs))
        if is_categorical[position]:
            msg = (
                f"monotonic names the column {column!r}, which holds levels and has no direction; "
                "only numbers, dates and durations have."
            )
            raise OptionError(msg)
        if isinstance(sign, bool) or not isinstance(sign, Integral) or abs(sign) != 1:
            msg = (
                f"monotonic[{column!r}] must be +1 (rises with the column) or -1 (falls), "
                f"got {sign!r}."
            )
            raise OptionError(msg)
        signs[position] = int(sign)
    return signs


def _position(column: Any, names: list[Any] | None, n_columns: int) -> int:
    if names is not None:
        if column in names:
            return names.index(column)
        hint = did_you_mean(str(column), map(str, names))
        msg = f"monotonic names the column {column!r}, which the table does not have. {hint}"
        raise OptionError(msg)
    if isinstance(column, Integral) and 0 <= int(column) < n_columns:
        return int(column)
    msg = (
        f"monotonic names the column {column!r}, but the table has no names: "
        f"give positions, 0 to {n_columns - 1}."
    )
    raise OptionError(msg)
