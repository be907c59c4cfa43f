"""The error model recovers squared residuals, and its bounds bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from worlds import noise_of

from qconf import ResidualConfidence
from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.learners.boosted import BoostedTrees

FAST = BoostedTrees("gamma", n_estimators=40)


@pytest.mark.parametrize("loss", ["gamma", "squared"])
def test_recovers_sigma(loss: str, noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Easy zones get their 0.04, hard ones their 0.16, on tables of every kind of column."""
    table, residual = noisy_rows
    expected = ResidualConfidence(loss=loss, random_state=0).fit(table, residual).predict(table)
    sigma = noise_of(table)
    for level in (0.04, 0.16):
        assert np.sqrt(np.mean(expected[sigma == level] ** 2)) == pytest.approx(level, rel=0.25)


def test_scale_of_the_residuals_is_the_scale_of_the_answer(
    noisy_rows: tuple[pd.DataFrame, FloatArray],
) -> None:
    """A hundred times the residual is a hundred times the expected error."""
    table, residual = noisy_rows
    plain = ResidualConfidence(FAST, random_state=0).fit(table, residual).predict(table)
    large = ResidualConfidence(FAST, random_state=0).fit(table, 100 * residual).predict(table)
    np.testing.assert_allclose(large, 100 * plain, rtol=1e-6)


def test_bounds_are_ordered(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Mean <= mean + sd, median <= 90 % quantile <= max, over the same replicates."""
    table, residual = noisy_rows

    def bound(kind: Any) -> FloatArray:
        est = ResidualConfidence(FAST, n_bootstrap=6, bound=kind, random_state=0)
        return est.fit(table, residual).predict(table)

    assert (bound("mean") <= bound("mean+sd")).all()
    assert (bound(0.5) <= bound(0.9)).all()
    assert (bound(0.9) <= bound("max")).all()


def test_replicates_of_a_mean_spread_like_a_mean() -> None:
    """With a learner that is just the mean, the bound is mean + sd / sqrt(n) of the squares."""
    residual = np.random.default_rng(0).normal(size=400)
    est = ResidualConfidence(
        DummyRegressor(), n_bootstrap=400, bound="mean+sd", random_state=0
    ).fit(np.zeros((400, 1)), residual)
    squared = residual**2
    expected = squared.mean() + squared.std() / np.sqrt(400)
    assert est.predict([[0.0]])[0] ** 2 == pytest.approx(expected, rel=0.02)


def test_any_regressor_learns(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """A learner gets the table as it is; what it predicts below zero becomes zero."""
    table, residual = noisy_rows
    hard = pd.DataFrame({"hard": (noise_of(table) > 0.1).astype(float)})
    est = ResidualConfidence(LinearRegression()).fit(hard, residual)
    expected = est.predict(pd.DataFrame({"hard": [0.0, 1.0, -9.0]}))
    np.testing.assert_allclose(expected, [0.04, 0.16, 0.0], rtol=0.1)


def test_a_bound_needs_replicates() -> None:
    """A bound over nothing is refused."""
    with pytest.raises(OptionError, match="'max' is taken over bootstrap replicates"):
        ResidualConfidence(bound="max").fit([[0.0], [1.0]], [0.1, 0.2])


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n_bootstrap": -1}, "n_bootstrap"),
        ({"bound": 1.5}, "bound"),
        ({"bound": "median"}, "bound"),
        ({"loss": "huber"}, "loss"),
        ({"learner": "forest"}, "learner"),
    ],
)
def test_parameters_are_checked(parameters: dict[str, Any], words: str) -> None:
    """Each parameter has its rule, named in the message."""
    with pytest.raises(ValueError, match=f"The '{words}' parameter of ResidualConfidence"):
        ResidualConfidence(**parameters).fit([[0.0], [1.0]], [0.1, 0.2])
