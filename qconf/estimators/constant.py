"""Expect the same error of every row: the null contender."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator

__all__ = ["ConstantConfidence"]


class ConstantConfidence(ConfidenceEstimator):
    """Expect the root mean squared residual everywhere.

    Lower is more confident, and no row is lower: its best decile is a random tenth of the rows.
    An estimator that cannot be told from it has no skill.

    Attributes
    ----------
    expected_error_ : float
        Root mean squared residual, in error-scale units.

    Examples
    --------
    >>> ConstantConfidence().fit([[1], [2]], [3.0, -4.0]).predict([[5]]).round(2)
    array([3.54])
    """

    def _fit(self, X: Table, y: FloatArray) -> None:  # noqa: ARG002 - the contract's signature
        self.expected_error_ = float(np.sqrt(np.mean(y**2)))

    def _predict(self, X: Table) -> FloatArray:
        return np.full(len(X), self.expected_error_)
