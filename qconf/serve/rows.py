"""Rows of JSON as a model reads them: each cell of the kind that its column had in the fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf.core.plain_columns import DATES, DURATIONS, LEVELS, NUMBERS
from qconf.review.row_keys import key_of_cells
from qconf.tables.schema import Column, Schema

__all__ = ["JSON_TYPES", "NewRows", "read_rows"]

#: What a cell must be, by the kind of its column.
_RULES: Final = {
    NUMBERS: "must be a finite number",
    LEVELS: "must be text, as it was in the fit",
    DATES: "must be a date as text, such as 2026-01-31",
    DURATIONS: "must be a number of days",
}
#: What it is in JSON.
JSON_TYPES: Final = {NUMBERS: "number", LEVELS: "string", DATES: "string", DURATIONS: "number"}
_SHOWN = 40


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows that came.

    Attributes
    ----------
    table : DataFrame of shape (n_good, n_columns)
        Those that can be read, with the columns of the fit.
    keys : list of str
        By what each is known again: its id, or a digest of all its inputs.
    places : list of int
        Where they were among those that came.
    inputs : list of dict
        What is kept of each that can be read.
    problems : dict of int to str
        What is wrong with others.
    """

    table: pd.DataFrame
    keys: list[str]
    places: list[int]
    inputs: list[dict[str, Any]]
    problems: dict[int, str]


def read_rows(
    schema: Schema, key: str | None, rows: Sequence[Mapping[str, Any]], longest: int
) -> NewRows:
    """Read rows.

    Parameters
    ----------
    schema : Schema
    key : str or None
        The field that is the id of a row.
    rows : sequence of mapping
        Plain values by the name of their column; None is missing, and must be said. What the
        model does not know is left aside.
    longest : int
        Characters of a text.
    """
    needed = [one for one in schema.columns if one.needed]
    told: list[list[Any]] = []
    inputs: list[dict[str, Any]] = []
    keys: list[str] = []
    places: list[int] = []
    problems: dict[int, str] = {}
    for number, row in enumerate(rows):
        try:
            cells = [_cell(one, row, longest) for one in needed]
            kept = {one.name: row[one.name] for one in needed}
            if key is None:
                known = key_of_cells(dict(zip(kept, cells, strict=True)))
            else:
                kept[key] = _key(key, row)
                known = str(kept[key])
        except ValueError as error:
            problems[number] = str(error)
            continue
        told.append(cells)
        inputs.append(kept)
        keys.append(known)
        places.append(number)
    by_name = {one.name: [row[i] for row in told] for i, one in enumerate(needed)}
    columns = {one.name: _column(one, by_name.get(one.name), len(told)) for one in schema.columns}
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(told)), copy=False)
    return NewRows(table, keys, places, inputs, problems)


def _key(name: str, row: Mapping[str, Any]) -> str | int:
    key = row.get(name)
    if isinstance(key, bool) or not isinstance(key, str | int) or not str(key).strip():
        msg = f"The row has no {name!r}, which is the id of rows here: text or a whole number."
        raise ValueError(msg)
    return key


def _cell(column: Column, row: Mapping[str, Any], longest: int) -> Any:
    if column.name not in row:
        msg = f"The row has no {column.name!r}; where it is not known, say null."
        raise ValueError(msg)
    cell = row[column.name]
    if cell is None:
        return None
    if isinstance(cell, str) and len(cell) > longest:
        msg = f"The input {column.name!r} may have {longest:,} characters; it has {len(cell):,}."
        raise ValueError(msg)
    told = _READ[column.kind](cell)
    if told is None:
        shown = repr(cell)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        msg = f"The input {column.name!r} {_RULES[column.kind]}; got {shown}."
        raise ValueError(msg)
    return told


def _number(cell: Any) -> float | None:
    if not isinstance(cell, int | float):
        return None
    try:
        number = float(cell)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(cell: Any) -> str | None:
    if not isinstance(cell, str):
        return None
    # Half a pair of UTF-16 is no text.
    return cell if cell.isascii() or not any("\ud800" <= one <= "\udfff" for one in cell) else None


def _date(cell: Any) -> datetime | None:
    if not isinstance(cell, str):
        return None
    try:
        moment = datetime.fromisoformat(cell)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    NUMBERS: _number, LEVELS: _text, DATES: _date, DURATIONS: _number
}  # fmt: skip


def _column(column: Column, cells: list[Any] | None, n_rows: int) -> Any:
    if cells is None:
        return np.full(n_rows, np.nan)
    if column.kind == LEVELS:
        return np.array(cells, dtype=object)
    if column.kind == DATES:
        return np.array(cells, dtype="datetime64[us]")
    numbers = np.array(cells, dtype=np.float64)
    return pd.to_timedelta(numbers, unit="D") if column.kind == DURATIONS else numbers
