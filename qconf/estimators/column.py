"""A score that the table already has: a vendor's FSD, an interval's width."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.errors import TableError, did_you_mean

__all__ = ["ColumnConfidence"]


class ColumnConfidence(ConfidenceEstimator):
    """Take a column of the table as the expected error, as it stands.

    Parameters
    ----------
    column : str or int, default=0
        Name of the column; or its position, for a table without names. Its numbers must be
        >= 0, and lower must mean more confident: a score where higher is better has to be
        turned round first (100 − score, say).

    Attributes
    ----------
    fill_ : float
        The largest score seen in `fit`; a row without a score counts as least confident.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"fsd": [0.08, 0.2, None]})
    >>> ColumnConfidence("fsd").fit(X, [0.1, -0.2, 0.0]).predict(X)
    array([0.08, 0.2 , 0.2 ])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"column": [str, int]}

    def __init__(self, column: str | int = 0) -> None:
        self.column = column

    def _fit(self, X: Table, y: FloatArray) -> None:  # noqa: ARG002 - the contract's signature
        scores = self._scores(X)
        if np.isnan(scores).all():
            msg = f"The score column {self.column!r} has no values."
            raise TableError(msg)
        self.fill_ = float(np.nanmax(scores))

    def _predict(self, X: Table) -> FloatArray:
        scores = self._scores(X)
        return np.where(np.isnan(scores), self.fill_, scores)

    def _scores(self, X: Table) -> FloatArray:
        values = self._values(X)
        try:
            scores = pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            msg = f"The score column {self.column!r} must hold numbers."
            raise TableError(msg) from None
        negative = int((scores < 0).sum())
        if negative:
            msg = (
                f"The score column {self.column!r} must be >= 0, lower meaning more confident; "
                f"{negative} of {len(scores)} values are negative."
            )
            raise TableError(msg)
        return scores

    def _values(self, X: Table) -> Any:
        if isinstance(X, pd.DataFrame) and self.column in X.columns:
            return X[self.column].to_numpy()
        if isinstance(self.column, int) and self.column < X.shape[1]:
            return X.iloc[:, self.column] if isinstance(X, pd.DataFrame) else X[:, self.column]
        known = (
            list(X.columns) if isinstance(X, pd.DataFrame) else [str(i) for i in range(X.shape[1])]
        )
        msg = f"There is no score column {self.column!r}. {did_you_mean(str(self.column), known)}"
        raise TableError(msg)
