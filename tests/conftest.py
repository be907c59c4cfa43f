"""What all tests share: one thread a worker, and seeded fixtures."""

from __future__ import annotations

import os

# Tests run in parallel; threads of several workers on the same cores only wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"

import hypothesis
import numpy as np
import pandas as pd
import pytest
from worlds import mixed_table, noise_of, sales_table

from qconf._types import FloatArray

# How long an example takes says how busy the machine is, and whether loops were compiled before.
hypothesis.settings.register_profile("qconf", deadline=None)
hypothesis.settings.load_profile("qconf")


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded generator."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def sales() -> pd.DataFrame:
    """800 sales; do not write to it."""
    return sales_table(800)


@pytest.fixture
def noisy_rows() -> tuple[pd.DataFrame, FloatArray]:
    """3000 houses of every kind of column, and residuals with the noise of their zones."""
    table = mixed_table(3000)
    return table, np.random.default_rng(5).normal(scale=noise_of(table))
