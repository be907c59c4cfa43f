"""Valuation models are made by name, and known again."""

from __future__ import annotations

from typing import Any, Self

import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qconf.backtesting.models import DEFAULT_MODELS, make_models
from qconf.core.error_scale import error_scale
from qconf.residuals.valuation import VALUATION_MODELS

SCALE = error_scale("relative")


def keys(*models: Any) -> list[str]:
    named = {str(at): model for at, model in enumerate(models)}
    return [one.key for one in make_models(named, SCALE, 0)]


class Untold(BaseEstimator):
    """Cannot be written down."""

    def fit(self, X: Any, y: Any) -> Self:
        return self

    def predict(self, X: Any) -> Any:
        return X

    def __getstate__(self) -> Any:
        msg = "no"
        raise TypeError(msg)


def test_the_same_model_has_one_key() -> None:
    """Whether by name or as an object; other parameters, or another column, make another."""
    forest: Any = RandomForestRegressor
    first, second, other = keys(forest(5), forest(5), forest(6))
    assert first == second != other
    scaler: Any = StandardScaler
    pipes = keys(*(make_pipeline(scaler(), LinearRegression()) for _ in range(2)))
    assert pipes[0] == pipes[1]
    assert len(set(keys("boosted", "boosted", "column:a", "column:a", "column:b"))) == 3
    assert len(set(keys(*VALUATION_MODELS))) == len(VALUATION_MODELS)


def test_what_cannot_be_written_down_is_no_twin() -> None:
    """Of two such models nobody knows whether they are the same."""
    assert len(set(keys(Untold(), Untold()))) == 2


def test_models_get_the_seed_they_lack() -> None:
    """And keep the one they have; the user's object stays as it is."""
    unseeded, seeded = RandomForestRegressor(), RandomForestRegressor(random_state=7)
    made = make_models({"a": unseeded, "b": seeded}, SCALE, 0)
    assert isinstance(made[0].model.random_state, int)
    assert made[1].model.random_state == 7
    assert unseeded.random_state is None


def test_names() -> None:
    """A list is named by itself, or by classes; one name alone is one model."""
    assert [one.name for one in make_models(DEFAULT_MODELS, SCALE, 0)] == list(DEFAULT_MODELS)
    (alone,) = make_models("boosted", SCALE, 0)
    assert alone.name == "boosted"
    assert [one.name for one in make_models([LinearRegression()], SCALE, 0)] == ["LinearRegression"]
    (column,) = make_models(["column:avm"], SCALE, 0)
    assert (column.name, column.column, column.model) == ("column:avm", "avm", None)


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["relative", "absolute"])
def test_models_by_name_learn_something(scale: str) -> None:
    """Each is nearer to the truth than the mean is, on tables of any columns."""
    import numpy as np  # noqa: PLC0415
    from worlds import sales_table  # noqa: PLC0415

    table = sales_table(400)
    X, y = table.drop(columns=["price", "sold_on", "parcel"]), table["price"]
    for one in make_models(list(VALUATION_MODELS), error_scale(scale), 0):
        predicted = one.model.fit(X[:300], y[:300]).predict(X[300:])
        error = np.abs(predicted - y[300:]).mean()
        assert error < 0.8 * np.abs(y[300:] - y[:300].mean()).mean(), one.name
