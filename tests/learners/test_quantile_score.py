"""The score of predicted quantiles: one rule for one or several, in all classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import d2_pinball_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from qconf import LinearQuantileRegressor
from qconf._types import FloatArray
from qconf.learners.linear.quantreg import StatsmodelsQuantileRegressor
from qconf.learners.trees.quantile_forest import QuantileForest

CLASSES: list[Any] = [
    LinearQuantileRegressor(),
    QuantileForest(n_estimators=20, random_state=0),
    StatsmodelsQuantileRegressor(),
]


@pytest.fixture
def spread(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    x = rng.uniform(1, 3, size=(300, 2))
    return x, x @ [2.0, -1.0] + x[:, 0] * rng.normal(size=300)


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: type(model).__name__)
def test_the_mean_of_both_quartiles(model: Any, spread: tuple[FloatArray, FloatArray]) -> None:
    """At the defaults: scikit-learn's D² of each quantile, averaged, with and without weights."""
    x, y = spread
    fitted = model.fit(x, y)
    for weight in (None, np.arange(300) % 3):
        apart = [
            d2_pinball_score(y, column, alpha=quantile, sample_weight=weight)
            for column, quantile in zip(fitted.predict(x).T, (0.25, 0.75), strict=True)
        ]
        assert fitted.score(x, y, sample_weight=weight) == pytest.approx(np.mean(apart))
    assert 0.05 < fitted.score(x, y) < 1


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: type(model).__name__)
def test_one_quantile_by_the_same_rule(model: Any, spread: tuple[FloatArray, FloatArray]) -> None:
    """Not by R², which a good upper quantile fails."""
    x, y = spread
    fitted = type(model)(0.9).fit(x, y)
    assert fitted.score(x, y) == pytest.approx(d2_pinball_score(y, fitted.predict(x), alpha=0.9))


def test_its_ends(spread: tuple[FloatArray, FloatArray]) -> None:
    """1 for a target that is met, 0 for planes that know no more than the target's quartiles."""
    x, y = spread
    # To rounding, which hangs on the processor's products.
    met = LinearQuantileRegressor().fit(x, x.sum(axis=1)).score(x, x.sum(axis=1))
    assert met == pytest.approx(1.0, abs=1e-12)
    flat = LinearQuantileRegressor().fit(np.zeros((300, 1)), y)
    assert flat.score(np.zeros((300, 1)), y) == pytest.approx(0, abs=1e-3)
    assert flat.score(np.zeros((300, 1)), y + 100) < -1


def test_cross_validation_and_search(spread: tuple[FloatArray, FloatArray]) -> None:
    """Both work at the defaults, and prefer what fits better."""
    x, y = spread
    useful = cross_val_score(LinearQuantileRegressor(), x, y)
    useless = cross_val_score(LinearQuantileRegressor(), np.zeros((300, 1)), y)
    assert useful.shape == (5,)
    assert (useful > useless).all()
    search = GridSearchCV(LinearQuantileRegressor(), {"fit_intercept": [True, False]})
    shifted = search.fit(x, y + 50)
    assert shifted.best_params_ == {"fit_intercept": True}
