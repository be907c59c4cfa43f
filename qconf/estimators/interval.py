"""Take half the width of a given prediction interval as the expected error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from qconf._types import ErrorScaleName, FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.core.error_scale import ERROR_SCALES
from qconf.core.validation import StrOptions
from qconf.errors import TableError
from qconf.tables.score_columns import score_numbers

__all__ = ["IntervalConfidence"]


class IntervalConfidence(ConfidenceEstimator):
    """Take half the width of a given interval as the expected error.

    Parameters
    ----------
    columns : str or sequence of two str or int, default=(0, 1)
        Names of the lower and the upper end, as a pair or as ``"low,high"``; or their positions,
        for a table without names.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale: half the width is divided by the middle of the interval, taken of
        logarithms, or left in units of the target.

    Attributes
    ----------
    fill_ : float
        The largest expected error seen in `fit`; a row without an interval counts as least
        confident.

    Notes
    -----
    Half the width of an 80 % interval is 1.28 standard deviations of a Normal error, so these are
    expected errors up to a factor. Ranks do not need it. Ends that are the wrong way round are
    swapped.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"p10": [90.0, 60.0], "p90": [110.0, 140.0]})
    >>> IntervalConfidence("p10,p90").fit(X, [0.1, -0.2]).predict(X)
    array([0.1, 0.4])
    """

    # What stands in the table is the answer, in whatever units it is.
    in_error_units = False
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "columns": [str, tuple, list],
        "error": [StrOptions(set(ERROR_SCALES))],
    }

    def __init__(
        self, columns: str | Sequence[str | int] = (0, 1), *, error: ErrorScaleName = "relative"
    ) -> None:
        self.columns = columns
        self.error = error

    @property
    def score_columns(self) -> list[str | int]:
        """The columns that are read: the lower end, the upper end."""
        names = list(self.columns)
        if isinstance(self.columns, str):
            names = [name.strip() for name in self.columns.split(",") if name.strip()]
        if len(names) != 2:  # noqa: PLR2004 - two ends
            msg = f"An interval needs two columns, such as interval:p10,p90; got {self.columns!r}."
            raise TableError(msg)
        if names[0] == names[1]:
            msg = (
                f"An interval needs two columns, such as interval:p10,p90; both of its ends are "
                f"{names[0]!r}."
            )
            raise TableError(msg)
        return names

    def check_scores(self, X: Table) -> None:
        """Check both ends in the whole table.

        Raises
        ------
        TableError
            If they are not numbers, have no values, or are mostly the wrong way round.
        """
        low, high = self._ends(X)
        reversed_ends = int((low > high).sum())
        if reversed_ends > len(low) / 2:
            names = self.score_columns
            msg = (
                f"The interval's lower end {names[0]!r} is above its upper end {names[1]!r} in "
                f"{reversed_ends} of {len(low)} rows; swap them: interval:{names[1]},{names[0]}."
            )
            raise TableError(msg)

    def _fit(self, X: Table, y: FloatArray) -> None:  # noqa: ARG002 - the contract's signature
        half_width = self._half_width(X)
        if np.isnan(half_width).all():
            msg = f"The interval {self.columns!r} has no row with both ends."
            raise TableError(msg)
        self.fill_ = float(np.nanmax(half_width))

    def _predict(self, X: Table) -> FloatArray:
        half_width = self._half_width(X)
        return np.where(np.isnan(half_width), self.fill_, half_width)

    def _ends(self, X: Table) -> tuple[FloatArray, FloatArray]:
        low, high = (score_numbers(X, name) for name in self.score_columns)
        return low, high

    def _half_width(self, X: Table) -> FloatArray:
        low, high = self._ends(X)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.error == "log":
                half = np.abs(np.log(high) - np.log(low)) / 2
            else:
                half = np.abs(high - low) / 2
                if self.error == "relative":
                    half = half / np.abs((low + high) / 2)
        # An end at or below zero has no logarithm, a middle of zero no share: no interval.
        return np.where(np.isfinite(half), half, np.nan)
