"""statsmodels' quantile regression as a learner."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from qconf import LinearQuantileRegressor
from qconf.learners.linear.quantreg import StatsmodelsQuantileRegressor


def test_near_the_exact_planes(rng: np.random.Generator) -> None:
    """Same shapes, and the same predictions but for the last digits."""
    x = rng.uniform(1, 3, size=(800, 2))
    y = 1.0 + x @ [2.0, -1.0] + x[:, 0] * rng.normal(size=800)
    exact, theirs = LinearQuantileRegressor().fit(x, y), StatsmodelsQuantileRegressor().fit(x, y)
    assert theirs.coef_.shape == (2, 2)
    np.testing.assert_allclose(theirs.predict(x), exact.predict(x), atol=1e-2)


def test_standard_errors(rng: np.random.Generator) -> None:
    """Those of a median of Normal noise: sqrt(pi / 2) times a mean's."""
    x = rng.normal(size=(4000, 1))
    y = x[:, 0] + rng.normal(size=4000)
    errors = StatsmodelsQuantileRegressor(0.5).fit(x, y).results_[0].bse
    assert errors.shape == (2,)
    np.testing.assert_allclose(errors, np.sqrt(np.pi / 2 / 4000), rtol=0.15)


def test_no_intercept(rng: np.random.Generator) -> None:
    """The plane goes through zero."""
    x = rng.normal(size=(100, 1))
    model = StatsmodelsQuantileRegressor(0.5, fit_intercept=False).fit(x, x[:, 0] + 1)
    assert model.predict([[0.0]]) == [0.0]


def test_no_convergence_is_said(rng: np.random.Generator) -> None:
    """Too few iterations give a warning that names the ways out."""
    x = rng.normal(size=(200, 2))
    with pytest.warns(ConvergenceWarning, match="raise max_iter, scale the features, or take"):
        StatsmodelsQuantileRegressor(0.5, max_iter=1).fit(x, x.sum(axis=1) + rng.normal(size=200))
