"""The middle of all best planes: inside, and the same whatever the order of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.interior_point import interior_point
from qconf.learners.linear.planes.middle import middle_of_the_best
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.vertex import Solution


def middle(problem: Problem) -> Solution:
    k = problem.design.take(slice(0, 1)).shape[1]
    return middle_of_the_best(problem, interior_point(problem, np.zeros(k), 1.0))


def test_of_four_numbers() -> None:
    """Where 0, 1, 2 and 4 are, the product of the distances is largest at a root of its slope."""
    problem = Problem(
        MatrixDesign(np.ones((4, 1))), np.array([0.0, 1.0, 2.0, 4.0]), np.ones(4), 0.5
    )
    found = middle(problem).plane[0]
    slope = 1 / found + 1 / (found - 1) - 1 / (2 - found) - 1 / (4 - found)
    assert 1 < found < 2
    assert slope == pytest.approx(0, abs=1e-9)


def test_a_weight_is_as_good_as_rows() -> None:
    """And the order of the rows does not matter: the same to the last digits."""
    rng = np.random.default_rng(3)
    rows = np.column_stack([np.ones(24), rng.integers(0, 2, size=24)])
    target, weight = rng.normal(size=24), rng.integers(1, 4, size=24)
    weighted = middle(Problem(MatrixDesign(rows), target, weight.astype(float), 0.5))
    order = rng.permutation(weight.sum())
    repeated = rows.repeat(weight, axis=0)[order], target.repeat(weight)[order]
    plain = middle(Problem(MatrixDesign(repeated[0]), repeated[1], np.ones(len(order)), 0.5))
    np.testing.assert_allclose(weighted.plane, plain.plane, atol=1e-12)


def test_the_loss_stays(rng: np.random.Generator) -> None:
    """Where a step in one group leaves every plane between two rows as good."""
    rows = np.eye(2)[np.repeat([0, 1], [4, 5])]
    problem = Problem(MatrixDesign(rows), rng.normal(size=9), np.ones(9), 0.5)
    before = interior_point(problem, np.zeros(2), 1.0)
    after = middle_of_the_best(problem, before)
    assert problem.loss(problem.residual(after.plane)) == pytest.approx(
        problem.loss(problem.residual(before.plane)), rel=1e-12
    )
    assert after.plane[1] == pytest.approx(np.median(problem.target[4:]), abs=1e-15)


def test_what_is_not_best_is_left_alone(rng: np.random.Generator) -> None:
    """A plane whose pulls prove nothing comes back as it was."""
    problem = Problem(MatrixDesign(np.ones((9, 1))), rng.normal(size=9), np.ones(9), 0.5)
    astray = Solution(np.array([7.0]), np.zeros(9))
    assert middle_of_the_best(problem, astray) is astray
