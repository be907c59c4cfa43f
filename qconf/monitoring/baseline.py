"""What rows were like when the model was certified: what later ones are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray
from qconf.errors import ModelFileError, TableError
from qconf.monitoring.forecast import PastBatch
from qconf.monitoring.influence import Influence, influences

__all__ = ["LARGEST_SQUARE", "Baseline"]

#: Squared standardised residuals are cut here: a row that is off by more than five expected errors
#: counts like one that is off by five.
LARGEST_SQUARE = 25.0
_DECILES = np.arange(1, 10) / 10
_HIGH = 0.9
_FEWEST_ROWS = 50


@dataclass(frozen=True)
class Baseline:
    """Summary of the rows that a model was certified on, or of others with known outcomes.

    Attributes
    ----------
    n_rows : int
    edges : list of float
        Deciles of the expected error.
    scale : list of float
        Mean of (residual / expected error)² in each tenth, cut at 25.
    expected_square : float
        Mean of the squared expected errors, each cut at `cap`.
    cap, high : float
        The square of the largest that counts in full; the 90 % quantile of expected errors.
    shares : dict of str to float
        Share of the rows in each tier, and of those accepted.
    columns : list of Influence
    past : list of PastBatch
        By period, what was expected of outliers, and what came.
    outlier_rate : float
        Among all rows.
    """

    n_rows: int
    edges: list[float]
    scale: list[float]
    expected_square: float
    cap: float
    high: float
    shares: dict[str, float]
    columns: list[Influence]
    past: list[PastBatch]
    outlier_rate: float

    @classmethod
    def of(
        cls,
        expected: FloatArray,
        residual: FloatArray,
        table: pd.DataFrame,
        *,
        threshold: float,
        kinds: Mapping[str, BoolArray],
        probability: FloatArray | None,
        period: Any = None,
    ) -> Self:
        """Sum up rows that neither model has seen.

        Parameters
        ----------
        expected, residual : ndarray of shape (n_rows,)
        table : DataFrame of shape (n_rows, n_columns)
            What the confidence estimator saw.
        threshold : float
            Of an outlier.
        kinds : mapping of str to ndarray of bool
            Which rows are in each tier, and which are accepted.
        probability : ndarray of shape (n_rows,) or None
            Of being an outlier.
        period : sequence, default=None
            Label of the period of each row, in an order that sorts.

        Raises
        ------
        TableError
            If there are fewer than 50 rows.
        """
        if len(expected) < _FEWEST_ROWS:
            msg = (
                f"A baseline needs at least {_FEWEST_ROWS} rows with outcomes, got {len(expected)}."
            )
            raise TableError(msg)
        outlier = np.abs(residual) > threshold
        edges = np.quantile(expected, _DECILES)
        cap = float(np.quantile(expected, 0.99)) ** 2
        squares = np.minimum(expected**2, cap)
        return cls(
            n_rows=len(expected),
            edges=edges.tolist(),
            scale=_by_decile(edges, expected, residual),
            expected_square=float(squares.mean()),
            cap=cap,
            high=float(np.quantile(expected, _HIGH)),
            shares={name: float(rows.mean()) for name, rows in kinds.items()},
            columns=influences(table, squares),
            past=[] if probability is None else _past(probability, outlier, period),
            outlier_rate=float(outlier.mean()),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values of JSON, as a model's card keeps them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave.

        Raises
        ------
        ModelFileError
            If it is none.
        """
        try:
            columns = [Influence.from_dict(one) for one in plain["columns"]]
            past = [PastBatch(**one) for one in plain["past"]]
            return cls(**{**plain, "columns": columns, "past": past})
        except (KeyError, TypeError) as error:
            msg = "The baseline of the model's card cannot be read: certify the model again."
            raise ModelFileError(msg) from error


def _by_decile(edges: FloatArray, expected: FloatArray, residual: FloatArray) -> list[float]:
    ratio = np.abs(residual) / np.maximum(expected, np.finfo(float).tiny)
    squares = np.minimum(ratio, np.sqrt(LARGEST_SQUARE)) ** 2
    place = np.searchsorted(edges, expected, side="right")
    n = np.bincount(place, minlength=10)
    sums = np.bincount(place, squares, minlength=10)
    return [float(one) for one in np.where(n > 0, sums / np.maximum(n, 1), 1.0)]


def _past(probability: FloatArray, outlier: BoolArray, period: Any) -> list[PastBatch]:
    labels = np.zeros(len(outlier)) if period is None else np.asarray(period)
    return [
        PastBatch(
            float(probability[own].mean()),
            float(outlier[own].mean()),
            int(own.sum()),
            float(np.sqrt(np.mean((outlier[own] - probability[own]) ** 2))),
        )
        for own in (labels == label for label in np.unique(labels))
    ]
