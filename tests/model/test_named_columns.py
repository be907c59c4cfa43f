"""Columns of new rows are found by name where the fit knew a role by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from qconf import ConfidentRegressor, SelectiveRegressor
from qconf.errors import TableError

rng = np.random.default_rng(0)
N = 400
TABLE = pd.DataFrame(
    {
        "sold_on": pd.date_range("2024-01-01", periods=N, freq="D"),
        "area": rng.uniform(50, 150, N),
        "parcel": np.arange(N) // 2,
        "age": rng.uniform(0, 50, N),
    }
)
PRICE = 1000 * TABLE["area"] * np.exp(rng.normal(scale=0.1, size=N))


@pytest.fixture(scope="module")
def dated() -> ConfidentRegressor:
    model = ConfidentRegressor(confidence="count", probabilities=True, random_state=0)
    return model.fit(TABLE, PRICE, time="sold_on", groups="parcel")


def test_any_order_gives_the_same(dated: ConfidentRegressor) -> None:
    """Reversed, and beside a column that the fit had not: the same numbers, of each method."""
    other = TABLE[TABLE.columns[::-1]].assign(note="x")
    for method in ("predict", "predict_error", "predict_within", "predict_interval"):
        ask = getattr(dated, method)
        np.testing.assert_array_equal(ask(other), ask(TABLE))


def test_the_groups_need_not_be_there(dated: ConfidentRegressor) -> None:
    """They are no feature, so that new rows are predicted without them."""
    np.testing.assert_array_equal(dated.predict(TABLE.drop(columns="parcel")), dated.predict(TABLE))


def test_what_is_missing_is_told_in_a_line(dated: ConfidentRegressor) -> None:
    """The first by name, with one that is spelt alike, and the others."""
    renamed = TABLE.rename(columns={"area": "aera"}).drop(columns="age")
    with pytest.raises(TableError, match=r"no column 'area'.*nor 'age'.*mean 'aera'") as told:
        dated.predict(renamed)
    assert "\n" not in str(told.value)


@pytest.mark.filterwarnings("ignore:The newest row")
def test_a_selective_regressor_finds_them_too() -> None:
    """Certified on dated rows, it says the same of rows in any order of columns."""
    pair = ConfidentRegressor(confidence="count", random_state=0)
    model = SelectiveRegressor(pair, outlier_rate=0.5, random_state=0)
    model.fit(TABLE, PRICE, time="sold_on")
    older = TABLE[:300]
    other = older[older.columns[::-1]].assign(note="x")
    np.testing.assert_array_equal(model.predict(other), model.predict(older))
    np.testing.assert_array_equal(model.predict_error(other), model.predict_error(older))


@pytest.mark.parametrize("method", ["predict", "predict_error"])
def test_without_named_roles_the_order_counts(method: str) -> None:
    """As for all of scikit-learn's estimators; what was found and asked is told."""
    numbers: Any = TABLE[["area", "age"]]
    model = ConfidentRegressor(LinearRegression(), "constant", random_state=0).fit(numbers, PRICE)
    with pytest.raises(TableError, match=r"had area, age; found age, area. Give X\[model"):
        getattr(model, method)(numbers[["age", "area"]])
    assert getattr(model, method)(numbers[model.feature_names_in_]).shape == (N,)
