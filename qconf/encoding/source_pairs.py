"""Pairs of columns that say the same thing from two sources, and so should agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from qconf._types import FloatArray, Table
from qconf.encoding.columns import as_floats, as_frame, is_measured
from qconf.errors import OptionError, TableError, did_you_mean

__all__ = ["Pairs", "SourcePair", "check_pairs", "paired_numbers", "read_pairs"]

#: Pairs of columns; or what each pair is about, and the pair.
Pairs: TypeAlias = Sequence[Sequence[Any]] | Mapping[str, tuple[Any, Any]]

_TWO = 2


class SourcePair(NamedTuple):
    """Two columns that should agree.

    Attributes
    ----------
    first, second : str or int
        Their names; positions in a table without names.
    about : str or None
        What both tell, such as ``"floor area"``.
    """

    first: Any
    second: Any
    about: str | None = None

    @property
    def sources(self) -> tuple[Any, Any]:
        """The two columns."""
        return self.first, self.second

    @property
    def name(self) -> str:
        """What the features that are made of it are called by."""
        return f"{self.first}~{self.second}"


def read_pairs(pairs: Pairs | None) -> list[SourcePair]:
    """Read pairs of columns.

    Parameters
    ----------
    pairs : sequence of (name, name), mapping of str to (name, name), or None

    Returns
    -------
    list of SourcePair

    Raises
    ------
    OptionError
        If one is not two columns, or stands twice.

    Examples
    --------
    >>> [pair.name for pair in read_pairs({"floor area": ("sqft_tax", "sqft_listing")})]
    ['sqft_tax~sqft_listing']
    """
    given = pairs.items() if isinstance(pairs, Mapping) else ((None, one) for one in pairs or ())
    read = [_read(one, about) for about, one in given]
    for i, pair in enumerate(read):
        if any({pair.first, pair.second} == {one.first, one.second} for one in read[:i]):
            msg = f"The conflict of {pair.first!r} and {pair.second!r} is named twice."
            raise OptionError(msg)
    return read


def _read(pair: Any, about: str | None) -> SourcePair:
    two = list(pair) if isinstance(pair, Sequence) and not isinstance(pair, str) else [pair]
    if len(two) != _TWO or two[0] == two[1] or not all(isinstance(i, str | int) for i in two):
        msg = (
            "A conflict is between two columns that should agree, such as ('sqft_tax', "
            f"'sqft_listing'); got {pair!r}."
        )
        raise OptionError(msg)
    return SourcePair(two[0], two[1], about)


def paired_numbers(table: Table, pair: SourcePair) -> tuple[FloatArray, FloatArray]:
    """Return what both sources say of each row, missing values as NaN.

    Parameters
    ----------
    table : DataFrame or ndarray of shape (n_samples, n_features)
        Checked.
    pair : SourcePair

    Returns
    -------
    first, second : ndarray of shape (n_samples,)

    Raises
    ------
    TableError
        If there is no such column, or it holds no numbers.
    """
    return _numbers(table, pair.first), _numbers(table, pair.second)


def check_pairs(pairs: Pairs | None, features: Table) -> list[SourcePair]:
    """Check, before anything is fitted, that features have pairs that can be compared.

    Parameters
    ----------
    pairs : sequence, mapping or None
    features : DataFrame or ndarray of shape (n_samples, n_features)
        Checked.

    Returns
    -------
    list of SourcePair

    Raises
    ------
    OptionError, TableError
    """
    read = read_pairs(pairs)
    for pair in read:
        first, second = paired_numbers(features, pair)
        if np.isnan(first + second).all():
            msg = (
                f"No row has both {pair.first!r} and {pair.second!r}: there is nothing to compare. "
                "Leave the pair out of the conflicts."
            )
            raise TableError(msg)
    return read


def _numbers(table: Table, name: Any) -> FloatArray:
    column = _column(table, name)
    if not is_measured(column):
        _refuse(name, "text", "Convert it to numbers")
    if column.dtype.kind == "M":
        _refuse(name, "dates", "Convert both to numbers, such as years")
    return as_floats(column)


def _column(table: Table, name: Any) -> pd.Series[Any]:
    frame = as_frame(table)
    names = [str(one) for one in frame.columns]
    if not isinstance(table, pd.DataFrame) and isinstance(name, str):
        msg = f"A conflict names {name!r}, but an array has no names; name columns by position."
        raise TableError(msg)
    if str(name) not in names:
        msg = (
            f"A conflict is between two features, and there is no feature {name!r}. "
            f"{did_you_mean(str(name), names)}"
        )
        raise TableError(msg)
    column: pd.Series[Any] = frame.iloc[:, names.index(str(name))]
    return column


def _refuse(name: Any, kind: str, remedy: str) -> None:
    msg = (
        f"A conflict is between two columns of numbers, and {name!r} holds {kind}. {remedy}, or "
        "leave the pair out of the conflicts."
    )
    raise TableError(msg)
