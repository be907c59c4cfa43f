"""What all tests share: one thread a worker, and seeded fixtures."""

from __future__ import annotations

import os

# Tests run in parallel; threads of several workers on the same cores only wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded generator."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def sales() -> pd.DataFrame:
    """800 sales; do not write to it."""
    return sales_table(800)
