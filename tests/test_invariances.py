"""What must not change an estimator's answer: units, scikit-learn's settings, nodata values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context  # type: ignore[attr-defined]

from qconf import (
    BlendConfidence,
    ConstantConfidence,
    CountConfidence,
    EmpiricalBayesConfidence,
    ForestConfidence,
    LinearQuantileRegressor,
    NeighborConfidence,
    OnlineConfidence,
    OnlineLinearRegressor,
    QuantileConfidence,
    ResidualConfidence,
    SecondOpinionConfidence,
)
from qconf._types import BoundName, FloatArray
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.quantile_forest import QuantileForest

TREES = BoostedTrees("gamma", n_estimators=30)
ESTIMATORS: list[Any] = [
    ResidualConfidence(TREES, random_state=0),
    ResidualConfidence(BoostedTrees("squared", n_estimators=30, random_state=0)),
    ResidualConfidence(TREES, target="absolute", random_state=0),
    ResidualConfidence(BoostedTrees(n_estimators=30), target="log", random_state=0),
    ResidualConfidence(BoostedTrees("binary", n_estimators=30), target="outlier", random_state=0),
    ResidualConfidence(TREES, n_bootstrap=4, bound="max", random_state=0),
    ResidualConfidence(TREES, n_bootstrap=4, bound="mean+sd", random_state=0),
    ResidualConfidence("glm"),
    ResidualConfidence("online"),
    ResidualConfidence("online", target="log"),
    QuantileConfidence(BoostedTrees("quantile", n_estimators=30, random_state=0)),
    QuantileConfidence("forest", random_state=0),
    QuantileConfidence("linear"),
    ForestConfidence(20, random_state=0),
    SecondOpinionConfidence(10, random_state=0),
    NeighborConfidence(random_state=0),
    CountConfidence(),
    ConstantConfidence(),
    OnlineConfidence(),
    EmpiricalBayesConfidence(),
    BlendConfidence([ForestConfidence(20), NeighborConfidence()], random_state=0),
]
#: Exact linear quantiles may be several, and then which of them is found is left open.
UNIQUE = [est for est in ESTIMATORS if getattr(est, "learner", "") != "linear"]
REGRESSORS: list[Any] = [
    BoostedTrees(n_estimators=20, random_state=0),
    QuantileForest(0.5, n_estimators=20, random_state=0),
    OnlineLinearRegressor(bins=8),
]
NUMERIC: list[Any] = [GammaGLM(), LinearQuantileRegressor()]


@pytest.fixture(scope="module")
def rows() -> tuple[pd.DataFrame, FloatArray]:
    """Houses with names that engines do not like, gaps, and errors by zone."""
    rng = np.random.default_rng(0)
    zone = rng.choice(list("abcd"), 600)
    table = pd.DataFrame({"area [m2]": rng.uniform(size=600), "zone": zone})
    table.loc[::9, "area [m2]"] = np.nan
    return table, rng.normal(scale=np.where(zone == "a", 0.02, 0.2))


@pytest.mark.parametrize("est", UNIQUE, ids=repr)
def test_residuals_in_other_units_give_expected_errors_in_them(
    est: Any, rows: tuple[pd.DataFrame, FloatArray]
) -> None:
    """Cents or millions: the same numbers, times the unit."""
    table, residual = rows
    expected = est.fit(table, residual).predict(table)
    for unit in (1e-12, 1e6, 1e20):
        other = est.fit(table, unit * residual).predict(table) / unit
        np.testing.assert_allclose(other, expected, rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-30, 1e30])
@pytest.mark.parametrize("n_bootstrap", [0, 4])
def test_units_beyond_short_floats(
    n_bootstrap: int, unit: float, rows: tuple[pd.DataFrame, FloatArray]
) -> None:
    """Leaves of replicates are short floats, whose squares end at 1e38; expected errors do not."""
    table, residual = rows
    bound: BoundName = "max" if n_bootstrap else "mean"
    est = ResidualConfidence(TREES, n_bootstrap=n_bootstrap, bound=bound, random_state=0)
    expected = est.fit(table, residual).predict(table)
    other = est.fit(table, unit * residual).predict(table) / unit
    np.testing.assert_allclose(other, expected, rtol=1e-6)


@pytest.mark.parametrize("est", ESTIMATORS + REGRESSORS, ids=repr)
def test_transform_output_of_scikit_learn_changes_nothing(
    est: Any, rows: tuple[pd.DataFrame, FloatArray]
) -> None:
    """Neither for a model fitted before it was set, nor for one fitted after."""
    table, residual = rows
    wanted = est.fit(table, residual).predict(table)
    for output in ("pandas", "polars"):
        with config_context(transform_output=output):
            np.testing.assert_array_equal(est.predict(table), wanted)
            np.testing.assert_array_equal(est.fit(table, residual).predict(table), wanted)


@pytest.mark.parametrize("output", ["pandas", "polars"])
@pytest.mark.parametrize("est", NUMERIC, ids=repr)
def test_nor_does_it_for_linear_models(
    est: Any, output: str, rows: tuple[pd.DataFrame, FloatArray]
) -> None:
    """They take numbers."""
    numbers, residual = rows[0][["area [m2]"]].fillna(0.5), np.abs(rows[1])
    wanted = est.fit(numbers, residual).predict(numbers)
    with config_context(transform_output=output):
        np.testing.assert_array_equal(est.fit(numbers, residual).predict(numbers), wanted)


@pytest.mark.parametrize("nothing", [-np.finfo(float).max, 1e300])
@pytest.mark.parametrize("est", ESTIMATORS, ids=repr)
def test_numbers_that_stand_for_no_data_break_nothing(
    est: Any, nothing: float, rows: tuple[pd.DataFrame, FloatArray]
) -> None:
    """Rasters say -1.8e308 where they have no value, in fit or later."""
    table, residual = rows
    filled = table.fillna({"area [m2]": nothing})
    assert np.isfinite(est.fit(filled, residual).predict(filled)).all()
    assert np.isfinite(est.fit(table, residual).predict(filled)).all()
