"""The logarithm of a target is learned, and predictions are taken back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression

from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees


def test_it_predicts_what_scikit_learns_does() -> None:
    """To the last bit, also on tables with levels and gaps."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"zone": rng.choice(["a", "b", ""], 200), "area": rng.uniform(size=200)})
    table.loc[table["zone"] == "", "zone"] = None
    target = np.exp(table["area"] + rng.normal(size=200))
    trees = BoostedTrees(n_estimators=20, random_state=0)
    ours = LogTargetRegressor(trees).fit(table, target)
    theirs = TransformedTargetRegressor(trees, func=np.log, inverse_func=np.exp).fit(table, target)
    np.testing.assert_array_equal(ours.predict(table), theirs.predict(table))


def test_the_regressor_that_was_given_stays_unfitted() -> None:
    """A clone is fitted, and parameters of the regressor are reached through it."""
    model = LogTargetRegressor(BoostedTrees(n_estimators=3))
    model.fit(np.arange(40.0)[:, None], np.arange(1.0, 41.0))
    assert not hasattr(model.regressor, "encoder_")
    assert clone(model).set_params(regressor__n_estimators=7).regressor.n_estimators == 7


def test_it_takes_what_its_regressor_takes() -> None:
    """Encoded tables, if the regressor reads them."""
    assert LogTargetRegressor(BoostedTrees()).takes_encoded
    assert not LogTargetRegressor(LinearRegression()).takes_encoded
