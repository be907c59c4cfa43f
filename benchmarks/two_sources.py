"""Houses whose floor area two sources tell: a tax roll, which rounds down, and a listing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import FloatArray

__all__ = ["two_sources"]


def two_sources(
    n_rows: int, seed: int = 0, *, wrong: float = 0.15
) -> tuple[pd.DataFrame, FloatArray]:
    """Make houses, a share of which has a wrong area in one of two sources, and their errors.

    A valuation that uses an area is off by as much as the area: errors are 0.05, and 0.25 where
    one source is wrong. The two columns of ``noise`` have nothing to do with anything.

    Returns
    -------
    table : DataFrame of shape (n_rows, 5)
    residual : ndarray of shape (n_rows,)
    """
    rng = np.random.default_rng(seed)
    area = np.exp(rng.normal(7.4, 0.4, size=n_rows))
    off = rng.random(n_rows) < wrong
    mistake = np.exp(rng.choice([-0.35, 0.35], size=n_rows) * off)
    in_tax_roll = rng.random(n_rows) < 0.5
    rounding = rng.uniform(0.97, 1.0, size=n_rows)
    table = pd.DataFrame(
        {
            "tax": np.round(area * rounding * np.where(in_tax_roll, mistake, 1.0)),
            "listing": np.round(area * 1.03 * np.where(in_tax_roll, 1.0, mistake), -1),
            "age": rng.integers(0, 90, n_rows).astype(float),
            "noise": np.exp(rng.normal(size=n_rows)),
            "more noise": np.exp(rng.normal(size=n_rows)),
        }
    )
    return table, rng.normal(scale=np.where(off, 0.25, 0.05))
