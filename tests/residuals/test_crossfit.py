"""Predictions come from models that have not seen their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression

from qconf.errors import TableError
from qconf.residuals.crossfit import fit_confidence, histories, out_of_sample
from qconf.residuals.schedules import schedule


def test_histories_hide_what_a_round_may_not_use(rng: np.random.Generator) -> None:
    """Predictions outside of a round are not numbers, those inside are the right ones."""
    X = rng.normal(size=(60, 2))
    y = X @ [1.0, 2.0]
    plan = schedule(60, folds=3, time=np.arange(60))
    made = out_of_sample(LinearRegression(), X, y, plan.fits)
    for one, prediction in histories(plan, made):
        used = np.concatenate([one.seen, one.scored])
        assert np.isfinite(prediction[used]).all()
        assert np.isnan(np.delete(prediction, used)).all()
        np.testing.assert_allclose(prediction[used], y[used])


class PredictsInfinity(RegressorMixin, BaseEstimator):
    def fit(self, X: Any, y: Any) -> Any:
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), np.inf)


def test_a_model_that_predicts_infinity_is_named() -> None:
    """Predictions must be finite."""
    plan = schedule(20, folds=2)
    with pytest.raises(TableError, match="prediction must be finite"):
        out_of_sample(PredictsInfinity(), np.zeros((20, 1)), np.arange(20.0), plan.fits)


class AsksForTime(PredictsInfinity):
    def fit(self, X: Any, y: Any, time: Any = None) -> Any:
        self.time_ = time
        return self


def test_time_goes_to_those_who_ask() -> None:
    """An estimator without a parameter for it is fitted as ever."""
    X, residual, time = np.zeros((3, 1)), np.ones(3), np.arange(3)
    assert fit_confidence(AsksForTime(), X, residual, time).time_ is time
    assert fit_confidence(AsksForTime(), X, residual).time_ is None
    assert isinstance(fit_confidence(PredictsInfinity(), X, residual, time), PredictsInfinity)


def test_predictions_that_a_round_may_not_use_are_not_there() -> None:
    """Also of those that are given: rows neither seen nor scored are not a number."""
    plan = schedule(60, folds=3, time=np.arange(60), predicted=True)
    for one, prediction in histories(plan, None, np.ones(60)):
        used = np.union1d(one.seen, one.scored)
        np.testing.assert_array_equal(np.flatnonzero(np.isfinite(prediction)), used)
        assert len(used) < 60 or one is plan.rounds[-1]
