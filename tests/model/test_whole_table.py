"""A regressor is fitted on drawn rows, and its valuation model on all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from worlds import sales_table

from qconf import ConfidentRegressor
from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model.earlier_models import EarlierModels
from qconf.model.known_values import KnownValues
from qconf.model.row_views import ViewsRows
from qconf.model.whole_table import WholeTable

NAMES = ["zone", "rooms", "area"]
SALES = sales_table(600)
FAST = BoostedTrees(n_estimators=8, random_state=0)


@dataclass
class AtHand(WholeTable):
    """All rows, in memory."""

    X: pd.DataFrame
    y: FloatArray

    def learn(
        self, model: ViewsRows, regressor: Any, known: KnownValues
    ) -> tuple[Any, KnownValues, tuple[Any, Any] | None]:
        """Learn from all rows."""
        features = model.features_of(self.X)
        known = known.widened([features])
        fitted = clone(regressor).fit(Encoded.of(features, known.encoder), self.y)
        return fitted, known, (1, 2)

    def learn_errors(self, model: ConfidentRegressor, earlier: EarlierModels) -> None:
        """Go on with nothing: all rows that have a residual were drawn."""


def test_values_come_from_all_rows_and_residuals_from_those_drawn() -> None:
    """To the last bit: as of a fit on all, and of one on the drawn rows."""
    X, y = SALES[NAMES], SALES["price"].to_numpy()
    drawn = slice(0, 300)
    rows = X[drawn].assign(zone="a")
    model = ConfidentRegressor(FAST, "constant", random_state=0)
    model.fit_drawn(rows, y[drawn], AtHand(X, y))
    alone = ConfidentRegressor(FAST, "constant", random_state=0).fit(rows, y[drawn])
    whole = clone(model.regressor_).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), whole.predict(X))
    np.testing.assert_array_equal(model.residual_, alone.residual_)
    assert model.time_range_ == (1, 2)
    # Levels that only other rows have are known.
    assert not model.unlike(X)["zone"].any()
    assert alone.unlike(X)["zone"].any()
