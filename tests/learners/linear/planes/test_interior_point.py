"""The interior point method and its vertices, against SciPy's HiGHS."""

from __future__ import annotations

import numpy as np
import pytest
from linear_programs import best_bound

from qconf.learners.linear.planes.certificate import certify
from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.interior_point import interior_point
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.vertex import vertex


def random_problem(rng: np.random.Generator, n: int, k: int, *, ties: bool) -> Problem:
    rows = np.column_stack([np.ones(n), rng.normal(size=(n, k - 1))])
    target = rng.poisson(2, size=n).astype(float) if ties else rng.standard_t(2, size=n)
    return Problem(
        MatrixDesign(rows), target, rng.uniform(0.2, 5, size=n), float(rng.uniform(0.05, 0.95))
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "tied"])
def test_as_good_as_highs(seed: int, ties: bool) -> None:
    """From a plane at zero; loss and bound meet HiGHS' to 1e-8."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(5, 400)), int(rng.integers(1, 5))
    problem = random_problem(rng, n, k, ties=ties)
    proof = certify(problem, interior_point(problem, np.zeros(k), 1.0))
    assert proof.gap <= 1e-10
    assert proof.loss == pytest.approx(best_bound(problem), rel=1e-8)


@pytest.mark.parametrize("nearness", [1e-9, 1e-3, 1.0, 100.0])
def test_the_start_does_not_matter(nearness: float, rng: np.random.Generator) -> None:
    """Nor does how near it is said to be."""
    problem = random_problem(rng, 300, 4, ties=False)
    best = interior_point(problem, np.zeros(4), 1.0)
    found = interior_point(problem, rng.normal(size=4) * 10, nearness)
    np.testing.assert_allclose(found.plane, best.plane, atol=1e-9)


def test_most_rows_on_the_plane(rng: np.random.Generator) -> None:
    """Nine of ten rows without any residual leave most pulls undecided."""
    rows = np.column_stack([np.ones(2000), rng.normal(size=(2000, 2))])
    noise = (rng.uniform(size=2000) < 0.1) * rng.normal(size=2000)
    problem = Problem(MatrixDesign(rows), rows @ [2.0, 1.0, 0.5] + noise, np.ones(2000), 0.6)
    solution = interior_point(problem, np.zeros(3), 1.0)
    np.testing.assert_allclose(solution.plane, [2.0, 1.0, 0.5], atol=1e-12)
    assert certify(problem, solution).gap <= 1e-10


def test_a_vertex_is_proven_or_refused(rng: np.random.Generator) -> None:
    """The right rows give the plane and exact pulls; wrong ones are told apart."""
    problem = random_problem(rng, 200, 3, ties=False)
    best = interior_point(problem, np.zeros(3), 1.0)
    assert best.unique
    np.testing.assert_allclose(problem.design.sums(best.dual), 0, atol=1e-9)
    assert vertex(problem, best.dual) is not None
    astray = np.roll(best.dual / problem.weight, 1) * problem.weight
    assert vertex(problem, astray) is None


def test_the_middle_of_many_medians() -> None:
    """Where any plane between two rows is best, none of the two is chosen."""
    problem = Problem(
        MatrixDesign(np.ones((4, 1))), np.array([0.0, 1.0, 2.0, 3.0]), np.ones(4), 0.5
    )
    solution = interior_point(problem, np.zeros(1), 1.0)
    assert 1.1 < solution.plane[0] < 1.9
    assert not solution.unique
