"""What right and wrong acceptances are worth, as numbers or columns of a table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from qconf._types import ArrayLike, IntArray, TableLike
from qconf.certification.value import value_curve
from qconf.errors import TableError
from qconf.tables.roles import as_table, is_name, role_column, role_numbers

__all__ = ["Money"]


@dataclass(frozen=True, eq=False)
class Money:
    """Amounts for all rows, columns, or values beside the table; None where nothing was said.

    Attributes
    ----------
    gain, loss, excess_loss : float, str, array-like or None
        As `qconf.value_curve` takes them; a str is a column's name.
    """

    gain: Any = None
    loss: Any = None
    excess_loss: Any = None

    @property
    def asked(self) -> bool:
        """Whether anybody said what anything is worth."""
        return any(one is not None for one in self._given.values())

    @property
    def columns(self) -> list[str]:
        """Names of columns that hold amounts."""
        return [one for one in self._given.values() if isinstance(one, str)]

    def of_rows(self, table: TableLike, rows: IntArray, threshold: float) -> dict[str, Any]:
        """Return the amounts of some rows, checked, by the names of `qconf.value_curve`.

        Parameters
        ----------
        table : DataFrame, or any other table
        rows : ndarray of int
            Positions.
        threshold : float

        Raises
        ------
        TableError, OptionError
        """
        frame = as_table(table)
        amounts = {
            name: _amounts(frame, name.replace("_", " "), given, rows)
            for name, given in self._given.items()
            if given is not None
        }
        # What is wrong with them is said in the words of who uses them, before anything is fitted.
        nothing = np.zeros(len(rows))
        value_curve(nothing, nothing, threshold=threshold, **amounts)
        return amounts

    @property
    def _given(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _amounts(frame: Any, role: str, given: float | str | ArrayLike, rows: IntArray) -> Any:
    if is_name(given) and not isinstance(given, str):
        return given
    column = role_column(frame, role, given)
    assert column is not None  # something was given  # noqa: S101
    what = f"{role} {given!r}" if isinstance(given, str) else role
    amounts = role_numbers(column.iloc[rows], what)
    missing = int(np.isnan(amounts).sum())
    if missing:
        msg = f"The {what} is missing in {missing} of {len(rows)} calibration rows; fill it in."
        raise TableError(msg)
    return amounts
