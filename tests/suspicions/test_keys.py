"""Columns that number rows are told from columns that measure."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest
from suspicious_tables import honest_table, houses

from qconf.suspicions.keys import key_columns
from qconf.suspicions.view import sampled_rows

RNG = np.random.default_rng(0)
N = 300


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Unnamed: 0", np.arange(N)),
        ("row", RNG.permutation(N)),
        ("nummer", 10_000 + np.arange(N)),
        ("nummer", np.arange(N).astype(float)),
        ("sale_id", RNG.choice(10**10, N, replace=False)),
        ("parcelID", [f"{number:010d}" for number in RNG.choice(10**9, N, replace=False)]),
        ("key", [str(uuid.UUID(int=int(number))) for number in RNG.integers(0, 2**62, N)]),
        ("hausnr", [f"A-{number}" for number in range(N)]),
        ("ticket", np.cumsum(RNG.integers(1, 9, N))),
        ("id", np.r_[np.arange(N - 5), np.arange(5)]),
    ],
)
def test_keys(name: str, values: Any) -> None:
    """Called so, consecutive, rising, or text that never repeats."""
    assert key_columns(houses(N)[0].assign(**{name: values})) == [name]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("price_paid", RNG.choice(10**7, N, replace=False)),
        ("lot", RNG.lognormal(9, 1, N).round()),
        ("latitude2", RNG.normal(47, 0.1, N)),
        ("sold", pd.date_range("2020-01-01", periods=N)),
        ("year", np.arange(1700, 1700 + N)),
        ("unix_time", 1_600_000_000 + np.arange(N) * 3600),
        ("sold_text", [str(day.date()) for day in pd.date_range("2020-01-01", periods=N)]),
        ("temperature", [f"{value:.2f}".replace(".", ",") for value in RNG.uniform(0, 99, N)]),
        ("share", [f"{value} %" for value in RNG.uniform(0, 99, N)]),
        ("remarks", [f"a fine house of {number} rooms" for number in range(N)]),
        ("id", RNG.integers(0, 50, N)),
        ("flag", RNG.random(N) < 0.5),
        ("lists", [[number] for number in range(N)]),
        ("empty", np.full(N, np.nan)),
    ],
)
def test_what_is_no_key(name: str, values: Any) -> None:
    """Measurements that happen to differ, times, prose, and numbers or dates as text."""
    table = houses(N)[0]
    table[name] = values
    assert key_columns(table) == []


@pytest.mark.parametrize("seed", range(20))
def test_honest_tables_have_no_keys(seed: int) -> None:
    """Whatever their columns."""
    assert key_columns(honest_table(seed)[0]) == []


def test_a_long_table_is_judged_by_all_its_rows() -> None:
    """A sample has no twins of numbers that come twice."""
    twice = np.random.default_rng(0).permutation(np.repeat(np.arange(30_000), 2))
    table = pd.DataFrame({"nummer": twice, "zaehler": np.arange(60_000)})
    assert key_columns(table) == ["zaehler"]
    unseen = np.setdiff1d(np.arange(60_000), sampled_rows(60_000))[:2]
    table.loc[unseen, "zaehler"] = 7_000
    assert key_columns(table) == []


def test_a_few_rows_have_no_keys() -> None:
    """Ten numbers may well differ."""
    assert key_columns(pd.DataFrame({"x": np.arange(10)})) == []
