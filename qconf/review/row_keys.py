"""What tells rows apart: an id, or a digest of what is read; and rows as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import pandas as pd

__all__ = ["key_of_cells", "plain_rows", "row_keys"]

#: Characters of a digest: that two of a billion rows share one has a chance of one in 10^20.
_LENGTH: Final = 32
#: Beyond that a float does not tell neighbouring integers apart.
_EXACT: Final = 2**53


def row_keys(frame: pd.DataFrame, columns: Sequence[str], *, is_id: bool) -> list[str]:
    """Return the key of each row.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        One column that is an id; or all that are read, whose order is of no matter.
    is_id : bool

    Returns
    -------
    list of str
        Alike for rows that are alike, however their numbers are held.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [7, 8], "lot": [620.0, 700.0]})
    >>> row_keys(table, ["id"], is_id=True)
    ['7', '8']
    >>> whole = table.astype({"lot": int})
    >>> row_keys(table, ["id", "lot"], is_id=False) == row_keys(whole, ["lot", "id"], is_id=False)
    True
    """
    rows = plain_rows(frame, sorted(columns))
    if is_id:
        return [str(row[columns[0]]) for row in rows]
    return [_digest(row) for row in rows]


def key_of_cells(cells: Mapping[str, Any]) -> str:
    """Return the key of one row by all of its cells, as `row_keys` does; None is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"lot": [620.0], "sold": [pd.Timestamp("2026-01-31")]})
    >>> [key_of_cells(table.iloc[0].to_dict())] == row_keys(table, ["sold", "lot"], is_id=False)
    True
    """
    return _digest({
        name: None if cells[name] is None else _value(cells[name]) for name in sorted(cells)
    })  # fmt: skip


def _digest(row: Mapping[str, Any]) -> str:
    return sha256(json.dumps(row).encode()).hexdigest()[:_LENGTH]


def plain_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows as plain values of JSON, missing ones as None.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str

    Examples
    --------
    >>> plain_rows(pd.DataFrame({"lot": [620.0, None], "built": ["1999", None]}), ["lot", "built"])
    [{'lot': 620, 'built': '1999'}, {'lot': None, 'built': None}]
    """
    values = [_plain(frame[name]) for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _plain(column: pd.Series[Any]) -> list[Any]:
    missing = column.isna().to_numpy()
    told = column.to_numpy(dtype=object)
    return [None if gone else _value(one) for one, gone in zip(told, missing, strict=True)]


def _value(value: Any) -> Any:
    # The usual kinds first: thousands of rows a second come this way.
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    if type(value) is str:
        return value
    if hasattr(value, "isoformat"):
        # A day is written as a moment at midnight is.
        return pd.Timestamp(value).isoformat()
    if isinstance(value, str):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value if isinstance(value, int | float) else str(value)
