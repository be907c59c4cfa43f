"""Bootstrap replicates of groups that are never held together: a hash says how often each counts.

How often a group counts in a replicate is Poisson(1), as it would be in a sample of many groups
with replacement, and hangs on nothing but its hash, the replicate and the seed: so all its rows
count alike, wherever they are met (as in Chamandy et al. 2012, "Estimating uncertainty for massive
data streams").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.counting.lane_sums import LaneSums
from qconf.counting.loops import add_resampled
from qconf.counting.sort_keys import Keys
from qconf.learners.poisson_draws import chance

__all__ = ["Replicates"]


@dataclass(frozen=True, eq=False)
class Replicates(LaneSums):
    """Rows, outliers and sums of each cell, in each replicate.

    Attributes
    ----------
    seed : int
    """

    seed: int

    @classmethod
    def nothing(cls, n_cells: int, units: FloatArray, n_replicates: int, seed: int) -> Replicates:
        """Return the replicates of no row."""
        shape = n_cells, 2 + len(units), n_replicates
        return cls(np.zeros(shape, dtype=np.int64), units, seed)

    def add(
        self, cells: NDArray[np.int32], groups: Keys, outlier: BoolArray,
        columns: Sequence[FloatArray],
    ) -> None:  # fmt: skip
        """Count rows as often as their groups are drawn."""
        n_replicates = self.drawn.shape[-1]
        lanes = chance(self.seed, 0, n_replicates)
        times = np.zeros(n_replicates, dtype=np.int64)
        add_resampled(
            cells, groups.view(np.int64), outlier, self.steps(columns), lanes, times, self.drawn
        )
