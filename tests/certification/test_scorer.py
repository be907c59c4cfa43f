"""Models are chosen by the share of rows that is certified."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qconf import ConfidentRegressor, certified_coverage_scorer, certify
from qconf.errors import EstimatorError, TableError

rng = np.random.default_rng(0)
X = rng.uniform(1, 2, size=(900, 1))
Y = X[:, 0] * np.exp(rng.normal(scale=0.05 * X[:, 0] ** 3))


def pair() -> ConfidentRegressor:
    return ConfidentRegressor(LinearRegression(), "neighbors", random_state=0)


def test_the_score_is_the_coverage_of_the_certificate() -> None:
    """On the rows that are scored, by the estimator's own error scale."""
    model = pair().fit(X[:500], Y[:500])
    residual = model.predict(X[500:]) / Y[500:] - 1
    one = certify(model.predict_error(X[500:]), residual, threshold=0.3)
    score = certified_coverage_scorer(model, X[500:], Y[500:], threshold=0.3)
    assert score == one.coverage > 0
    piped = make_pipeline(StandardScaler(), pair()).fit(X[:500], Y[:500])
    assert certified_coverage_scorer(piped, X[500:], Y[500:], threshold=0.3) > 0


def test_a_search_finds_the_better_model() -> None:
    """A line through the data, and not one that hardly rises."""
    search = GridSearchCV(
        pair(),
        {"regressor": [Ridge(alpha=1e6), LinearRegression()]},
        scoring=lambda *given: certified_coverage_scorer(*given, outlier_rate=0.3),
        cv=2,
    ).fit(X, Y)
    assert isinstance(search.best_params_["regressor"], LinearRegression)


def test_a_model_without_expected_errors_is_refused() -> None:
    """And told how to get them."""
    with pytest.raises(EstimatorError, match=r"Wrap it: ConfidentRegressor\(your_model\)"):
        certified_coverage_scorer(LinearRegression().fit(X, Y), X, Y)


def test_a_truth_that_is_none_is_a_line() -> None:
    """Missing, too short, or a table: the thing, and what was found."""
    model = pair().fit(X[:500], Y[:500])
    for wrong in (np.full(400, np.nan), Y[:5], np.column_stack([Y[500:], Y[500:]])):
        with pytest.raises(TableError, match="The truth must"):
            certified_coverage_scorer(model, X[500:], wrong)
