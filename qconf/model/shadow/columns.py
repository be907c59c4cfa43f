"""Which columns a shadow is learned from, and which rows it can judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.core.plain_columns import DATES
from qconf.encoding.encoded import Encoded
from qconf.model.shadow.memory import row_keys
from qconf.model.shadow.support import Support

__all__ = ["Columns"]

#: Where more held-out rows have a level of their own, the column is a name of rows.
_NEW_LEVELS = 0.2


@dataclass(frozen=True)
class Columns:
    """Columns of features.

    Attributes
    ----------
    support : Support
        What they held.
    times : ndarray of shape (n_features,), dtype bool
        In which new values are expected.
    used : ndarray of shape (n_features,), dtype bool
        From which the shadow is learned: no names.
    lasting : ndarray of shape (n_features,), dtype bool
        Those of them that are not the time, of which all new rows have a new one.
    """

    support: Support
    times: BoolArray
    used: BoolArray
    lasting: BoolArray

    @classmethod
    def of(cls, seen: Encoded, held_out: Encoded, clock: int | None) -> Self:
        """Learn from rows.

        Parameters
        ----------
        seen, held_out : Encoded
        clock : int or None
            The column that is the time.
        """
        at = np.arange(seen.shape[1])
        is_clock = at == (-1 if clock is None else clock)
        dates = np.array([seen.encoder.kind_of(int(i)) == DATES for i in at], dtype=bool)
        levels = {i: len(names) for i, names in seen.encoder.levels_.items()}
        times = dates | is_clock
        support = Support.of(seen.matrix, levels, times)
        new = ~support.has(held_out.matrix, held_out.unseen) & ~np.isnan(held_out.matrix)
        are_names = seen.encoder.is_categorical_ & (new.mean(axis=0) > _NEW_LEVELS)
        return cls(support, times, ~are_names, ~are_names & ~is_clock)

    def judgeable(self, table: Encoded) -> BoolArray:
        """Tell the rows that hold nothing new."""
        known = self.support.has(table.matrix, table.unseen)
        judgeable: BoolArray = np.asarray((known | ~self.used).all(axis=1))
        return judgeable

    def of_use(self, table: Encoded) -> Encoded:
        """Blank out what is not used."""
        return Encoded(np.where(self.used, table.matrix, np.nan), table.encoder)

    def of_all_times(self, table: Encoded) -> Encoded:
        """Blank out the time, too."""
        return Encoded(np.where(self.lasting, table.matrix, np.nan), table.encoder)

    def keys(self, table: Encoded, time: FloatArray) -> tuple[Any, Any]:
        """Hash all that is known of rows, and all but times.

        Parameters
        ----------
        table : Encoded
        time : ndarray of shape (n_samples,)
            Not a number where it is not known.
        """
        matrix = self.of_all_times(table).matrix
        homes = row_keys(np.where(self.times, np.nan, matrix))
        if not np.isnan(time).all():
            matrix = np.column_stack([matrix, time])
        return row_keys(matrix), homes
