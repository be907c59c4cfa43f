"""A model that was kept, and new rows for it: what the tests of scoring share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from worlds import sales_table

from qconf import ConfidentRegressor

__all__ = ["features", "fitted_model", "new_rows"]

_FITTED: dict[str, Any] = {}


def features(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what new rows do not have, and what no fit has seen."""
    return table.drop(columns=["price", "id"], errors="ignore")


def fitted_model(error: str = "relative", confidence: str = "residual") -> ConfidentRegressor:
    """Fit a model to 400 sales, once for all tests."""
    key = f"{error} {confidence}"
    if key not in _FITTED:
        table = sales_table(400)
        model = ConfidentRegressor(confidence=confidence, error=error, random_state=0)  # type: ignore[arg-type]
        _FITTED[key] = model.fit(
            features(table), table["price"], time="sold_on", groups="parcel"
        )
    return _FITTED[key]  # type: ignore[no-any-return]


def new_rows(n_rows: int = 300, seed: int = 7) -> pd.DataFrame:
    """Make rows that the model has not seen, one zone among them that it does not know."""
    table = sales_table(n_rows, seed)
    table.loc[::13, "zone"] = "somewhere else"
    table["id"] = [f"{i:05}" for i in range(n_rows)]
    rng = np.random.default_rng(seed)
    return table.iloc[rng.permutation(n_rows)].reset_index(drop=True)
