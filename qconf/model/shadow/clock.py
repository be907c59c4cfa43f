"""Read the times of rows as numbers, so that a level can be followed along them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, FloatArray
from qconf.core.frames import as_series
from qconf.core.grouping import group_codes
from qconf.core.plain_columns import DATES
from qconf.encoding.encoded import Encoded
from qconf.errors import TableError
from qconf.tables.roles import all_moments, moments_of

__all__ = ["Clock"]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Clock:
    """Where the time of a row stands, and of what kind it is.

    Attributes
    ----------
    column : int or None
        The feature that tells it; None where it stands beside the features.
    dates : bool
        Whether times are dates, read as days, or else numbers.
    """

    column: int | None
    dates: bool

    @classmethod
    def of(cls, table: Encoded, time: ArrayLike) -> Self:
        """Find the feature, if any, that orders rows as their times do.

        Raises
        ------
        TableError
            If a row has no time, or it is none.
        """
        moments = all_moments(time, len(table))
        order = group_codes(moments, sort=True)
        for i in map(int, np.flatnonzero(~table.encoder.is_categorical_)):
            if np.array_equal(group_codes(table.matrix[:, i], sort=True), order):
                return cls(i, table.encoder.kind_of(i) == DATES)
        return cls(None, moments.dtype.kind == "M")

    def read(self, table: Encoded, time: ArrayLike | None) -> FloatArray:
        """Return the time of each row, not a number where nobody tells it.

        Raises
        ------
        TableError
            If `time` has another length, is no time, or of another kind than that of `fit`.
        """
        if self.column is not None:
            column: FloatArray = table.matrix[:, self.column]
            return column
        if time is None:
            return np.full(len(table), np.nan)
        moments = moments_of(as_series(time, "time", len(table)))[0]
        if not pd.isna(moments).all() and (moments.dtype.kind == "M") != self.dates:
            kinds = ("dates", "numbers") if self.dates else ("numbers", "dates")
            msg = f"The times of fit were {kinds[0]}, and these are {kinds[1]}: pass the same kind."
            raise TableError(msg)
        return _numbers(moments)


def _numbers(moments: Any) -> FloatArray:
    if moments.dtype.kind != "M":
        return np.asarray(moments, dtype=np.float64)
    days: FloatArray = (moments - np.datetime64(0, "D")) / _DAY
    return days
