"""What a regressor keeps of the rows of its fit: to know them again, and to explain others."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from qconf._types import FloatArray, IntArray, Table
from qconf.core.seeding import draw_seed
from qconf.encoding.encoder import TableEncoder
from qconf.model.background import Background
from qconf.model.given_prediction import shadow_of
from qconf.model.known_sales import KeptRows, KnownSales
from qconf.model.known_values import KnownValues
from qconf.model.shadow import PredictionShadow
from qconf.tables.fit_roles import FitRoles
from qconf.tables.roles import is_name

__all__ = ["RemembersRows", "name_of", "pinned_rows"]

#: Rows that are kept so that a model can be known again by what it predicts.
_PINNED = 16


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
    def _predicted(self, table: Table) -> FloatArray: ...

    @abstractmethod
    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray: ...

    @property
    def encoder(self) -> TableEncoder:
        """What turns features, as the valuation model sees them, into numbers."""
        return self._known_values.encoder

    def _remember(
        self,
        given: Table,
        table: Table,
        target: FloatArray,
        roles: FitRoles,
        target_name: str | None,
        kept: KeptRows | None,
    ) -> None:
        """Keep of the rows what it takes to tell others from them, and to explain others."""
        self.known_sales_ = KnownSales.of(
            table, target, roles.rows, roles.n_rows, self.encoder, target_name, kept
        )
        self.background_ = Background.of(
            given,
            table,
            self.encoder,
            self.residual_[roles.rows],
            lambda rows: self._estimate(rows, self._predicted(rows)),
        )

    def _cast_shadow(
        self,
        table: Table,
        predicted: FloatArray | None,
        roles: FitRoles,
        rng: np.random.RandomState,
    ) -> None:
        """Keep what tells predictions of somebody else's model from those of another."""
        self.shadow_: PredictionShadow | None = None
        if predicted is not None and isinstance(table, pd.DataFrame):
            features = table.drop(columns=list(self.hidden_from_confidence))
            told = roles.time, roles.groups, draw_seed(rng)
            self.shadow_ = shadow_of(features, predicted[roles.rows], *told)


def pinned_rows(rows: IntArray) -> IntArray:
    """Choose a few rows, evenly along the table."""
    at = np.linspace(0, len(rows) - 1, num=min(_PINNED, len(rows))).astype(np.intp)
    return rows[at]


def name_of(target: Any) -> str | None:
    """Return what a target is called, if it has a name."""
    name = getattr(target, "name", None)
    return str(name) if name is not None and is_name(name) else None
