"""Rows of a fit are known again, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import sales_table

from qconf import ConfidentRegressor
from qconf.errors import TableError
from qconf.fitting.rows_of_fit import rows_of_fit


def test_rows_of_the_fit_are_known_by_features_and_target() -> None:
    """In any order; a row of the fit with another price was not in it."""
    table = sales_table(300)
    features = table.drop(columns=["price", "parcel"])
    pair = ConfidentRegressor(confidence="constant", random_state=0)
    pair.fit(features[:200], table["price"][:200], time="sold_on")
    order = np.random.default_rng(0).permutation(300)
    mixed = table.iloc[order]
    np.testing.assert_array_equal(rows_of_fit(pair, mixed, "price"), order < 200)
    dearer = mixed.assign(price=mixed["price"] * 1.5)
    assert not rows_of_fit(pair, dearer, "price").any()


def test_what_lacks_a_column_is_refused() -> None:
    """A feature, or the target."""
    table = sales_table(100)
    pair = ConfidentRegressor(confidence="constant", random_state=0)
    pair.fit(table.drop(columns="price"), table["price"])
    for name in ("price", "area"):
        with pytest.raises(TableError, match=f"'{name}'"):
            rows_of_fit(pair, table.drop(columns=name), "price")
