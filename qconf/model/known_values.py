"""Tell cells that hold what no row of the fit held: levels, gaps, numbers out of their range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from qconf._types import BoolArray, Table
from qconf.core.plain_columns import DATES
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
