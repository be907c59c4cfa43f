"""A market whose valuation models are known, without noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["avm", "houses", "valuation_models"]


def houses(n_rows: int, seed: int) -> pd.DataFrame:
    """Draw houses in thirty zip codes."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "zip": [f"z{i:02d}" for i in rng.integers(0, 30, n_rows)],
            "area": np.exp(rng.normal(5.0, 0.4, n_rows)),
            "east": rng.uniform(-1, 1, n_rows),
            "north": rng.uniform(-1, 1, n_rows),
            "rooms": rng.integers(1, 9, n_rows).astype(float),
            "age": np.where(rng.uniform(size=n_rows) < 0.05, np.nan, rng.gamma(2, 20, n_rows)),
        }
    )


def avm(X: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Value houses by a formula with more bends than a small model learns."""
    place = np.random.default_rng(7).normal(0, 0.2, 30)[X["zip"].str[1:].astype(int)]
    age = np.nan_to_num(X["age"].to_numpy(), nan=50.0)
    bends = 0.1 * np.sin(9 * X["east"]) * np.cos(7 * X["north"]) - 0.002 * age
    logs = 8 + 0.8 * np.log(X["area"]) + place + bends + 0.03 * X["rooms"]
    value: np.ndarray[Any, Any] = np.exp(logs.to_numpy())
    return value


def valuation_models(seed: int) -> tuple[BoostedTrees, BoostedTrees]:
    """Learn log prices of the same sales twice: the second with another seed, half the trees."""
    sales = houses(3000, seed)
    price = np.log(avm(sales)) + np.random.default_rng(seed).normal(0, 0.3, len(sales))
    first, second = (
        BoostedTrees(n_estimators=n, min_samples_leaf=10, max_rows=None, random_state=seed + n)
        for n in (300, 150)
    )
    return first.fit(sales, price), second.fit(sales, price)
