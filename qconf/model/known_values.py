"""Tell cells that hold what no row of the fit held: levels, gaps, numbers out of their range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from qconf._types import BoolArray, Table
from qconf.core.plain_columns import DATES
from qconf.encoding.columns import as_floats, as_frame, factorized
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.shadow.support import Support

__all__ = ["KnownValues"]


@dataclass(frozen=True)
class KnownValues:
    """What the columns of a fit held.

    Attributes
    ----------
    encoder : TableEncoder
    support : Support
    """

    encoder: TableEncoder
    support: Support

    @classmethod
    def of(cls, table: Table) -> Self:
        """Learn from the rows of a fit.

        Parameters
        ----------
        table : DataFrame or ndarray of shape (n_samples, n_features)
            Checked.
        """
        encoder = TableEncoder().fit(table)
        encoded = Encoded.of(table, encoder)
        # New rows are newer.
        is_open = np.array([encoder.kind_of(i) == DATES for i in range(encoded.shape[1])])
        levels = {i: len(names) for i, names in encoder.levels_.items()}
        return cls(encoder, Support.of(encoded.matrix, levels, is_open))

    def widened(self, parts: Iterable[Table]) -> KnownValues:
        """Learn from more rows of the same columns, which need not be in memory at once.

        Parameters
        ----------
        parts : iterable of (DataFrame or ndarray of shape (n_rows, n_features))
            Checked.
        """
        low, high = self.support.low.copy(), self.support.high.copy()
        gaps = self.support.gaps.copy()
        levels = {i: set(names) for i, names in self.encoder.levels_.items()}
        for part in parts:
            frame = as_frame(part)
            for i in range(frame.shape[1]):
                column = frame.iloc[:, i]
                if i in levels:
                    codes, found = factorized(column)
                    levels[i].update(found)
                    gaps[i] |= (codes < 0).any()
                    continue
                values = as_floats(column)
                missing = np.isnan(values)
                gaps[i] |= missing.any()
                low[i] = min(low[i], np.where(missing, np.inf, values).min(initial=np.inf))
                high[i] = max(high[i], np.where(missing, -np.inf, values).max(initial=-np.inf))
        encoder = self.encoder.with_levels(
            {i: pd.Index(sorted(names), dtype=object) for i, names in levels.items()}
        )
        known = {i: np.ones(len(names), dtype=bool) for i, names in levels.items()}
        for i, names in levels.items():
            low[i], high[i] = 0, len(names) - 1  # of codes
        return KnownValues(
            encoder, replace(self.support, low=low, high=high, gaps=gaps, levels=known)
        )

    def unlike(self, rows: Encoded) -> BoolArray:
        """Tell the cells of new rows that hold what none of the fit held.

        Parameters
        ----------
        rows : Encoded of shape (n_samples, n_features)
            By `encoder`.

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype bool
        """
        return np.logical_not(self.support.has(rows.matrix, rows.unseen))
