"""Name the arrays that the loops of `qconf.learners.online.count_rates` read and change."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.online.lanes import Lanes, Single

__all__ = ["ABSENT", "UNSEEN", "Known", "Model", "Rows", "Told"]

Known: TypeAlias = NDArray[np.int64]

#: In the place of a coordinate: the row does not have this feature.
ABSENT = -1
#: The row has something here that was never seen before.
UNSEEN = -2


class Rows(NamedTuple):
    """Rows in the order of time; nothing about them is checked here.

    Attributes
    ----------
    coordinates : ndarray of shape (n_rows, n_active), dtype int32
        `ABSENT` where a row has fewer, `UNSEEN` for what has no coordinate yet.
    values : ndarray of shape (n_rows, n_active), or (n_rows, 0)
        Without columns, all values are 1.
    target : ndarray of shape (n_rows,)
    weight : ndarray of shape (n_rows,) or (0,)
        Empty, all weights are 1.
    """

    coordinates: NDArray[np.int32]
    values: FloatArray
    target: FloatArray
    weight: FloatArray

    def part(self, cut: slice) -> Rows:
        """Take some of the rows."""
        return Rows(self.coordinates[cut], self.values[cut], self.target[cut], self.weight[cut])


class Model(NamedTuple):
    """What is learned, and how.

    Attributes
    ----------
    single : () or (1,)
        See `qconf.learners.online.lanes`.
    """

    single: Single
    state: Lanes
    origin: Lanes
    others: Lanes
    prior_count: float
    centre: bool
    multiply: bool


class Told(NamedTuple):
    """Outputs of a pass, one entry a row; an array of length 0 is not filled."""

    lanes: FloatArray
    summary: NDArray[np.float32]
    novelty: FloatArray
