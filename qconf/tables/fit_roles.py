"""Read the roles of a table's columns for a fit, and warn of new rows beyond its times."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, IntArray, Table
from qconf.errors import TableError
from qconf.tables.copies import find_copies, joined, kept_apart
from qconf.tables.roles import (
    check_free_names,
    empty_columns,
    groups_of,
    is_name,
    moments_of,
    role_column,
)

__all__ = ["FitRoles", "fit_roles", "warn_beyond"]

#: Rows that lie further beyond the last time of `fit` than this share of its length are warned of.
_FAR = 0.25


@dataclass(frozen=True, eq=False)
class FitRoles:
    """Time and groups of the rows that can be used.

    Attributes
    ----------
    rows : ndarray of shape (n_used,)
        Positions of the rows that can be used.
    n_rows : int
        Number of rows of the table.
    time : ndarray of shape (n_used,) or None
        Dates or numbers.
    groups : ndarray of shape (n_used,) or None
        Codes from 0: rows of one number are kept together, being of one group, or copies.
    apart : ndarray of shape (n_used,) or None
        Codes from 0 of rows that must not be on both sides: forward in time groups alone.
    repeats : ndarray of shape (n_used,), dtype bool, or None
        With a time: rows that an earlier row is like, which get no residual.
    """

    rows: IntArray
    n_rows: int
    time: Any
    groups: IntArray | None
    apart: IntArray | None
    repeats: BoolArray | None

    @property
    def time_range(self) -> tuple[Any, Any] | None:
        """The first and the last time."""
        return None if self.time is None else (self.time.min(), self.time.max())


def fit_roles(table: Table, time: Any, groups: Any, *, keep_copies: bool) -> FitRoles:
    """Read time and groups of the rows of a fit, and find copies.

    Parameters
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_features)
    time, groups : str, array-like of shape (n_rows,) or None
        The name of a column of `table`, or values beside it.
    keep_copies : bool
        Whether rows that are alike in all features count as different rows.

    Returns
    -------
    FitRoles

    Raises
    ------
    TableError
        If there is no such column, it is no time, or values are not one a row.

    Warns
    -----
    UserWarning
        If rows have no time: they are left out.
    """
    if isinstance(table, pd.DataFrame):
        check_free_names(table.columns)
        empty_columns(table)
    moments, timed = moments_of(role_column(table, "time", time))
    group_column = role_column(table, "group", groups)
    n_rows = len(table)
    rows = np.arange(n_rows) if timed is None else np.flatnonzero(timed)
    if len(rows) == 0:
        msg = f"No row has a time: all {n_rows} are missing. Leave the time out."
        raise TableError(msg)
    if len(rows) < n_rows:
        warnings.warn(
            f"{n_rows - len(rows)} of {n_rows} rows have no time and are left out.",
            UserWarning,
            stacklevel=4,
        )
    known_time = None if moments is None else moments[rows]
    copies = None
    if not keep_copies:
        aside = [str(name) for name in (time, groups) if is_name(name)]
        frame = pd.DataFrame(table).iloc[rows]
        copies = find_copies(frame, aside, time=known_time)
    known = groups_of(None if group_column is None else group_column.iloc[rows])
    apart, again = kept_apart(known, copies, known_time)
    return FitRoles(
        rows=rows,
        n_rows=n_rows,
        time=known_time,
        groups=joined(known, copies),
        apart=apart,
        repeats=again,
    )


def warn_beyond(moments: Any, time_range: tuple[Any, Any] | None) -> None:
    """Warn if new rows lie far beyond the times that a model was fitted on.

    Parameters
    ----------
    moments : ndarray of shape (n_rows,)
        Dates or numbers, with gaps.
    time_range : tuple or None
        First and last time of the fit.

    Warns
    -----
    UserWarning
        If the newest row is further from the last time than a quarter of the fit's history.
    """
    if time_range is None or len(moments) == 0:
        return
    first, last = time_range
    newest = pd.Series(moments).max()
    length = last - first
    if pd.isna(newest) or not length or (newest - last) / length <= _FAR:
        return
    # Moments rather than durations: how long is too long hangs on how far back the fit went.
    here, begin, end = (written_day(one, moments) for one in (newest, first, last))
    warnings.warn(
        f"The newest row is of {here}, long after those that the model was fitted on, of {begin} "
        f"to {end}: expected errors describe that time, and may be too small now. Fit again with "
        "newer rows.",
        UserWarning,
        stacklevel=4,
    )


def written_day(moment: Any, moments: Any) -> str:
    """Write a moment as its day, or as the number that it is."""
    if np.asarray(moments).dtype.kind == "M":
        return str(np.datetime64(moment, "D"))
    return f"{moment:.10g}"
