"""Houses without anything odd, to which tests add one odd thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray


def houses(n_rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray, np.random.Generator]:
    """Make honest features with gaps, prices with a quarter of noise, and more randomness."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "area": rng.uniform(30, 250, n_rows).round(1),
            "rooms": rng.integers(1, 8, n_rows),
            "built": rng.integers(1900, 2021, n_rows),
            "latitude": rng.normal(47, 0.1, n_rows),
            "garden": rng.lognormal(7, 0.6, n_rows).round(),
            "zone": rng.choice(list("abcdefg"), n_rows),
            "heating": rng.choice(["gas", "oil", "none"], n_rows),
            "distance": rng.exponential(5, n_rows),
        }
    )
    table.loc[rng.random(n_rows) < 0.1, "garden"] = np.nan
    noise = rng.normal(scale=0.25, size=n_rows)
    price = np.exp(11 + 0.006 * table["area"] + 0.05 * table["rooms"] + noise)
    return table, price.round(-1).to_numpy(copy=True), rng


def honest_table(seed: int) -> tuple[pd.DataFrame, FloatArray, float]:
    """Make a regression of any kind with R² between 0.2 and 0.99, and say its R²."""
    rng = np.random.default_rng(seed)
    n_rows = int(rng.choice([50, 80, 150, 400, 1000]))
    kinds: list[Callable[[], Any]] = [
        lambda: rng.normal(size=n_rows),
        lambda: rng.lognormal(rng.uniform(0, 8), 0.4, n_rows),
        lambda: rng.integers(0, int(rng.choice([2, 5, 20, 300, 20_000])), n_rows),
        lambda: rng.choice(list("abcdefgh"), n_rows),
        lambda: rng.uniform(0, 1, n_rows),
        lambda: np.where(rng.random(n_rows) < 0.5, 0, rng.uniform(1, 50, n_rows)),
        lambda: rng.normal(1990, 20, n_rows).round(),
        lambda: rng.choice([f"town {number}" for number in range(40)], n_rows),
    ]
    columns = {
        f"x{i}": kinds[int(rng.integers(len(kinds)))]() for i in range(int(rng.integers(2, 16)))
    }
    table = pd.DataFrame(columns)
    signal = rng.normal(size=n_rows)
    for name in table:
        codes = pd.Series(pd.factorize(table[name], sort=True)[0] % 7.0)
        numeric = pd.api.types.is_numeric_dtype(table[name])
        values = table[name].astype(float) if numeric else codes
        signal += rng.normal() * (values - values.mean()).to_numpy() / (values.std() + 1e-9)
        if rng.random() < 0.2:
            table[name] = table[name].mask(rng.random(n_rows) < 0.3)
    share = float(rng.choice([0.2, 0.5, 0.8, 0.9, 0.95, 0.99]))
    noise = np.sqrt(1 - share) * rng.normal(size=n_rows)
    score = np.sqrt(share) * (signal - signal.mean()) / signal.std() + noise
    targets = [
        np.exp(12 + 0.5 * score),
        100 + 10 * score,
        13.1 + 0.1 * score,
        (2000 + 5 * score).round(),
        score,
        np.clip(5 + 2 * score, 0, None).round(),
        np.where(score < 0, 0, np.exp(5 + 0.5 * score)),
    ]
    return table, np.asarray(targets[seed % len(targets)]), share
