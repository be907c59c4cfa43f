"""Say which columns a model wants, and make rows that have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import Table
from qconf.core.plain_columns import DATES, DURATIONS, EMPTY, LEVELS, NUMBERS
from qconf.encoding.encoder import TableEncoder

__all__ = ["Column", "columns_of", "invented_rows"]

#: Levels that are named; of the others there is a number.
_FIRST = 5
_ROWS = 16
#: The last rows have what was never seen.
_ODD = 2


@dataclass(frozen=True)
class Column:
    """A column of the table that a model wants.

    Attributes
    ----------
    name : str
        Its name; or its position, where the table of `fit` had no names.
    kind : {"numbers", "dates", "durations", "text", "nothing"}
    n_levels : int or None
        Of a column of text, if the model knows them.
    first : tuple of str
        The first few levels.
    """

    name: str
    kind: str
    n_levels: int | None = None
    first: tuple[str, ...] = ()


def columns_of(model: Any, parts: Iterable[Any]) -> list[Column]:
    """List the columns that a fitted model wants.

    Parameters
    ----------
    model : estimator
    parts : iterable of object
        What it holds; encoders among them know levels.

    Returns
    -------
    list of Column
        Empty if the model remembers no columns.
    """
    n_columns = getattr(model, "n_features_in_", 0)
    names = getattr(model, "feature_names_in_", None)
    called = [str(i) for i in range(n_columns)] if names is None else [str(one) for one in names]
    kinds = getattr(model, "_column_kinds", {})
    levels = _levels(parts, named=names is not None)
    return [
        Column(name, kind, len(levels[name]), tuple(map(str, levels[name][:_FIRST])))
        if (kind := kinds.get(i, NUMBERS)) == LEVELS and name in levels
        else Column(name, kind)
        for i, name in enumerate(called)
    ]


def _levels(parts: Iterable[Any], *, named: bool) -> dict[str, Any]:
    """Return the levels of columns by name; those of the encoder that knows most columns."""
    found: dict[str, Any] = {}
    encoders = [one for one in parts if isinstance(one, TableEncoder)]
    for encoder in sorted(encoders, key=lambda one: len(one.is_categorical_)):
        if hasattr(encoder, "feature_names_in_") == named:
            names = (
                encoder.get_feature_names_out() if named else range(len(encoder.is_categorical_))
            )
            found |= {str(names[i]): levels for i, levels in encoder.levels_.items()}
    return found


def invented_rows(model: Any, columns: list[Column], *, odd: bool) -> Table:
    """Make rows that a model takes, always the same.

    Parameters
    ----------
    model : estimator
    columns : list of Column
    odd : bool
        Whether two more rows have nothing that was ever seen.

    Returns
    -------
    DataFrame or ndarray of shape (n_rows, n_columns)
    """
    cells = {column.name: _cells(column, i, odd=odd) for i, column in enumerate(columns)}
    frame = pd.DataFrame(cells)
    if hasattr(model, "feature_names_in_"):
        return frame
    plain = all(column.kind in (NUMBERS, EMPTY) for column in columns)
    return frame.to_numpy(dtype=np.float64 if plain else object)


def _cells(column: Column, place: int, *, odd: bool) -> Any:
    at = np.arange(_ROWS)
    # Not negative, as scores must be; of sizes from a hundredth to ten thousands.
    numbers = np.round(10.0 ** ((7 * at + 3 * place) % _ROWS / 2 - 2), 3)
    gaps = np.full(_ODD if odd else 0, np.nan)
    if column.kind == LEVELS:
        known = column.first or ("a",)
        names = [known[(i + place) % len(known)] for i in at] + ["\0never seen"] * len(gaps)
        return np.array(names, dtype=object)
    if column.kind == EMPTY:
        return np.full(_ROWS + len(gaps), np.nan)
    if column.kind in (DATES, DURATIONS):
        days = np.append((numbers % 7300).astype(np.int64), np.zeros(len(gaps), np.int64))
        moments = days.astype("m8[D]").astype("m8[us]")
        moments = np.datetime64("2020-01-01", "us") + moments if column.kind == DATES else moments
        moments[_ROWS:] = "NaT"
        return moments
    return np.append(numbers, gaps)
