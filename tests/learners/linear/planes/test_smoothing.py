"""The smoothed loss: its derivative, its limits, and that steps go downhill."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.smoothing import smoothed_dual, smoothed_loss, smoothed_plane


@pytest.fixture
def problem(rng: np.random.Generator) -> Problem:
    rows = np.column_stack([np.ones(400), rng.normal(size=(400, 2))])
    target = rows @ [1.0, 2.0, 3.0] + rng.standard_t(3, size=400)
    return Problem(MatrixDesign(rows), target, rng.uniform(0.5, 2, size=400), 0.3)


def test_the_pull_is_the_derivative_of_the_loss(problem: Problem) -> None:
    """By finite differences, in every row."""
    residual, step = problem.target, 1e-6
    for i in range(0, 400, 40):
        moved = [residual.copy(), residual.copy()]
        moved[0][i] -= step
        moved[1][i] += step
        low, high = (smoothed_loss(problem, one, 0.7) for one in moved)
        slope = (high - low) / (2 * step)
        assert slope == pytest.approx(smoothed_dual(problem, residual, 0.7)[i], abs=1e-6)


def test_without_bandwidth_it_is_the_check_loss(problem: Problem) -> None:
    """From above, by at most a quarter of the bandwidth a row."""
    exact = problem.loss(problem.target)
    for bandwidth in (1.0, 1e-3, 1e-9):
        smoothed = smoothed_loss(problem, problem.target, bandwidth)
        assert exact <= smoothed * (1 + 1e-14)
        assert smoothed <= exact + bandwidth / 4 * problem.weight.sum() + 1e-9


@pytest.mark.parametrize("bandwidth", [3.0, 0.3, 0.03])
def test_newton_balances_the_pulls(problem: Problem, bandwidth: float) -> None:
    """From far away, down to where the loss is flat."""
    plane, residual = smoothed_plane(problem, np.full(3, 100.0), bandwidth, max_iter=200)
    dual = smoothed_dual(problem, residual, bandwidth)
    np.testing.assert_allclose(residual, problem.residual(plane), atol=1e-9)
    assert np.abs(problem.design.sums(dual)).max() < 0.02 * problem.weight.sum()


def test_steps_go_downhill(problem: Problem) -> None:
    """However few they are, and also where no row bends the loss."""
    start = np.array([50.0, -50.0, 0.0])
    losses = [smoothed_loss(problem, problem.residual(start), 0.01)]
    for steps in range(1, 8):
        _, residual = smoothed_plane(problem, start, 0.01, max_iter=steps)
        losses.append(smoothed_loss(problem, residual, 0.01))
    assert (np.diff(losses) <= 1e-9).all()
    assert losses[-1] < losses[0]
