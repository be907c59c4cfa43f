"""A look at a table says what is odd, one line each, and nothing about honest ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from suspicious_tables import honest_table, houses

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.suspicions.look import look_at


def look(table: pd.DataFrame, y: FloatArray, error: str = "relative", **more: Any) -> list[str]:
    settings: dict[str, Any] = {"threshold": 0.15, "target_name": "price", **more}
    return list(look_at(table, y, scale=error_scale(error), **settings))


@pytest.mark.parametrize("seed", range(60))
def test_honest_tables_pass_without_a_word(seed: int) -> None:
    """Sixty tables of all kinds, with and without predictions."""
    table, y, _ = honest_table(seed)
    spread = float(np.std(y))
    noisy = y + np.random.default_rng(seed).normal(scale=0.3 * spread, size=len(y))
    prediction = noisy if seed % 2 else None
    assert look(table, y, "absolute", threshold=spread, prediction=prediction) == []


def test_every_line_ends_in_something_to_do() -> None:
    """All kinds at once: each is told, and none twice."""
    table, price, rng = houses(400)
    price[[11, 22]] = 1e10
    table["rate"] = price / table["area"]
    table["sale_id"] = rng.permutation(400)
    table["sold_on"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 99, 400), "D")
    lines = look(table, price, threshold=15.0, rows=np.arange(400) + 100)
    for words in ("rows 111, 122", "--drop area,rate", "--threshold 0.15", "--drop sale_id",
                  "--time sold_on"):  # fmt: skip
        assert sum(words in line for line in lines) == 1
    assert len(lines) == 5
    assert not any("\n" in line for line in lines)


def test_groups_and_time_that_are_given_are_not_asked_for() -> None:
    """The remedies work."""
    table, price, _ = houses(400)
    table["parcel"] = np.arange(400)
    table = pd.concat([table, table.iloc[:100]], ignore_index=True)
    price = np.r_[price, price[:100] * 1.2]
    day = pd.Series(pd.date_range("2020-01-01", periods=500))
    lines = look(table.assign(day=day), price)
    assert [line[line.index("(--") :] for line in lines] == ["(--groups parcel).", "(--time day)."]
    assert look(table, price, groups=table["parcel"].to_numpy(), time=day.to_numpy()) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "column",
    [
        pd.Series([[1, 2]] * 100),
        pd.Series([{"a": 1}, None] * 50),
        pd.Series(pd.array([1, None] * 50, dtype="Int64")),
        pd.Series(pd.array([True, None] * 50, dtype="boolean")),
        pd.Series(pd.period_range("2020-01", periods=100, freq="M")),
        pd.Series(pd.to_timedelta(np.arange(100), "D")),
        pd.Series(pd.date_range("2020-01-01", periods=100, tz="Europe/Berlin")),
        pd.Series([1e300, -1e300] * 50),
        pd.Series([1j] * 100),
        pd.Series([None] * 100),
        pd.Series([1, "a"] * 50, dtype="category"),
        pd.Series([1, "a"] * 50, dtype=object),
        pd.Series(np.arange(100), dtype="int64[pyarrow]"),
        pd.Series(["a", "b"] * 50, dtype="string[pyarrow]"),
        pd.Series(pd.date_range("2020-01-01", periods=100)).astype("timestamp[ns][pyarrow]"),
    ],
)
def test_columns_of_any_type_are_looked_at(column: pd.Series[Any]) -> None:
    """No type is an error, and none warns."""
    table, price, rng = houses(100)
    prediction = price * rng.lognormal(0, 0.2, 100)
    for predicted in (None, prediction):
        for line in look(table.assign(odd=column), price, prediction=predicted):
            assert "--drop odd" in line or "--time odd" in line


@pytest.mark.parametrize(
    "y",
    [
        np.r_[np.zeros(99), 1.0],
        np.r_[np.zeros(50), np.ones(50)],
        np.linspace(-1e-300, 1e-300, 100),
        np.linspace(-1e300, 1e300, 100),
        1e15 + np.arange(100.0),
    ],
)
def test_targets_of_any_size_are_looked_at(y: FloatArray) -> None:
    """Nearly constant, tiny, huge: nothing breaks."""
    table = houses(100)[0]
    look(table, y, "absolute", threshold=1.0, prediction=y[::-1].copy())


def test_nothing_is_changed() -> None:
    """The table, the target and the prediction stay as they are."""
    table, price, _ = houses(200)
    kept, prices = table.copy(), price.copy()
    look(table, price, prediction=price * 1.1)
    pd.testing.assert_frame_equal(table, kept)
    assert (price == prices).all()


@pytest.mark.slow
def test_a_million_rows_take_a_second() -> None:
    """A sample is looked at, always the same."""
    table, price, _ = houses(1_000_000)
    table["rate"] = price / table["area"]
    assert len(look(table, price)) == 1
    assert look(table, price) == look(table, price)
