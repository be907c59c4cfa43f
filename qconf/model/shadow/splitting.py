"""Split the rows of a shadow: what is held out, and from which time each is."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.core.grouping import group_codes
from qconf.encoding.encoded import Encoded
from qconf.errors import TableError
from qconf.model.shadow.mix import Cells

__all__ = ["columns_of_time", "hold_out", "periods"]

_HELD_OUT = 0.3


def hold_out(n_rows: int, groups: IntArray | None, rng: np.random.RandomState) -> BoolArray:
    """Draw three tenths of the rows, or of the groups: those that have been drawn so far."""
    codes = np.arange(n_rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    order = rng.permutation(int(codes.max()) + 1)
    size = np.bincount(codes)[order]
    before = np.cumsum(size) - size
    held_out: BoolArray = np.isin(codes, order[before < _HELD_OUT * n_rows])
    if held_out.all():
        msg = f"All {n_rows} rows are of one group: some groups must be held out from the others."
        raise TableError(msg)
    return held_out


def columns_of_time(table: Encoded, moments: IntArray | None) -> BoolArray:
    """Find the columns that hold dates, or that order the rows as their times do."""
    kinds = [table.encoder.kind_of(i) == "dates" for i in range(table.shape[1])]
    if moments is not None:
        for i in range(table.shape[1]):
            kinds[i] |= np.array_equal(group_codes(table.matrix[:, i], sort=True), moments)
    return np.array(kinds) & ~table.encoder.is_categorical_


def periods(moments: IntArray) -> IntArray:
    """Cut times into stretches of about as many rows."""
    cells = Cells.of(moments[:, None].astype(np.float64), np.array([False]))
    return cells.codes(moments[:, None].astype(np.float64))[0]
