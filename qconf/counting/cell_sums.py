"""Exact sums of each cell, rows of the cells at a border, and replicates: the last pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qconf._types import BoolArray, FloatArray
from qconf.counting.by_stretch import ByStretch
from qconf.counting.columns import columns_of, resampled_columns
from qconf.counting.exact_sums import Digits, add_values, carried, no_sums
from qconf.counting.grid import Grid
from qconf.counting.kept_rows import KeptRows
from qconf.counting.replicates import Replicates
from qconf.counting.sort_keys import Keys
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["CellSums"]

#: Rows after which digits are carried; they hold four times as many.
_CARRY = 2**28


@dataclass(eq=False)
class CellSums:
    """What the last pass adds up, in few cells.

    Attributes
    ----------
    grid : Grid
    is_kept : ndarray of shape (n_cells,), dtype bool
        Cells whose rows are kept: a border lies within them.
    digits : ndarray of shape (n_cells, n_columns, n_digits), dtype int64
        Sums of the `qconf.counting.columns`.
    kept : KeptRows
    replicates : Replicates or None
        None where rows have no groups.
    by_stretch : ByStretch or None
        None where they have no times.
    """

    grid: Grid
    is_kept: BoolArray
    digits: Digits
    kept: KeptRows
    replicates: Replicates | None
    by_stretch: ByStretch | None
    _uncarried: int = 0

    @classmethod
    def nothing(
        cls, grid: Grid, is_kept: BoolArray, n_columns: int, replicates: Replicates | None,
        by_stretch: ByStretch | None,
    ) -> CellSums:  # fmt: skip
        """Return the sums of no row."""
        digits = no_sums(len(grid), n_columns)
        return cls(grid, is_kept, digits, KeptRows(), replicates, by_stretch)

    def add(
        self, keys: Keys, residual: FloatArray, outlier: BoolArray, groups: Keys | None,
        moments: Keys | None, metrics: Sequence[RowMetric], threshold: float,
    ) -> None:  # fmt: skip
        """Add rows."""
        cells = self.grid.locate(keys)
        columns = columns_of(keys, residual, metrics, threshold)
        add_values(self.digits, cells, columns)
        self._uncarried += len(keys)
        if self._uncarried > _CARRY:
            self.carry()
        at_border = self.is_kept[cells]
        if at_border.any():
            roles = (None if one is None else one[at_border] for one in (groups, moments))
            self.kept.add(keys[at_border], residual[at_border], *roles)
        if self.replicates is not None and groups is not None:
            self.replicates.add(cells, groups, outlier, resampled_columns(columns))
        if self.by_stretch is not None and moments is not None:
            self.by_stretch.add(cells, moments, outlier, resampled_columns(columns))

    def merge(self, other: CellSums) -> None:
        """Add the sums of another part."""
        self.carry()
        self.digits += carried(other.digits)
        self.carry()
        self.kept.merge(other.kept)
        if self.replicates is not None and other.replicates is not None:
            self.replicates.merge(other.replicates)
        if self.by_stretch is not None and other.by_stretch is not None:
            self.by_stretch.merge(other.by_stretch)

    def carry(self) -> None:
        """Bring sums into their one form."""
        self.digits = carried(self.digits)
        self._uncarried = 0
