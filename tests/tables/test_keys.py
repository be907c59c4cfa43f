"""Columns that number the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf.tables.keys import key_columns


def test_row_numbers_and_ids_are_keys() -> None:
    """Consecutive numbers under any name; numbers or text that differ and are called an id."""
    rng = np.random.default_rng(0)
    n = 200
    table = pd.DataFrame(
        {
            "Unnamed: 0": np.arange(n),
            "folio": rng.permutation(n) + 1000,
            "sale_id": rng.permutation(10 * n)[:n],
            "uuid": [f"{i:08x}" for i in rng.permutation(n)],
        }
    )
    assert key_columns(table) == list(table)


def test_measurements_are_no_keys() -> None:
    """Distinct numbers that measure; ids that repeat or have gaps; dates and fractions."""
    rng = np.random.default_rng(0)
    n = 200
    table = pd.DataFrame(
        {
            "lot": rng.permutation(100 * n)[:n],
            "parcel_id": np.arange(n) // 2,
            "area": rng.uniform(size=n),
            "day": pd.date_range("2020-01-01", periods=n),
            "id": np.append(np.arange(n - 1.0), np.nan),
        }
    )
    assert key_columns(table) == []
