"""Which columns of a file say what was expected and what came, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray
from qconf.core.error_scale import error_scale
from qconf.core.plain_columns import DATES, LEVELS, NUMBERS
from qconf.counting.options import FileRoles
from qconf.errors import TableError, did_you_mean
from qconf.scoring.rows import NewFile
from qconf.tables.arrow_columns import frame_of
from qconf.tables.options import ReadingOptions
from qconf.tables.roles import check_positive, moments_of, role_numbers
from qconf.tables.schema import Column, Schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["JudgedRows", "check_columns", "judged_rows", "schema_of"]


@dataclass(frozen=True, eq=False)
class JudgedRows:
    """Rows of a file whose outcome is known.

    Attributes
    ----------
    expected_error, residual : ndarray of shape (n_rows,)
    groups : Series of shape (n_rows,) or None
    time : ndarray of shape (n_rows,) or None
        Dates, or numbers.
    left_out : int
        Rows that lack one of them.
    """

    expected_error: FloatArray
    residual: FloatArray
    groups: pd.Series[Any] | None
    time: Any
    left_out: int


def schema_of(roles: FileRoles, reading: ReadingOptions) -> Schema:
    """Say which columns are looked for, and how text is read."""
    columns = [Column(name, NUMBERS) for name in roles.numbers]
    # A time of text may be dates or numbers: that is seen when it is read.
    columns += [Column(one, LEVELS) for one in (roles.groups, roles.time) if one is not None]
    wanted_by = "which is looked for unless an option such as --expected-error names another one"
    return Schema(tuple(columns), reading=reading, wanted_by=wanted_by)


def check_columns(rows: NewFile, roles: FileRoles) -> None:
    """Check that a file has the columns, each once.

    Raises
    ------
    TableError
    """
    for name in roles.columns:
        count = rows.schema.names.count(name)
        if count > 1:
            msg = f"{rows.name!r} has two columns named {name!r}; names must differ. Rename one."
            raise TableError(msg)
        if count == 0:
            close = did_you_mean(name, rows.schema.names)
            option = next(o for o, column in roles.by_option.items() if column == name)
            msg = f"{rows.name!r} has no column {name!r}. {close} Name it with --{option}."
            raise TableError(msg)


def judged_rows(rows: NewFile, batch: pa.RecordBatch, roles: FileRoles) -> JudgedRows:
    """Read the rows of a batch whose outcome is known.

    Raises
    ------
    TableError
        If a number cannot be read, is infinite, or has no error on this scale.
    """
    frame = _frame(rows, batch, roles)
    values = {name: _numbers(rows, batch, name, frame) for name in roles.numbers}
    moments, timed = _moments(rows, batch, roles.time, frame)
    known: BoolArray = np.logical_and.reduce([~np.isnan(one) for one in values.values()])
    if timed is not None:
        known &= timed
    whole = {name: one[known] for name, one in values.items()}
    if roles.residual is not None:
        residual = whole[roles.residual]
    else:
        scale = error_scale(roles.error)
        truth = whole[roles.truth]
        check_positive(truth, f"truth {roles.truth!r}", scale)
        residual = scale.checked_residual(whole[roles.prediction], truth)
    groups = None if roles.groups is None else frame[roles.groups][known]
    time = None if moments is None else moments[known]
    left_out = len(known) - int(known.sum())
    return JudgedRows(whole[roles.expected_error], residual, groups, time, left_out)


def _frame(rows: NewFile, batch: pa.RecordBatch, roles: FileRoles) -> pd.DataFrame:
    """Return the columns as pandas has them: long ids with gaps stay what they are."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    frame, _ = frame_of(pa.Table.from_batches([batch.select(roles.columns)]), rows.name)
    return frame


def _numbers(rows: NewFile, batch: pa.RecordBatch, name: str, frame: pd.DataFrame) -> FloatArray:
    if name not in rows.written.names:
        return role_numbers(frame[name], f"column {name!r} of {rows.name!r}")
    values = _read(rows, batch, name, frame, NUMBERS)
    return np.asarray(values, dtype=np.float64)


def _moments(
    rows: NewFile, batch: pa.RecordBatch, name: str | None, frame: pd.DataFrame
) -> tuple[Any, BoolArray | None]:
    """Read when each row became known, and which rows say so."""
    if name is None:
        return None, None
    values: Any = frame[name]
    if name in rows.written.names:
        values = _read(rows, batch, name, frame, _kind_of_time(rows, batch, name))
    return moments_of(pd.Series(values))


def _kind_of_time(rows: NewFile, batch: pa.RecordBatch, name: str) -> str:
    """Tell numbers from dates by what most cells of text are."""
    values, wrong = rows.written.read(name, NUMBERS, batch.column(name), None)
    return NUMBERS if wrong is None or wrong.sum() < np.isfinite(values).sum() else DATES


def _read(rows: NewFile, batch: pa.RecordBatch, name: str, frame: pd.DataFrame, kind: str) -> Any:
    """Read a column of text, and refuse the first cell that cannot be read."""
    values, wrong = rows.written.read(name, kind, batch.column(name), None)
    if wrong is not None:
        at = int(np.flatnonzero(wrong)[0])
        line, found = rows.line(at), frame[name].iloc[at]
        where = "" if line is None else f" in line {line}"
        what = "finite numbers" if kind == NUMBERS else "dates, written alike"
        msg = f"The column {name!r} must hold {what}; found {found!r}{where}."
        raise TableError(msg)
    return values
