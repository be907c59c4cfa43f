"""Split the rows of a shadow: what is held out, and from which time each is."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.errors import TableError
from qconf.model.shadow.mix import Cells

__all__ = ["hold_out", "periods"]

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


def periods(time: FloatArray) -> IntArray:
    """Cut times into stretches of about as many rows."""
    return Cells.of(time[:, None], np.array([False])).codes(time[:, None])[0]
