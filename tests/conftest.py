"""What all tests share: one thread a worker, and seeded fixtures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

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

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


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


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers, each a process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium here to open pages with: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as driver:
        # As root, as in containers, it does not start with a sandbox.
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
