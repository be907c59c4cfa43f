"""Score rows by feature-count stability: how often their values were seen."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.base import ConfidenceEstimator
from qconf.core.validation import Interval
from qconf.encoding.binning import bin_edges
from qconf.encoding.encoded import Encoded
from qconf.learners.maps.isotonic import CenteredIsotonicMap

__all__ = ["CountConfidence"]


class CountConfidence(ConfidenceEstimator):
    """Score a row by how often each of its feature values was seen.

    McMahan et al. (2013, "Ad click prediction: a view from the trenches", section 6) bound how
    far learning on one more row could move its prediction by
    u(x) = alpha * sum over the row's features of 1 / sqrt(beta + n_i), where n_i is the sum of
    squared gradients of feature i. That is for the logistic loss. Under squared loss squared
    gradients grow with the residual, and the noisiest segments would look the best known; so
    here n_i is a plain count. Numbers are cut into bins of equal width between their 1st and
    99th percentile and beyond, so that rare regions have low counts; a level, or a bin, that
    was never seen has count 0, and so has a missing value that was never seen missing.

    u, averaged over the features, has no error units: it is mapped to the squared residual by
    isotonic regression, where a training row's own count is left out, so that it is scored as a
    new row would be.

    Parameters
    ----------
    bins : int, default=32
        Bins between the 1st and 99th percentile of a number; numbers with no more distinct
        values than this keep them.
    beta : float, default=1.0
        What is added to each count.

    Attributes
    ----------
    counts_ : list of ndarray
        For each feature, the count of each bin or level; the last entry is for missing values.
    edges_ : list of ndarray or None
        For each feature, the edges of its bins; None for levels.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"zip": ["a"] * 90 + list("bcdefghijk")})
    >>> est = CountConfidence().fit(X, [0.05] * 90 + [0.2] * 10)
    >>> est.predict(pd.DataFrame({"zip": ["a", "never seen"]})).round(2)
    array([0.05, 0.2 ])
    """

    winsorises: ClassVar[bool] = True
    takes_encoded = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "bins": [Interval(Integral, 2, None, closed="left")],
        "beta": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, *, bins: int = 32, beta: float = 1.0) -> None:
        self.bins = bins
        self.beta = beta

    def _fit(self, X: Encoded, y: FloatArray) -> None:
        self.encoder_ = X.encoder
        self.edges_ = [
            bin_edges(X.matrix[:, i], self.bins) if X.is_measured(i) else None
            for i in range(X.shape[1])
        ]
        cells = self._cells(X)
        self.counts_ = [
            np.bincount(column, minlength=self._n_cells(i)) for i, column in enumerate(cells)
        ]
        without_own_row = self._score(cells, own_row=1)
        self.error_map_ = CenteredIsotonicMap(without_own_row, y**2)

    def _predict(self, X: Encoded) -> FloatArray:
        return np.sqrt(self.error_map_(self._score(self._cells(X), own_row=0)))

    def _score(self, cells: list[IntArray], *, own_row: int) -> FloatArray:
        total = np.zeros(len(cells[0]))
        for counts, column in zip(self.counts_, cells, strict=True):
            total += (1.0 / np.sqrt(self.beta + np.maximum(counts - own_row, 0)))[column]
        return total / len(cells)

    def _n_cells(self, feature: int) -> int:
        edges = self.edges_[feature]
        named = len(self.encoder_.levels_[feature]) if edges is None else len(edges) + 1
        return named + 1

    def _cells(self, X: Encoded) -> list[IntArray]:
        """Say for each feature in which cell of its counts each row falls."""
        cells = []
        for i, (column, edges) in enumerate(zip(X.matrix.T, self.edges_, strict=True)):
            missing = np.isnan(column)
            known = np.where(missing, 0.0, column)
            cell = known.astype(np.intp) if edges is None else np.searchsorted(edges, known)
            cells.append(np.where(missing, self._n_cells(i) - 1, cell))
        return cells
