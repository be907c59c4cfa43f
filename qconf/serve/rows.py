"""Rows of JSON as a model reads them: each cell of the kind that its column had in the fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from qconf.core.plain_columns import DATES, DURATIONS, LEVELS, NUMBERS
from qconf.serve.served_model import ServedModel
from qconf.tables.schema import Column

__all__ = ["NewRows", "read_rows"]

#: What a cell must be, by the kind of its column.
_RULES = {
    NUMBERS: "must be a finite number",
    LEVELS: "must be text, as it was in the fit",
    DATES: "must be a date as text, such as 2026-01-31",
    DURATIONS: "must be a number of days",
}
_SHOWN = 40


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows that came.

    Attributes
    ----------
    frame : DataFrame of shape (n_good, n_columns)
        Those that can be read.
    at : list of int
        Where they were among those that came.
    inputs : list of dict
        What is kept of each that can be read.
    problems : dict of int to str
        What is wrong with others.
    """

    frame: pd.DataFrame
    at: list[int]
    inputs: list[dict[str, Any]]
    problems: dict[int, str]


def read_rows(served: ServedModel, rows: Sequence[Mapping[str, Any]]) -> NewRows:
    """Read rows.

    Parameters
    ----------
    served : ServedModel
    rows : sequence of mapping
        Plain values by the name of their column; None is missing, and must be said. What the
        model does not know is left aside.
    """
    told: list[dict[str, Any]] = []
    inputs: list[dict[str, Any]] = []
    at: list[int] = []
    problems: dict[int, str] = {}
    for number, row in enumerate(rows):
        try:
            cells = {one.name: _cell(one, row) for one in served.inputs}
            kept = {name: row[name] for name in cells}
            if served.key is not None:
                kept[served.key] = _key(served.key, row)
        except ValueError as error:
            problems[number] = str(error)
            continue
        told.append(cells)
        inputs.append(kept)
        at.append(number)
    columns = {one.name: _column(one, [row[one.name] for row in told]) for one in served.inputs}
    return NewRows(pd.DataFrame(columns, index=pd.RangeIndex(len(told))), at, inputs, problems)


def _key(name: str, row: Mapping[str, Any]) -> str | int:
    key = row.get(name)
    if isinstance(key, bool) or not isinstance(key, str | int) or key == "":
        msg = f"The row has no {name!r}, which is the id of rows here: text or a whole number."
        raise ValueError(msg)
    return key


def _cell(column: Column, row: Mapping[str, Any]) -> Any:
    if column.name not in row:
        msg = f"The row has no {column.name!r}; where it is not known, say null."
        raise ValueError(msg)
    cell = row[column.name]
    if cell is None:
        return None
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
    return cell if isinstance(cell, str) else None


def _date(cell: Any) -> np.datetime64 | None:
    if not isinstance(cell, str):
        return None
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")


_READ = {NUMBERS: _number, LEVELS: _text, DATES: _date, DURATIONS: _number}


def _column(column: Column, cells: list[Any]) -> Any:
    if column.kind == LEVELS:
        return np.array(cells, dtype=object)
    if column.kind == DATES:
        return np.array(cells, dtype="datetime64[us]")
    numbers = np.array(cells, dtype=np.float64)
    return pd.to_timedelta(numbers, unit="D") if column.kind == DURATIONS else numbers
