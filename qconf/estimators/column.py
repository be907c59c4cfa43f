"""Take a column as the expected error: a vendor's FSD, an interval's width."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.errors import TableError
from qconf.tables.score_columns import score_numbers

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

    # What stands in the table is the answer, in whatever units it is.
    in_error_units = False
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"column": [str, int]}

    def __init__(self, column: str | int = 0) -> None:
        self.column = column

    @property
    def score_columns(self) -> list[str | int]:
        """The columns that are read."""
        return [self.column]

    def check_scores(self, X: Table) -> None:
        """Check the score in the whole table.

        Raises
        ------
        TableError
            If there is no such column, or it is not numbers >= 0.
        """
        self._scores(X)

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
        scores = score_numbers(X, self.column)
        negative = int((scores < 0).sum())
        if negative:
            msg = (
                f"The score column {self.column!r} must be >= 0, lower meaning more confident; "
                f"{negative} of {len(scores)} values are negative."
            )
            raise TableError(msg)
        return scores
