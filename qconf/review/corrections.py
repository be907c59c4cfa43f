"""Put what people found out into the table that models learn from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, IntArray, TableLike
from qconf.errors import TableError
from qconf.review.defused import table_as_typed
from qconf.review.export import COLUMNS, EXCLUSION, INPUT
from qconf.review.row_keys import row_keys
from qconf.tables.reading import read_table
from qconf.tables.roles import as_table, check_known

__all__ = ["Corrected", "apply_corrections", "read_corrections"]

_TRUE, _FALSE = ("true", "1", "1.0"), ("false", "0", "0.0")


@dataclass(frozen=True, eq=False, repr=False)
class Corrected:
    """A table with corrections in it.

    Attributes
    ----------
    table : DataFrame
        Without the sales that are left out; its rows are counted anew.
    rows : ndarray of int
        Where its rows were in the table before.
    reviewed : ndarray of shape (n_rows_before,), dtype bool
        Rows that somebody looked into, also those that are fine.
    n_inputs, n_left_out : int
        Inputs that were replaced, and sales that were left out.
    warnings : tuple of str
        What could not be used.
    """

    table: pd.DataFrame
    rows: IntArray
    reviewed: BoolArray
    n_inputs: int
    n_left_out: int
    warnings: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        return (
            f"Of {len(self.reviewed):,} rows reviewed: {int(self.reviewed.sum()):,}; inputs "
            f"corrected: {self.n_inputs:,}; sales left out: {self.n_left_out:,}."
        )

    def __repr__(self) -> str:
        """Return a line: what was done."""
        return f"<Corrected: {self.summary}>"


def read_corrections(corrections: pd.DataFrame | str | PathLike[str]) -> pd.DataFrame:
    """Read a table of corrections, as `qconf review export` writes it.

    Raises
    ------
    TableError
        If it is none.
    """
    told = corrections
    if isinstance(told, str | PathLike):
        name = fspath(told)
        told = read_table(name).frame
        _check_columns(told)
        if not name.lower().endswith((".parquet", ".pq", ".parq")):
            # Nothing that looks like a number is one: codes of rows begin with noughts.
            told = read_table(name, text=[one for one in COLUMNS if one != "confirmed"]).frame
            told = table_as_typed(told.astype(object))
    _check_columns(told)
    plain = told[list(COLUMNS)].astype(object)
    plain = plain.where(plain.notna(), None)
    try:
        confirmed = [_truth(one) for one in plain["confirmed"]]
    except ValueError as error:
        msg = f"The column 'confirmed' of a table of corrections {error}."
        raise TableError(msg) from error
    return plain.assign(confirmed=confirmed)


def _check_columns(told: pd.DataFrame) -> None:
    missing = [one for one in COLUMNS if one not in told.columns]
    if missing:
        msg = (
            f"A table of corrections has the columns {', '.join(COLUMNS)}; this one has no "
            f"{missing[0]!r}. qconf review export writes one."
        )
        raise TableError(msg)


def apply_corrections(
    table: TableLike,
    corrections: pd.DataFrame | str | PathLike[str],
    *,
    unconfirmed: bool = False,
) -> Corrected:
    """Replace inputs that were wrong, and leave out sales that are no market's.

    Parameters
    ----------
    table : DataFrame
        Rows to learn from, with the columns that keys are made of.
    corrections : DataFrame or path
        As `corrections_of` returns, or `qconf review export` writes it.
    unconfirmed : bool, default=False
        Whether to use feedback that no reviewer has looked into.

    Returns
    -------
    Corrected

    Raises
    ------
    TableError
        If it is no table of corrections, a column is not there, or a value is of another kind than
        its column.

    Notes
    -----
    Of several corrections of one cell the last counts. The input that was recorded is not checked:
    corrections may be applied to a table that was corrected at the source already.

    Examples
    --------
    >>> sales = pd.DataFrame({"id": ["a", "b", "c"], "lot": [6200, 700, 800]})
    >>> said = {"key_columns": '["id"]', "reason": "wrong_input", "text": "", "who": "ann",
    ...         "when": "2026-11-26", "recorded": None, "confirmed": True, "origin": ""}
    >>> mended = apply_corrections(sales, pd.DataFrame([
    ...     {**said, "kind": "input", "row": "a", "column": "lot", "value": "620"},
    ...     {**said, "kind": "exclusion", "row": "c", "column": "", "value": None}]))
    >>> mended.table.to_dict("list"), mended.n_inputs, mended.n_left_out
    ({'id': ['a', 'b'], 'lot': [620, 700]}, 1, 1)
    """
    frame = as_table(table)
    told = read_corrections(corrections)
    told = told if unconfirmed else told[told["confirmed"]]
    told = told.sort_values("when", kind="stable", ignore_index=True)
    places, unknown = _places(frame, told)
    told = told.assign(place=places)
    there = told[told["place"] >= 0]
    reviewed = np.zeros(len(frame), dtype=bool)
    reviewed[there["place"].to_numpy(dtype=np.intp)] = True
    inputs = there[there["kind"] == INPUT].drop_duplicates(["place", "column"], keep="last")
    mended = frame.reset_index(drop=True)
    for name, own in inputs.groupby("column", sort=False):
        check_known(mended, str(name))
        mended = mended.assign(**{str(name): _replaced(mended[str(name)], own)})
    gone = np.zeros(len(frame), dtype=bool)
    gone[there.loc[there["kind"] == EXCLUSION, "place"].to_numpy(dtype=np.intp)] = True
    keep = np.flatnonzero(~gone)
    warnings: tuple[str, ...] = ()
    if unknown:
        warnings = (f"{unknown:,} reviewed rows are not in the table; they change nothing.",)
    return Corrected(
        table=mended.iloc[keep].reset_index(drop=True),
        rows=keep,
        reviewed=reviewed,
        n_inputs=len(inputs),
        n_left_out=int(gone.sum()),
        warnings=warnings,
    )


def _places(frame: pd.DataFrame, told: pd.DataFrame) -> tuple[IntArray, int]:
    """Find the row that each correction is of, -1 where it is not there; count those keys."""
    places = np.full(len(told), -1, dtype=np.intp)
    for columns, own in told.groupby("key_columns", sort=False):
        names = _key_columns(columns)
        for name in names:
            check_known(frame, name)
        keys = row_keys(frame, names, is_id=len(names) == 1)
        place = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        places[own.index] = [place.get(str(row), -1) for row in own["row"]]
    lost = told.loc[places < 0, ["key_columns", "row"]].drop_duplicates()
    return places, len(lost)


def _key_columns(text: Any) -> list[str]:
    try:
        names = json.loads(str(text))
    except ValueError:
        names = None
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        msg = (
            "The corrections do not say what their rows are told apart by: key_columns must be a "
            f'list of columns such as ["id"], got {text!r}.'
        )
        raise TableError(msg)
    return names


def _replaced(column: pd.Series[Any], own: pd.DataFrame) -> pd.Series[Any]:
    """Put values into a column, of the kind that the column has."""
    values = [_of_kind(column, one) for one in own["value"]]
    replaced = column.astype(object) if not _holds(column, values) else column.copy()
    if isinstance(column.dtype, pd.CategoricalDtype):
        new = [one for one in dict.fromkeys(values) if one not in column.cat.categories]
        replaced = column.cat.add_categories([one for one in new if one is not None])
    for place, value in zip(own["place"], values, strict=True):
        replaced.iloc[int(place)] = value
    return replaced if replaced.dtype == column.dtype else replaced.infer_objects()


def _holds(column: pd.Series[Any], values: list[Any]) -> bool:
    """Tell whether a column of whole numbers, or of truths, can hold all of some values."""
    if column.dtype.kind in "iu":
        return all(isinstance(one, int) for one in values)
    if column.dtype.kind == "b":
        return all(isinstance(one, bool) for one in values)
    return True


def _of_kind(column: pd.Series[Any], text: Any) -> Any:
    try:
        value = None if text is None else json.loads(str(text))
        if value is None:
            return None
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return pd.Timestamp(value)
        if pd.api.types.is_bool_dtype(column.dtype):
            return _truth(value)
        if pd.api.types.is_numeric_dtype(column.dtype):
            number = float(value)
            return int(number) if number.is_integer() else number
    except (TypeError, ValueError) as error:
        msg = (
            f"The column {str(column.name)!r} holds {column.dtype}, and a correction of it is "
            f"{text}: correct that decision (qconf review decide --supersede)."
        )
        raise TableError(msg) from error
    return value if isinstance(value, str) else json.dumps(value)


def _truth(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in (*_TRUE, *_FALSE):
        msg = f"must be true or false, got {value!r}"
        raise ValueError(msg)
    return text in _TRUE
