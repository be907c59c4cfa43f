"""Hold out calibration rows: the newest, or whole groups at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import IntArray
from qconf.errors import TableError
from qconf.tables.fit_roles import FitRoles

__all__ = ["HeldOut", "hold_out"]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Which rows both models may see, and which neither.

    Attributes
    ----------
    fitted, calibration : ndarray of int
        Positions in the table.
    groups : ndarray of shape (n_calibration,) of int, or None
        Codes of what hangs together among the calibration rows; None where nothing does.
    time : ndarray of shape (n_calibration,) or None
    """

    fitted: IntArray
    calibration: IntArray
    groups: IntArray | None
    time: Any

    @property
    def dates(self) -> Any:
        """Dates of the calibration rows, which make periods of the calendar; None of others."""
        dated = self.time is not None and self.time.dtype.kind == "M"
        return self.time if dated else None

    @classmethod
    def everything(cls, roles: FitRoles) -> HeldOut:
        """Take all rows for the calibration, of models that were fitted elsewhere."""
        groups = None if roles.groups is None else _together(roles.groups)
        return cls(np.arange(0), roles.rows, groups, roles.time)


def hold_out(
    roles: FitRoles, share: float, rng: np.random.RandomState, *, learns: bool = True
) -> HeldOut:
    """Keep the newest share of rows from the fit; without a time, whole groups at random.

    Rows of one moment are on one side. Older rows of a group (or copies) that also has newer rows
    are in neither part: what a model learned of a house would make its later sale look easy.

    Parameters
    ----------
    roles : FitRoles
    share : float
        In (0, 1).
    rng : RandomState
    learns : bool, default=True
        Whether anything is learned from the older rows; if not, their groups do not matter.

    Returns
    -------
    HeldOut

    Raises
    ------
    TableError
        If a side has no row.
    """
    n_rows = len(roles.rows)
    wanted = max(1, round(share * n_rows))
    if roles.time is not None:
        begins = np.sort(roles.time)[-wanted]
        newest = roles.time >= begins
    else:
        newest = _random_groups(
            np.arange(n_rows) if roles.groups is None else roles.groups, wanted, rng
        )
    older = ~newest
    if learns and roles.groups is not None:
        older &= ~np.isin(roles.groups, roles.groups[newest])
    if not older.any():
        raise TableError(_nothing_left(roles, n_rows))
    return HeldOut(
        roles.rows[older],
        roles.rows[newest],
        None if roles.groups is None else _together(roles.groups[newest]),
        None if roles.time is None else roles.time[newest],
    )


def _nothing_left(roles: FitRoles, n_rows: int) -> str:
    if roles.groups is not None and roles.time is not None:
        return (
            f"No row is left to fit on: each of the {n_rows} is of a time or a group that the "
            "calibration rows have too. Fit without the groups (time keeps the future apart), and "
            "certify that model with them on newer rows (qconf certify NEWER --model FILE)."
        )
    return (
        f"No row is left to fit on: all {n_rows} are of one time or group. Fit on other rows, and "
        "certify that model on these (qconf certify TABLE --model FILE)."
    )


def _together(groups: IntArray) -> IntArray | None:
    """Return groups, unless each is a single row: those are independent."""
    return groups if len(np.unique(groups)) < len(groups) else None


def _random_groups(groups: IntArray, wanted: int, rng: np.random.RandomState) -> Any:
    """Take groups in a random order until there are enough rows."""
    size = np.bincount(groups)
    order = rng.permutation(len(size))
    n_taken = int(np.searchsorted(np.cumsum(size[order]), wanted)) + 1
    return np.isin(groups, order[:n_taken])
