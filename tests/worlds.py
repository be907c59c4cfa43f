"""Tables whose noise is known, for tests to recover."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from qconf._types import FloatArray


class GroupMeans(RegressorMixin, BaseEstimator):
    """The mean of each level of the first column, a category; of all rows for unseen levels."""

    def fit(self, X: pd.DataFrame, y: Any) -> Self:
        """Take means."""
        level, n_levels = X.iloc[:, 0].cat.codes, len(X.iloc[:, 0].cat.categories)
        count = np.bincount(level, minlength=n_levels)
        total = np.bincount(level, y, minlength=n_levels)
        self.mean_ = np.where(count > 0, total / np.maximum(count, 1), np.mean(y))
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Look them up."""
        found: FloatArray = self.mean_[X.iloc[:, 0].cat.codes]
        return found


def mixed_table(n_rows: int, seed: int = 0) -> pd.DataFrame:
    """Make houses with every kind of column, and gaps."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "zone": rng.choice(list("abcdef"), n_rows),
            "rooms": rng.integers(1, 8, n_rows),
            "area": rng.uniform(40, 300, n_rows),
            "garden": rng.random(n_rows) < 0.5,
            "built": pd.Timestamp("1950-01-01")
            + pd.to_timedelta(rng.integers(0, 25_000, n_rows), unit="D"),
        }
    )
    table.loc[::11, "zone"] = None
    table.loc[::7, "area"] = np.nan
    return table


def noise_of(table: pd.DataFrame) -> FloatArray:
    """Give the sigma of each house: zones a and b are easy."""
    return np.where(table["zone"].isin(["a", "b"]), 0.04, 0.16)


def sales_table(n_rows: int, seed: int = 0) -> pd.DataFrame:
    """Make houses with a price, a date of sale and a parcel."""
    rng = np.random.default_rng(seed + 1)
    table = mixed_table(n_rows, seed)
    log_price = 12 + 0.1 * table["rooms"] + 0.002 * table["area"].fillna(150)
    table["price"] = np.exp(log_price + rng.normal(scale=noise_of(table)))
    table["sold_on"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        rng.integers(0, 700, n_rows), unit="D"
    )
    table["parcel"] = rng.integers(0, n_rows // 2, n_rows)
    return table
