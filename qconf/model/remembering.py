"""What a regressor keeps of the rows of its fit: to know them again, and to explain others."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from qconf._types import BoolArray, FloatArray, IntArray, Table, TableLike
from qconf.core.seeding import draw_seed
from qconf.core.validation import select_rows
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.background import Background
from qconf.model.given_prediction import shadow_of
from qconf.model.known_sales import KeptRows, KnownSales
from qconf.model.known_values import KnownValues
from qconf.model.shadow import PredictionShadow
from qconf.tables.fit_roles import FitRoles
from qconf.tables.roles import is_name

__all__ = ["RemembersRows", "RowsOfFit", "name_of"]

#: Rows that are kept so that a model can be known again by what it predicts.
_PINNED = 16


@dataclass(frozen=True, eq=False)
class RowsOfFit:
    """Rows that a regressor is fitted on: those that have all their roles.

    Attributes
    ----------
    given : DataFrame or ndarray of shape (n_samples, n_columns)
        As they came, checked.
    features : DataFrame or ndarray of shape (n_samples, n_features)
        As the valuation model sees them.
    target : ndarray of shape (n_samples,)
    predicted : ndarray of shape (n_samples,) or None
        What somebody else's model says of them; None if the valuation model is fitted.
    roles : FitRoles
    kept : KeptRows or None
        All rows that came and their targets, where they are to be kept.
    """

    given: Table
    features: Table
    target: FloatArray
    predicted: FloatArray | None
    roles: FitRoles
    kept: KeptRows | None


class RemembersRows(BaseEstimator):
    """Mixin of a regressor that knows the rows of its fit again.

    Attributes
    ----------
    known_sales_ : KnownSales
    background_ : Background
    shadow_ : PredictionShadow or None
    """

    residual_: FloatArray
    _known_values: KnownValues

    @property
    @abstractmethod
    def hidden_from_confidence(self) -> tuple[str, ...]:
        """Columns that the confidence estimator does not see."""

    @abstractmethod
    def features_of(self, X: TableLike) -> Table:
        """Check rows, and look at them as the valuation model does."""

    @abstractmethod
    def _predicted(self, table: Table) -> FloatArray: ...

    @abstractmethod
    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray: ...

    @property
    def encoder(self) -> TableEncoder:
        """What turns features, as the valuation model sees them, into numbers."""
        return self._known_values.encoder

    def unlike(self, X: TableLike) -> pd.DataFrame:
        """Tell the cells that hold what no row of `fit` held.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        DataFrame of shape (n_samples, n_features), dtype bool
            True for a level that was not there, a gap in a column that had none, and a number
            out of its range; dates may be newer.
        """
        table = self.features_of(X)
        return pd.DataFrame(
            self.unlike_codes(Encoded.of(table, self.encoder)),
            columns=getattr(table, "columns", None),
            index=getattr(table, "index", None),
        )

    def unlike_codes(self, rows: Encoded) -> BoolArray:
        """Tell such cells of rows that `encoder` has encoded, shape (n_samples, n_features)."""
        return self._known_values.unlike(rows)

    def _remember(self, rows: RowsOfFit, target_name: str | None) -> None:
        """Keep of the rows what it takes to tell others from them, and to explain others."""
        at = rows.roles.rows
        self.pinned_: Table = select_rows(rows.given, _evenly(len(at)))
        self.known_sales_ = KnownSales.of(
            rows.features,
            rows.target,
            at,
            rows.roles.n_rows,
            self.encoder,
            target_name,
            rows.kept,
        )
        self.background_ = Background.of(
            rows.given,
            rows.features,
            self.encoder,
            self.residual_[at],
            lambda table: self._estimate(table, self._predicted(table)),
        )

    def _cast_shadow(self, rows: RowsOfFit, rng: np.random.RandomState) -> None:
        """Keep what tells predictions of somebody else's model from those of another."""
        self.shadow_: PredictionShadow | None = None
        if rows.predicted is not None and isinstance(rows.features, pd.DataFrame):
            features = rows.features.drop(columns=list(self.hidden_from_confidence))
            told = rows.roles.time, rows.roles.groups, draw_seed(rng)
            self.shadow_ = shadow_of(features, rows.predicted, *told)


def _evenly(n_rows: int) -> IntArray:
    """Choose the positions of a few rows, evenly along the table."""
    return np.linspace(0, n_rows - 1, num=min(_PINNED, n_rows)).astype(np.intp)


def name_of(target: Any) -> str | None:
    """Return what a target is called, if it has a name."""
    name = getattr(target, "name", None)
    return str(name) if name is not None and is_name(name) else None
