"""The contract checks pass on what keeps the contract, and fail on what breaks it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from qconf import (
    BlendConfidence,
    ColumnConfidence,
    ConstantConfidence,
    CountConfidence,
    EmpiricalBayesConfidence,
    ForestConfidence,
    NeighborConfidence,
    OnlineConfidence,
    QuantileConfidence,
    ResidualConfidence,
)
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.checks import check_confidence_estimator, check_name, yield_checks

KEEPERS = [
    BlendConfidence(),
    BlendConfidence([ConstantConfidence()]),
    ColumnConfidence("size"),
    ConstantConfidence(),
    CountConfidence(),
    EmpiricalBayesConfidence(),
    ForestConfidence(10),
    NeighborConfidence(),
    OnlineConfidence(),
    OnlineConfidence("mean+sd"),
    QuantileConfidence(),
    QuantileConfidence("linear"),
    ResidualConfidence(),
    ResidualConfidence(loss="squared"),
    ResidualConfidence(LinearRegression()),
    ResidualConfidence(RandomForestRegressor(10), n_bootstrap=2, bound="mean+sd"),
]


@pytest.mark.parametrize(
    "check",
    [check for estimator in KEEPERS for check in yield_checks(estimator)],
    ids=lambda check: f"{check.args[0]!r:.60}-{check_name(check)}",
)
def test_built_in_estimators_keep_the_contract(check: Any) -> None:
    """The law holds for the estimator."""
    check()


class WrongShape(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X)[:, None]


class Negative(ConstantConfidence):
    def predict(self, X: Any) -> FloatArray:
        return -super().predict(X)


class RanksWithinBatch(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return np.arange(len(X), dtype=float)


class Random(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return np.random.default_rng().random(len(X))


class UsesGlobalRandomState(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        np.random.random()
        super()._fit(X, y)


class ChangesItsInput(ConstantConfidence):
    def fit(self, X: Any, y: ArrayLike) -> Any:
        super().fit(X, y)
        np.asarray(y)[:] = 0.0
        return self


class ChangesItsParameter(ConfidenceEstimator):
    def __init__(self, level: float = 1.0) -> None:
        self.level = level

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.level = float(np.abs(y).mean())

    def _predict(self, X: Table) -> FloatArray:
        return np.full(len(X), self.level)


class RemembersItsFirstFit(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        if not hasattr(self, "expected_error_"):
            super()._fit(X, y)


class CannotBePickled(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.hook_ = lambda: None


@pytest.mark.parametrize(
    ("breaker", "law"),
    [
        (WrongShape(), "check_shape"),
        (Negative(), "check_finite_and_non_negative"),
        (RanksWithinBatch(), "check_batch_mates_do_not_matter"),
        (Random(), "check_same_seed_same_answer"),
        (UsesGlobalRandomState(), "check_global_random_state_untouched"),
        (ChangesItsInput(), "check_inputs_unchanged"),
        (ChangesItsParameter(), "check_parameters_unchanged"),
        (RemembersItsFirstFit(), "check_refit_equals_fresh_fit"),
        (CannotBePickled(), "check_pickle"),
    ],
)
def test_each_broken_law_is_caught(breaker: Any, law: str) -> None:
    """The check that is named for the law fails on an estimator that breaks it."""
    checks = {check_name(check): check for check in yield_checks(breaker)}
    with pytest.raises((AssertionError, AttributeError, TypeError)):
        checks[law]()


def test_all_checks_at_once() -> None:
    """`check_confidence_estimator` stops at the first broken law."""
    check_confidence_estimator(ConstantConfidence())
    with pytest.raises(AssertionError, match=">= 0"):
        check_confidence_estimator(Negative())
