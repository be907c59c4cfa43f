"""Linear quantile regression: its laws, and reference numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from qconf import LinearQuantileRegressor
from qconf._types import FloatArray
from qconf.errors import OptionError


@pytest.fixture
def line(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    x = rng.uniform(1, 3, size=(2000, 2))
    return x, 1.0 + x @ [2.0, -1.0] + x[:, 0] * rng.normal(size=2000)


def test_engel_food_expenditure() -> None:
    """Koenker's Engel data: the published median line, 81.4822 + 0.5602 income.

    R: quantreg::rq(foodexp ~ income, tau = c(.25, .5, .75), data = engel), as printed in
    Koenker & Hallock (2001) and in the vignette of quantreg; statsmodels ships the data.
    """
    data = sm.datasets.engel.load_pandas().data
    model = LinearQuantileRegressor((0.25, 0.5, 0.75)).fit(data[["income"]], data["foodexp"])
    np.testing.assert_allclose(model.intercept_, [95.48354, 81.48225, 62.39659], atol=2e-3)
    np.testing.assert_allclose(model.coef_[:, 0], [0.4741032, 0.5601806, 0.6440141], atol=1e-5)


def test_shapes_and_order(line: tuple[FloatArray, FloatArray]) -> None:
    """Several quantiles in one fit; rising in every row."""
    model = LinearQuantileRegressor((0.1, 0.5, 0.9)).fit(*line)
    assert model.coef_.shape == (3, 2)
    assert model.intercept_.shape == (3,)
    predicted = model.predict(line[0] * 100 - 200)
    assert predicted.shape == (2000, 3)
    assert (np.diff(predicted, axis=1) >= 0).all()


def test_shares_below_are_the_quantiles(line: tuple[FloatArray, FloatArray]) -> None:
    """A quarter of the rows lies below the lower plane, a quarter above the upper."""
    low, high = LinearQuantileRegressor().fit(*line).predict(line[0]).T
    assert np.mean(line[1] < low) == pytest.approx(0.25, abs=0.01)
    assert np.mean(line[1] > high) == pytest.approx(0.25, abs=0.01)


def test_scale_and_shift_equivariance(line: tuple[FloatArray, FloatArray]) -> None:
    """Predictions follow a shift and a positive scale of the target; a flip swaps quantiles."""
    x, y = line
    plain = LinearQuantileRegressor().fit(x, y).predict(x)
    moved = LinearQuantileRegressor().fit(x, 3 * y + 7).predict(x)
    flipped = LinearQuantileRegressor().fit(x, -y).predict(x)
    np.testing.assert_allclose(moved, 3 * plain + 7, atol=1e-2)
    np.testing.assert_allclose(flipped, -plain[:, ::-1], atol=1e-2)


def test_without_intercept(line: tuple[FloatArray, FloatArray]) -> None:
    """The plane goes through zero."""
    model = LinearQuantileRegressor(0.5, fit_intercept=False).fit(*line)
    assert model.predict([[0.0, 0.0]]) == [0.0]


@pytest.mark.parametrize("quantiles", [(0.75, 0.25), (0.0, 0.5), (0.5, 1.0), (), (0.5, 0.5)])
def test_quantiles_must_rise_inside_of_0_and_1(quantiles: Any) -> None:
    """Anything else is named."""
    with pytest.raises(OptionError, match="must rise and lie strictly between 0 and 1"):
        LinearQuantileRegressor(quantiles).fit([[0.0], [1.0]], [0.0, 1.0])
