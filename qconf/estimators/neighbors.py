"""Predict error size from the residuals of the nearest rows, and from how near they are."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from qconf._types import FloatArray, RandomState, TableLike
from qconf.base import ConfidenceEstimator
from qconf.core.restored import is_array, require
from qconf.core.seeding import random_source
from qconf.core.validation import Interval
from qconf.encoding.encoded import Encoded
from qconf.learners.nearest_rows import NearestRows

__all__ = ["NeighborConfidence"]

#: Added to each distance: rows at no distance at all are still not the same row.
_LEAST_DISTANCE = 0.01
_MOST_ROWS = 20_000
#: Rows of `fit` times rows that are searched.
_MOST_PAIRS = 250_000_000


class NeighborConfidence(ConfidenceEstimator):
    """Expect the errors of the training rows nearest to a row.

    The expected error is the root of their mean squared residual, shrunk a little towards that
    of all rows. Numbers are scaled to [0, 1] and levels are indicators, so that rows of the same
    levels are near each other.

    Parameters
    ----------
    n_neighbors : int, default=25
        How many rows are asked.
    max_rows : int or None, default=None
        Rows that are searched, at most; drawn at random from the rows of `fit`. None is 20,000,
        and fewer in tables of more than 12,500 rows: time grows with rows times queries, of
        which large tables have many.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    nearest_ : NearestRows
    squared_ : ndarray of shape (n_samples,)
        Squared residuals of the rows of `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = NeighborConfidence(100, random_state=0).fit(x, residual)
    >>> est.predict([[0.2], [0.8]]).round(2)
    array([0.05, 0.1 ])
    """

    averages_unseen: ClassVar[bool] = True
    winsorises: ClassVar[bool] = True
    takes_encoded = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "max_rows": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_neighbors: int = 25,
        *,
        max_rows: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.max_rows = max_rows
        self.random_state = random_state

    def signals(self, X: TableLike) -> FloatArray:
        """Say more than one number of each row, for a blend.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
            The expected error, and the mean distance to the nearest rows (a column's whole range
            is the root mean squared residual): both >= 0, lower is more confident.
        """
        check_is_fitted(self)
        return self._unseen_cells.signals(self._signals, self._checked_table(X, reset=False))

    def check_restored(self) -> None:
        """Check what comes from a file: levels and rows that are looked up are there.

        Raises
        ------
        ValueError
        """
        super().check_restored()
        if "nearest_" in vars(self):
            require(isinstance(self.nearest_, NearestRows), "neighbors have no rows")
            self.nearest_.check_columns(self._encoder)
            kept, n_rows = self.nearest_.kept, len(self.squared_)
            require(
                is_array(kept, np.intp, (None,)) and kept.min() >= 0 and kept.max() < n_rows,
                "neighbors are none of the rows of the fit",
            )

    def _signals(self, X: Encoded) -> FloatArray:
        distance, position = self.nearest_(X)
        # In units of the residuals, as all signals are, so that a blend knows no units.
        unit = np.sqrt(self.squared_.mean())
        away = unit * (distance.mean(axis=1) + _LEAST_DISTANCE)
        return np.column_stack([self._expected(position), away])

    def _fit(self, X: Encoded, y: FloatArray) -> None:
        rng = random_source(self.random_state)
        most = _most_rows(len(y)) if self.max_rows is None else self.max_rows
        self.nearest_ = NearestRows(X, self.n_neighbors, most, rng)
        self.squared_: FloatArray = y**2

    def _predict(self, X: Encoded) -> FloatArray:
        return self._expected(self.nearest_(X)[1])

    def _expected(self, position: Any) -> FloatArray:
        # As if one more neighbour had the error of all rows: 25 rows without any error are luck.
        n_rows = position.shape[1]
        near = self.squared_[position].sum(axis=1) + self.squared_.mean()
        expected: FloatArray = np.sqrt(near / (n_rows + 1))
        return expected


def _most_rows(n_rows: int) -> int:
    return max(1, min(_MOST_ROWS, _MOST_PAIRS // n_rows))
