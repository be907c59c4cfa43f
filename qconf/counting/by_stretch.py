"""What the cells of the last pass have in each stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.counting.lane_sums import LaneSums
from qconf.counting.loops import add_to_lanes
from qconf.counting.moments import Stretches
from qconf.counting.sort_keys import Keys

__all__ = ["ByStretch"]


@dataclass(frozen=True, eq=False)
class ByStretch(LaneSums):
    """Rows, outliers and sums of each cell, in each stretch of time.

    Attributes
    ----------
    stretches : Stretches
    """

    stretches: Stretches

    @classmethod
    def nothing(cls, n_cells: int, units: FloatArray, stretches: Stretches) -> ByStretch:
        """Return the sums of no row."""
        shape = n_cells, 2 + len(units), len(stretches.sizes)
        return cls(np.zeros(shape, dtype=np.int64), units, stretches)

    def add(
        self, cells: NDArray[np.int32], moments: Keys, outlier: BoolArray,
        columns: Sequence[FloatArray],
    ) -> None:  # fmt: skip
        """Count rows in the stretches of their moments."""
        add_to_lanes(
            cells, self.stretches.locate(moments), outlier, self.steps(columns), self.drawn
        )
