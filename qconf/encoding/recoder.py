"""Codes of one encoder as another writes them, without looking at the cells again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.encoding.columns import LARGEST
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder

__all__ = ["Recoder"]


@dataclass(frozen=True, eq=False)
class Recoder:
    """Some columns of an encoded table, as an encoder that was fitted on fewer rows codes them.

    Attributes
    ----------
    columns : ndarray of shape (n_columns,)
        Positions in the table; the encoder knows them in this order, and may know more after them.
    encoder : TableEncoder
    codes : dict of int to ndarray
        What the codes of a column become, where levels differ, by position among `columns`; the
        last entry is of a missing code.
    """

    columns: IntArray
    encoder: TableEncoder
    codes: dict[int, FloatArray]

    @classmethod
    def between(cls, source: TableEncoder, columns: IntArray, target: TableEncoder) -> Self | None:
        """Find how codes of the one are codes of the other.

        Parameters
        ----------
        source : TableEncoder
        columns : ndarray of shape (n_columns,)
            Positions in the table of `source`.
        target : TableEncoder
            Of these columns, in this order, and of numbers after them, if any.

        Returns
        -------
        Recoder or None
            None if a column is read in another way, or has levels that `source` does not know.
        """
        if any(place >= len(columns) for place in target.levels_):
            return None  # what comes beside is numbers
        codes: dict[int, FloatArray] = {}
        for place, column in enumerate(map(int, columns)):
            ours, theirs = source.levels_.get(column), target.levels_.get(place)
            if source.kind_of(column) != target.kind_of(place) or (ours is None) != (
                theirs is None
            ):
                return None
            if ours is None or theirs is None or ours.equals(theirs):
                continue
            if not theirs.isin(ours).all():
                return None
            found = theirs.get_indexer(ours).astype(np.float64)
            codes[place] = np.append(np.where(found < 0, np.nan, found), np.nan)
        return cls(columns, target, codes)

    def of(self, rows: Encoded, *beside: FloatArray) -> Encoded:
        """Recode rows, and put columns of numbers to their right.

        Parameters
        ----------
        rows : Encoded of shape (n_samples, n_source_columns)
            By `source`.
        *beside : ndarray of shape (n_samples,)
            Finite, or missing.

        Returns
        -------
        Encoded of shape (n_samples, n_columns + n_beside)
        """
        matrix = np.column_stack([rows.matrix[:, self.columns], *map(_clipped, beside)])
        unseen = None if rows.unseen is None else rows.unseen[:, self.columns]
        if unseen is not None and beside:
            unseen = np.pad(unseen, ((0, 0), (0, len(beside))))
        for place, codes in self.codes.items():
            was = matrix[:, place]
            missing = np.isnan(was)
            matrix[:, place] = codes[np.where(missing, len(codes) - 1, was).astype(np.intp)]
            lost = np.isnan(matrix[:, place]) & ~missing
            if lost.any():
                unseen = np.zeros(matrix.shape, dtype=bool) if unseen is None else unseen
                unseen[:, place] |= lost
        if unseen is not None and not unseen.any():
            unseen = None
        return Encoded(matrix, self.encoder, unseen)


def _clipped(numbers: Any) -> FloatArray:
    clipped: FloatArray = np.clip(numbers, -LARGEST, LARGEST)
    return clipped
