"""What is learned of residuals, and the way back to expected errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf._types import ArrayLike
from qconf.estimators.error_targets import (
    LOSSES,
    ErrorTarget,
    combined_squares,
    error_targets,
    square_factor,
)


def one_target(name: str, residual: ArrayLike, threshold: float | None = None) -> ErrorTarget:
    (target,) = error_targets(name, np.asarray(residual, dtype=float), 0.8, threshold)
    return target


@pytest.mark.parametrize("name", list(LOSSES))
def test_the_way_there_and_back(name: str, rng: np.random.Generator) -> None:
    """What a perfect learner would say of Normal residuals gives their sigma, up to a constant."""
    sigma = np.repeat([0.5, 1.0, 2.0], 200_000)
    residual = rng.normal(scale=sigma)
    target = one_target(name, residual)
    values = target.of(residual)
    perfect = np.array([values[sigma == level].mean() for level in (0.5, 1.0, 2.0)])
    errors = np.sqrt(target.squares(perfect))
    np.testing.assert_allclose(errors / errors[1], [0.5, 1.0, 2.0], rtol=0.02)
    calibrated = target.calibrated(np.repeat(errors**2, 200_000), residual)
    squares = np.repeat(calibrated.squares(perfect), 200_000)
    assert squares.mean() == pytest.approx(np.mean(residual**2))


@given(
    name=st.sampled_from(list(LOSSES)),
    low=st.floats(-30, 30),
    high=st.floats(-30, 30),
)
def test_more_of_the_target_is_more_of_an_error(name: str, low: float, high: float) -> None:
    """Whatever a learner predicts, the answer is finite, not negative, and in the same order."""
    target = one_target(name, [0.1, -0.2, 0.3])
    squares = target.squares(np.array(sorted([low, high])))
    assert np.isfinite(squares).all()
    assert (squares >= 0).all()
    assert squares[0] <= squares[1]


def test_outliers_are_told_by_a_quantile_or_a_threshold() -> None:
    """The quantile is that of the absolute residuals; the threshold is the user's."""
    residual = np.arange(-5.0, 6.0)
    assert one_target("outlier", residual).of(residual).sum() == 2
    assert one_target("outlier", residual, 2.5).of(residual).sum() == 6


def test_the_logarithm_of_zero_has_a_floor() -> None:
    """A residual of zero is small, not infinitely so."""
    for residual in ([0.0, 1.0, 2.0], [0.0, 0.0, 2.0]):
        values = one_target("log", residual).of(np.array([0.0, 1.0, 2.0]))
        assert np.isfinite(values).all()
        assert (np.diff(values) > 0).all()


@pytest.mark.parametrize("name", list(LOSSES))
def test_residuals_that_are_all_zero_mean_no_error(name: str) -> None:
    """The factor sees to it."""
    residual = np.zeros(5)
    target = one_target(name, residual)
    squares = target.squares(target.of(residual))
    calibrated = target.calibrated(squares, residual)
    np.testing.assert_allclose(calibrated.squares(target.of(residual)), 0.0, atol=1e-300)


def test_combined_is_the_geometric_mean() -> None:
    """All four targets, averaged in logs; zero is as small as can be, and no trouble."""
    assert [one.name for one in error_targets("combined", np.ones(3), 0.8, None)] == list(LOSSES)
    squares = [np.array([1.0, 0.0]), np.array([4.0, 0.0])]
    np.testing.assert_allclose(combined_squares(squares), [2.0, 0.0], atol=1e-300)


@pytest.mark.parametrize("name", list(LOSSES))
def test_what_is_learned_knows_no_units_but_those_of_the_residual(name: str) -> None:
    """Logarithms are of sizes in units of the limit: a learner that shrinks to 0 needs that."""
    residual = np.array([-0.1, 0.2, 0.4])
    values, larger = (one_target(name, unit * residual).of(unit * residual) for unit in (1.0, 8.0))
    power = {"squared": 64.0, "absolute": 8.0}.get(name, 1.0)
    np.testing.assert_allclose(larger, power * values)


def test_the_factor_is_finite_whatever_was_predicted() -> None:
    """Squares that have died away to nothing are left alone, instead of divided by."""
    residual = np.array([1.0, -3.0])
    assert square_factor(np.array([2.0, 8.0]), residual) == 1.0
    for nothing in (0.0, 5e-324, 1e-200):
        assert square_factor(np.array([nothing]), residual) == 1.0
    assert square_factor(np.array([2.0]), np.zeros(2)) == 0.0
