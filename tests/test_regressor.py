"""A valuation model and its confidence, fitted together."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from worlds import noise_of, sales_table

from qconf import ConfidentRegressor, ResidualConfidence, best_decile_scorer
from qconf.errors import EstimatorError, TableError
from qconf.learners.boosted import BoostedTrees

FAST = BoostedTrees(n_estimators=30, random_state=0)
FEATURES = ["zone", "rooms", "area", "garden", "built"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return sales_table(2000)


@pytest.fixture(scope="module")
def fitted(table: pd.DataFrame) -> ConfidentRegressor:
    model = ConfidentRegressor(FAST, "residual", error="log", random_state=0)
    return model.fit(table[FEATURES], table["price"])


def test_knows_the_easy_rows(fitted: ConfidentRegressor) -> None:
    """New houses in the easy zones get the smaller expected error."""
    new = sales_table(500, seed=9)
    expected = fitted.predict_error(new[FEATURES])
    easy = noise_of(new) < 0.1
    assert expected[easy].mean() < 0.6 * expected[~easy].mean()


def test_std_is_in_units_of_the_target(fitted: ConfidentRegressor, table: pd.DataFrame) -> None:
    """`return_std` multiplies a relative or log error by the prediction."""
    prediction, std = fitted.predict(table[FEATURES], return_std=True)
    np.testing.assert_allclose(std, fitted.predict_error(table[FEATURES]) * prediction)
    np.testing.assert_array_equal(prediction, fitted.predict(table[FEATURES]))


def test_residuals_are_out_of_sample(table: pd.DataFrame) -> None:
    """A label changes its own residual by what it changed, and no more: the fit did not see it."""
    model = ConfidentRegressor(FAST, "constant", error="absolute", random_state=0)
    before = model.fit(table[FEATURES], table["price"]).residual_[7]
    price = table["price"].copy()
    price.iloc[7] += 1e6
    after = model.fit(table[FEATURES], price).residual_[7]
    assert after == pytest.approx(before - 1e6)


def test_with_time_the_first_rows_have_no_residual(table: pd.DataFrame) -> None:
    """Forward in time, the first block is only learned from."""
    model = ConfidentRegressor(FAST, "constant", random_state=0)
    model.fit(table[FEATURES], table["price"], time=table["sold_on"], groups=table["parcel"])
    unknown = np.isnan(model.residual_)
    assert 0 < unknown.mean() < 0.2
    assert table["sold_on"][unknown].max() < table["sold_on"][~unknown].min()


def test_the_time_column_is_for_the_valuation_model_only(table: pd.DataFrame) -> None:
    """Named, it makes residuals forward in time and is hidden from the confidence estimator."""
    model = ConfidentRegressor(FAST, "count", random_state=0)
    dated = table[[*FEATURES, "sold_on"]]
    model.fit(dated, table["price"], time="sold_on")
    assert "sold_on" in model.regressor_.feature_names_in_
    assert list(model.confidence_.feature_names_in_) == [*FEATURES, "prediction"]
    assert np.isnan(model.residual_).any()
    assert model.predict_error(dated).shape == (2000,)
    with pytest.raises(TableError, match="Did you mean 'sold_on'"):
        model.fit(dated, table["price"], time="sold")


def test_takes_estimators_as_well_as_names(table: pd.DataFrame) -> None:
    """An estimator instance is cloned, not fitted itself."""
    confidence = ResidualConfidence(BoostedTrees("gamma", n_estimators=5))
    model = ConfidentRegressor(FAST, confidence).fit(table[FEATURES], table["price"])
    assert not hasattr(confidence, "models_")
    assert model.predict_error(table[FEATURES]).shape == (2000,)


def test_default_model_is_fitted_on_the_log_of_the_target(table: pd.DataFrame) -> None:
    """The default valuation model never predicts a price below zero."""
    model = ConfidentRegressor(confidence="count", random_state=0)
    model.fit(table[FEATURES], table["price"])
    assert model.predict(table[FEATURES]).min() > 0


@pytest.mark.parametrize(
    ("price", "words"), [(-1.0, "relative error needs targets > 0"), (np.nan, "NaN")]
)
def test_bad_targets_are_named(price: float, words: str, table: pd.DataFrame) -> None:
    """Targets that the error scale cannot take are one clear line."""
    with pytest.raises(ValueError, match=words):
        ConfidentRegressor(FAST).fit(table[FEATURES], np.full(2000, price))


def test_unknown_names_are_errors(table: pd.DataFrame) -> None:
    """A confidence that is not registered, or too few rows."""
    with pytest.raises(EstimatorError, match="Did you mean 'residual'"):
        ConfidentRegressor(FAST, "residul").fit(table[FEATURES], table["price"])
    with pytest.raises(TableError, match="needs at least 10 rows"):
        ConfidentRegressor(FAST).fit(table[FEATURES][:5], table["price"][:5])


def test_scorer_chooses_between_valuation_models(table: pd.DataFrame) -> None:
    """In a grid search the model with fewer outliers among its safest rows wins."""
    numbers = table[["rooms"]]
    search = GridSearchCV(
        ConfidentRegressor(confidence="constant", error="log", random_state=0),
        {"regressor": [DummyRegressor(), LinearRegression()]},
        scoring=partial(best_decile_scorer, threshold=0.3, fraction=1.0),
        cv=3,
    )
    search.fit(numbers, table["price"])
    assert isinstance(search.best_params_["regressor"], LinearRegression)
    assert -1 <= search.best_score_ <= 0


def test_scorer_in_cross_validate(table: pd.DataFrame) -> None:
    """The scorer is a scikit-learn scoring function, and its value the rate by definition."""
    result = cross_validate(
        ConfidentRegressor(FAST, "residual", random_state=0),
        table[FEATURES],
        table["price"],
        scoring=best_decile_scorer,
        cv=2,
        return_estimator=True,
        return_indices=True,
    )
    test = result["indices"]["test"][0]
    rows, price = table[FEATURES].iloc[test], table["price"].iloc[test].to_numpy()
    model = result["estimator"][0]
    safest = np.argsort(model.predict_error(rows))[: round(0.1 * len(test))]
    wrong = np.abs(model.predict(rows)[safest] / price[safest] - 1) > 0.15
    assert result["test_score"][0] == pytest.approx(-wrong.mean())


class Plain(RegressorMixin, BaseEstimator):
    def fit(self, X: Any, y: Any) -> Any:
        return self


def test_scorer_needs_expected_errors() -> None:
    """A regressor without them is told how to get them."""
    with pytest.raises(EstimatorError, match="ConfidentRegressor"):
        best_decile_scorer(Plain(), [[0.0]], [1.0])
