"""Tables whose confidence is right everywhere, or wrong in one slice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

THRESHOLD = 0.15


def properties(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make four columns: names, numbers, whole numbers, numbers with gaps."""
    lot = rng.lognormal(6, 1, n)
    lot[rng.random(n) < 0.2] = np.nan
    return pd.DataFrame(
        {
            "zone": rng.choice(list("abcde"), n),
            "size": rng.uniform(50, 200, n),
            "rooms": rng.integers(1, 7, n),
            "lot": lot,
        }
    )


def scored(n: int = 6000, seed: int = 0) -> tuple[pd.DataFrame, Any, Any]:
    """Return properties, standard normal errors, and expected errors that are right."""
    rng = np.random.default_rng(seed)
    table = properties(n, rng)
    return table, rng.normal(size=n), rng.uniform(0.05, 0.15, n)
