"""The training rows nearest to a row, in a table of mixed columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from qconf._types import FloatArray, IntArray, Table
from qconf.core.validation import select_rows
from qconf.encoding.encoder import TableEncoder, design_matrix

__all__ = ["NearestRows"]

#: Trees of cells save nothing beyond this many columns.
_MANY_COLUMNS = 15
_ROWS_TO_SCALE = 50_000


class NearestRows:
    """Finds training rows by Euclidean distance, all columns scaled to [0, 1].

    A level that differs counts as much as the whole range of a number does. Scaled by their
    standard deviations instead, numbers outweigh levels: the errors of nearest rows then ranked
    rows worse where levels matter (``docs/decisions/0011-members-of-the-blend.md``).

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)
        Checked. Missing numbers are filled with the median.
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
        self, X: Table, n_neighbors: int, max_rows: int, rng: np.random.RandomState
    ) -> None:
        order = rng.permutation(len(X))
        self.kept: IntArray = np.sort(order[:max_rows])
        # So many rows tell the range of a column, and which levels are common.
        known = select_rows(X, np.sort(order[: max(max_rows, _ROWS_TO_SCALE)]))
        self._encoder = TableEncoder().fit(known)
        columns = design_matrix(self._encoder.is_categorical_, drop=None)
        to_range = MinMaxScaler(clip=True).set_output(transform="default")
        self._scale = make_pipeline(columns, to_range)
        self._scale.fit(self._encoder.encode(known))
        points = self._points(select_rows(X, self.kept))
        self._search = NearestNeighbors(
            n_neighbors=min(n_neighbors, len(points)),
            algorithm="brute" if points.shape[1] > _MANY_COLUMNS else "kd_tree",
            n_jobs=1,
        ).fit(points)

    def __call__(self, X: Table) -> tuple[FloatArray, IntArray]:
        """Find the nearest rows.

        Parameters
        ----------
        X : DataFrame or ndarray of shape (n_samples, n_features)

        Returns
        -------
        distance : ndarray of shape (n_samples, n_neighbors)
        position : ndarray of shape (n_samples, n_neighbors)
            In the table that was given first.
        """
        distance, position = self._search.kneighbors(self._points(X))
        return np.asarray(distance, dtype=np.float64), self.kept[position]

    def _points(self, X: Table) -> NDArray[np.float32]:
        points: NDArray[np.float32] = self._scale.transform(self._encoder.encode(X)).astype(
            np.float32
        )
        return points
