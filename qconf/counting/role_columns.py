"""Which columns of a file say what was expected and what came, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.core.error_scale import error_scale
from qconf.core.plain_columns import LEVELS, NUMBERS
from qconf.counting.options import FileRoles
from qconf.errors import TableError, did_you_mean
from qconf.scoring.rows import NewFile
from qconf.tables.arrow_columns import frame_of
from qconf.tables.options import ReadingOptions
from qconf.tables.roles import check_positive, role_numbers
from qconf.tables.schema import Column, Schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["JudgedRows", "check_columns", "judged_rows", "schema_of"]


@dataclass(frozen=True, eq=False)
class JudgedRows:
    """Rows of a file whose outcome is known.

    Attributes
    ----------
    expected_error, residual : ndarray of shape (n_rows,)
    groups : Series of shape (n_rows,) or None
    left_out : int
        Rows that lack one of them.
    """

    expected_error: FloatArray
    residual: FloatArray
    groups: pd.Series[Any] | None
    left_out: int


def schema_of(roles: FileRoles, reading: ReadingOptions) -> Schema:
    """Say which columns are looked for, and how text is read."""
    columns = [Column(name, NUMBERS) for name in roles.numbers]
    if roles.groups is not None:
        columns.append(Column(roles.groups, LEVELS))
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
    known: BoolArray = np.logical_and.reduce([~np.isnan(one) for one in values.values()])
    whole = {name: one[known] for name, one in values.items()}
    if roles.residual is not None:
        residual = whole[roles.residual]
    else:
        scale = error_scale(roles.error)
        truth = whole[roles.truth]
        check_positive(truth, f"truth {roles.truth!r}", scale)
        residual = scale.checked_residual(whole[roles.prediction], truth)
    groups = None if roles.groups is None else frame[roles.groups][known]
    left_out = len(known) - int(known.sum())
    return JudgedRows(whole[roles.expected_error], residual, groups, left_out)


def _frame(rows: NewFile, batch: pa.RecordBatch, roles: FileRoles) -> pd.DataFrame:
    """Return the columns as pandas has them: long ids with gaps stay what they are."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    frame, _ = frame_of(pa.Table.from_batches([batch.select(roles.columns)]), rows.name)
    return frame


def _numbers(rows: NewFile, batch: pa.RecordBatch, name: str, frame: pd.DataFrame) -> FloatArray:
    if name not in rows.written.names:
        return role_numbers(frame[name], f"column {name!r} of {rows.name!r}")
    values, wrong = rows.written.read(name, NUMBERS, batch.column(name), None)
    if wrong is not None:
        at = int(np.flatnonzero(wrong)[0])
        line, found = rows.line(at), frame[name].iloc[at]
        where = "" if line is None else f" in line {line}"
        msg = f"The column {name!r} must hold finite numbers; found {found!r}{where}."
        raise TableError(msg)
    return np.asarray(values, dtype=np.float64)
