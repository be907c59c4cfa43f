"""Find the nearest training rows in a table of mixed columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.restored import is_count, require
from qconf.encoding.encoded import Encoded
from qconf.encoding.unit_cube import UnitCube
from qconf.learners.nearest_points import nearest
from qconf.learners.nearest_rows_blocks import Blocks

__all__ = ["NearestRows"]

_ROWS_TO_SCALE = 50_000


class NearestRows:
    """Finds training rows by Euclidean distance, all columns scaled to [0, 1].

    A level that differs counts as much as the whole range of a number does. Scaled by their
    standard deviations instead, numbers outweigh levels: the errors of nearest rows then ranked
    rows worse where levels matter (``docs/decisions/0011-members-of-the-blend.md``).

    Parameters
    ----------
    X : Encoded of shape (n_samples, n_features)
        See `UnitCube` for what becomes of gaps and levels.
    n_neighbors : int
        As many as there are rows, at most.
    max_rows : int
        More rows than this are thinned out at random: time grows with rows times queries.
    rng : RandomState

    Attributes
    ----------
    kept : ndarray of shape (n_kept,)
        Positions of the rows that are searched.
    """

    def __init__(
        self, X: Encoded, n_neighbors: int, max_rows: int, rng: np.random.RandomState
    ) -> None:
        order = rng.permutation(len(X))
        self.kept: IntArray = np.sort(order[:max_rows])
        # So many rows tell the range of a column, and which levels are common.
        known = X.matrix[np.sort(order[: max(max_rows, _ROWS_TO_SCALE)])]
        self._cube = UnitCube(known, X.encoder.is_categorical_)
        self._blocks = Blocks.of(self._cube(X.matrix[self.kept]))
        self._n_neighbors = min(n_neighbors, len(self.kept))

    def check_restored(self) -> None:
        """Check what comes from a file; each search holds blocks against the rows it is asked for.

        Raises
        ------
        ValueError
        """
        require(
            isinstance(self._blocks, Blocks) and len(self._blocks.position) == len(self.kept),
            "the nearest rows are no blocks",
        )
        require(
            is_count(self._n_neighbors, 1, len(self.kept)),
            "more nearest rows are asked for than there are",
        )

    def check_columns(self, encoder: Any) -> None:
        """Check that rows of an encoder can be searched for, of a model that comes from a file.

        Raises
        ------
        ValueError
        """
        require(isinstance(self._cube, UnitCube), "the nearest rows have no scales")
        self._cube.check_columns(encoder)

    def __call__(self, X: Encoded) -> tuple[FloatArray, IntArray]:
        """Find the nearest rows.

        Parameters
        ----------
        X : Encoded of shape (n_samples, n_features)

        Returns
        -------
        distance : ndarray of shape (n_samples, n_neighbors)
            In no order.
        position : ndarray of shape (n_samples, n_neighbors)
            In the table that was given first.
        """
        distance, position = nearest(self._blocks, self._cube(X.matrix), self._n_neighbors)
        return distance, self.kept[position]
