"""The interquartile range of the residual recovers sigma with every learner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, QuantileRegressor
from worlds import noise_of

from qconf import QuantileConfidence
from qconf._types import FloatArray, QuantileLearner
from qconf.errors import OptionError


@pytest.mark.slow
@pytest.mark.parametrize("learner", ["boosted", "forest", "linear", "statsmodels"])
@pytest.mark.parametrize("quantiles", [(0.25, 0.75), (0.1, 0.2, 0.8, 0.9)], ids=str)
def test_recovers_sigma(
    learner: QuantileLearner,
    quantiles: tuple[float, ...],
    noisy_rows: tuple[pd.DataFrame, FloatArray],
) -> None:
    """Easy zones get their 0.04, hard ones their 0.16."""
    table, residual = noisy_rows
    est = QuantileConfidence(learner, quantiles=quantiles, random_state=0).fit(table, residual)
    expected = est.predict(table)
    assert (np.diff(est.predict_quantiles(table), axis=1) >= 0).all()
    sigma = noise_of(table)
    assert expected[sigma == 0.04].mean() == pytest.approx(0.04, rel=0.25)
    assert expected[sigma == 0.16].mean() == pytest.approx(0.16, rel=0.25)


@pytest.mark.parametrize(
    "learner",
    [
        QuantileRegressor(alpha=0.0),
        (QuantileRegressor(quantile=0.25, alpha=0), QuantileRegressor(quantile=0.75, alpha=0)),
        (
            GradientBoostingRegressor(loss="quantile", alpha=0.25, n_estimators=20),
            GradientBoostingRegressor(loss="quantile", alpha=0.75, n_estimators=20),
        ),
    ],
)
def test_any_quantile_regressor_or_pair(learner: Any, rng: np.random.Generator) -> None:
    """One regressor is fitted for both quantiles; a pair is taken as it is."""
    x = rng.uniform(size=(400, 1))
    est = QuantileConfidence(learner, random_state=0).fit(x, rng.normal(scale=0.1, size=400))
    assert est.predict(x).mean() == pytest.approx(0.1, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("quantiles", [(0.25, 0.75), (0.1, 0.9), (0.05, 0.5)])
def test_scale_suits_the_quantiles(
    quantiles: tuple[float, float], rng: np.random.Generator
) -> None:
    """For Normal residuals any two quantiles lead to the same sigma."""
    residual = rng.normal(scale=0.1, size=3000)
    learner = QuantileRegressor(alpha=0.0)
    est = QuantileConfidence(learner, quantiles=quantiles).fit(np.zeros((3000, 1)), residual)
    assert est.predict([[0.0]])[0] == pytest.approx(0.1, rel=0.06)


def test_intervals_are_averaged(rng: np.random.Generator) -> None:
    """Several intervals give the mean of what each gives, each with its own scale."""
    residual = rng.standard_t(3, size=2000)
    learner = QuantileRegressor(alpha=0.0)
    inner, outer, both = (
        QuantileConfidence(learner, quantiles=q).fit(np.zeros((2000, 1)), residual)
        for q in ((0.25, 0.75), (0.1, 0.9), (0.1, 0.25, 0.75, 0.9))
    )
    each = [float(est.predict([[0.0]])[0]) for est in (inner, outer)]
    assert both.predict([[0.0]])[0] == pytest.approx(np.mean(each))
    np.testing.assert_allclose(both.scale_, [2.5631, 1.3490], atol=1e-4)


def test_standard_errors_can_be_had(rng: np.random.Generator) -> None:
    """The reference learner keeps what statsmodels knows of its planes."""
    x = rng.uniform(size=(400, 1))
    est = QuantileConfidence("statsmodels").fit(x, rng.normal(size=400))
    assert [len(result.bse) for result in est.models_[0][-1].results_] == [2, 2]


def test_quartiles_are_1_349_sigma_apart() -> None:
    """The constant of the Normal."""
    est = QuantileConfidence(QuantileRegressor(alpha=0.0)).fit([[0.0], [1.0]], [0.1, 0.2])
    assert est.scale_ == pytest.approx(1.349, abs=5e-4)


class Crossed(RegressorMixin, BaseEstimator):
    """Predicts a high lower quantile and a low upper one."""

    def __init__(self, quantile: float = 0.5) -> None:
        self.quantile = quantile

    def fit(self, X: Any, y: Any) -> Any:
        self.fitted_ = True
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), 1.0 - self.quantile)


def test_quantiles_never_cross() -> None:
    """Values that cross are put in order, so that the range is never negative."""
    est = QuantileConfidence(Crossed()).fit([[0.0], [1.0]], [0.1, 0.2])
    np.testing.assert_allclose(est.predict_quantiles([[0.0]]), [[0.25, 0.75]])
    assert est.predict([[0.0]])[0] == pytest.approx(0.5 / 1.349, rel=1e-3)


def test_quantiles_need_a_fit() -> None:
    """Before `fit` there is nothing to predict with, and scikit-learn's error says so."""
    with pytest.raises(NotFittedError):
        QuantileConfidence().predict_quantiles([[0.0]])


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"quantiles": (0.75, 0.25)}, "must rise"),
        ({"quantiles": (0.1, 0.5, 0.9)}, "must be pairs, a lower one for each upper one"),
        ({"learner": LinearRegression()}, "has no parameter 'quantile'"),
        ({"learner": [LinearRegression()]}, "one regressor for each of the 2 quantiles, got 1"),
    ],
)
def test_errors(parameters: dict[str, Any], words: str) -> None:
    """What cannot give two quantiles is refused with the way out."""
    with pytest.raises(OptionError, match=words):
        QuantileConfidence(**parameters).fit([[0.0], [1.0]], [0.1, 0.2])


@pytest.mark.parametrize("learner", [LinearRegression, [LinearRegression, LinearRegression]])
def test_a_class_for_a_learner_is_told(learner: Any) -> None:
    """In scikit-learn's own words: what is to be fitted is made first."""
    with pytest.raises(TypeError, match="provide an instance of scikit-learn estimator instead"):
        QuantileConfidence(learner).fit(np.zeros((30, 1)), np.ones(30))
