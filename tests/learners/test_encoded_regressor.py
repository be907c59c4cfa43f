"""A regressor of numbers learns from tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from worlds import mixed_table

from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.encoded_regressor import EncodedRegressor


@pytest.mark.parametrize("max_levels", [None, 30])
def test_mixed_tables_are_taken(max_levels: int | None) -> None:
    """Strings, dates and gaps, in the design of a linear model and as trees take them."""
    table = mixed_table(300)
    target = table["rooms"] + (table["zone"] == "a") * 5.0
    inner = RandomForestRegressor(20, random_state=0) if max_levels is None else LinearRegression()
    model = EncodedRegressor(inner, max_levels=max_levels).fit(table[:200], target[:200])
    error = np.abs(model.predict(table[200:]) - target[200:]).mean()
    assert error < 0.5
    assert (model.design_ is None) == (max_levels is None)
    assert not hasattr(inner, "n_features_in_"), "the inner regressor is a clone"


def test_encoded_rows_are_taken_as_they_are() -> None:
    """And give the same as the table."""
    table = mixed_table(200)
    target = table["rooms"].to_numpy(dtype=float)
    encoder = TableEncoder().fit(table)
    encoded = Encoded.of(table, encoder)
    model = EncodedRegressor(LinearRegression(), max_levels=10)
    np.testing.assert_array_equal(
        model.fit(encoded, target).predict(encoded), model.fit(table, target).predict(table)
    )


def test_levels_that_are_new_and_models_that_are_not_fitted() -> None:
    """A new level is a gap; without a fit there is an error."""
    table = pd.DataFrame({"zone": ["a", "b", "c"] * 20, "x": np.arange(60.0)})
    model = EncodedRegressor(LinearRegression(), max_levels=2)
    with pytest.raises(NotFittedError):
        model.predict(table)
    model.fit(table, table["x"])
    new = pd.DataFrame({"zone": ["never seen"], "x": [7.0]})
    assert model.predict(new) == pytest.approx([7.0])
