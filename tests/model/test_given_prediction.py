"""Predictions of somebody else's model are a column, and their confidence is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from worlds import noise_of, sales_table

from qconf import ConfidentRegressor
from qconf.errors import OptionError, TableError


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    table = sales_table(1500)
    log_value = 12 + 0.1 * table["rooms"] + 0.002 * table["area"].fillna(150)
    return table.assign(avm=np.exp(log_value))


def test_the_confidence_of_a_column_is_learned(sales: pd.DataFrame) -> None:
    """Expected errors are those of the predictions that are in the column."""
    X = sales.drop(columns=["price", "parcel", "sold_on"])
    model = ConfidentRegressor("column:avm", "residual", random_state=0).fit(X, sales["price"])
    np.testing.assert_array_equal(model.predict(X), X["avm"])
    np.testing.assert_allclose(model.residual_, X["avm"] / sales["price"] - 1)
    easy = noise_of(X) < 0.1
    expected = model.predict_error(X)
    assert expected[easy].mean() < 0.5 * expected[~easy].mean()


def test_the_column_is_seen_as_the_prediction_only(sales: pd.DataFrame) -> None:
    """Under its own name it would be there twice; the name may be ``prediction`` itself."""
    X = sales[["zone", "avm"]]
    model = ConfidentRegressor("column:avm", "residual", random_state=0).fit(X, sales["price"])
    assert list(model.confidence_.feature_names_in_) == ["zone", "prediction"]
    renamed = X.rename(columns={"avm": "prediction"})
    again = ConfidentRegressor("column:prediction", "residual", random_state=0)
    again.fit(renamed, sales["price"])
    np.testing.assert_array_equal(again.predict_error(renamed), model.predict_error(X))


def test_the_predictions_alone_are_enough(sales: pd.DataFrame) -> None:
    """Without features, the error is learned from the value that was predicted."""
    X = sales[["avm"]]
    model = ConfidentRegressor("column:avm", "residual", random_state=0).fit(X, sales["price"])
    assert np.isfinite(model.predict_error(X)).all()


def test_forward_in_time_the_first_rows_have_residuals_too(sales: pd.DataFrame) -> None:
    """Nothing has to be fitted before a prediction that is given can be judged."""
    X = sales.drop(columns=["price", "parcel"])
    model = ConfidentRegressor("column:avm", "residual", random_state=0)
    model.fit(X, sales["price"], time="sold_on")
    assert np.isfinite(model.residual_).all()


def test_another_target_of_a_row_moves_no_prediction(sales: pd.DataFrame) -> None:
    """The column is what it is, whatever the labels are."""
    X = sales[["zone", "avm"]]
    model = clone(ConfidentRegressor("column:avm", "residual", random_state=0))
    model.fit(X, sales["price"] * 2)
    np.testing.assert_array_equal(model.predict(X), X["avm"])


def test_pinned_rows_are_rows_of_the_fit(sales: pd.DataFrame) -> None:
    """A few rows, from the first to the last, are kept to know the model again by."""
    X = sales.drop(columns=["price", "parcel", "sold_on"])
    model = ConfidentRegressor("column:avm", "constant").fit(X, sales["price"])
    assert isinstance(model.pinned_, pd.DataFrame)
    pd.testing.assert_frame_equal(model.pinned_.head(1), X.head(1))
    pd.testing.assert_frame_equal(
        model.pinned_.tail(1).reset_index(drop=True), X.tail(1).reset_index(drop=True)
    )
    assert len(model.pinned_) == 16


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"regressor": "column:avn"}, TableError, "Did you mean 'avm'"),
        ({"regressor": "avm"}, OptionError, "column:NAME"),
        ({"regressor": "column:"}, OptionError, "column:NAME"),
        ({"regressor": "column:zone"}, TableError, "must be numbers"),
        ({"bootstrap": "both", "n_bootstrap": 2}, OptionError, "bootstrap='error'"),
    ],
)
def test_what_is_no_prediction_is_refused(
    options: dict[str, Any], error: type[Exception], words: str, sales: pd.DataFrame
) -> None:
    """The message names the column, the rule and the way out."""
    settings = {"regressor": "column:avm", "confidence": "constant", **options}
    with pytest.raises(error, match=words):
        ConfidentRegressor(**settings).fit(sales.drop(columns="price"), sales["price"])


def test_a_missing_prediction_is_refused_in_fit_and_after(sales: pd.DataFrame) -> None:
    """There is nothing to judge in such a row, and it is named."""
    X = sales[["zone", "avm"]]
    gap = X.assign(avm=X["avm"].where(X.index != 4))
    with pytest.raises(TableError, match="missing in 1 of 1500 rows, first in row 5"):
        ConfidentRegressor("column:avm", "constant").fit(gap, sales["price"])
    model = ConfidentRegressor("column:avm", "constant").fit(X, sales["price"])
    with pytest.raises(TableError, match="first in row 5"):
        model.predict_error(gap)


def test_no_log_error_below_zero(sales: pd.DataFrame) -> None:
    """A prediction without a logarithm is named as such."""
    X = sales[["zone"]].assign(avm=-1.0)
    with pytest.raises(TableError, match="positive prediction 'avm'"):
        ConfidentRegressor("column:avm", "constant", error="log").fit(X, sales["price"])


def test_an_array_has_no_column_of_that_name(sales: pd.DataFrame) -> None:
    """Names need a DataFrame."""
    with pytest.raises(TableError, match="DataFrame"):
        ConfidentRegressor("column:avm", "constant").fit(sales[["area"]].to_numpy(), sales["price"])


@pytest.mark.slow
def test_another_valuation_model_casts_another_shadow(sales: pd.DataFrame) -> None:
    """What is kept of the predictions tells those of another model; without features nothing is."""
    X = sales.drop(columns=["price", "parcel"])
    model = ConfidentRegressor("column:avm", "constant", random_state=0)
    model.fit(X, sales["price"], time="sold_on")
    assert model.shadow_ is not None
    later = sales_table(1000, seed=7).drop(columns=["price", "parcel", "sold_on"])
    same = np.exp(12 + 0.1 * later["rooms"] + 0.002 * later["area"].fillna(150))
    assert not model.shadow_.check(later, same).changed
    assert model.shadow_.check(later, same * 1.05).changed
    alone = ConfidentRegressor("column:avm", "constant").fit(X[["avm"]], sales["price"])
    assert alone.shadow_ is None
    assert ConfidentRegressor(confidence="constant").fit(X, sales["price"]).shadow_ is None
