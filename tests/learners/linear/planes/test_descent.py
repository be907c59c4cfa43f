"""The descent from vertex to vertex: proofs, ties, and weights of all sizes."""

from __future__ import annotations

import numpy as np
import pytest
from linear_programs import best_bound

from qconf.learners.linear.planes.certificate import certify
from qconf.learners.linear.planes.descent import descend
from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.problem import Problem


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "tied"])
def test_as_good_as_highs(seed: int, ties: bool) -> None:
    """From any start, with numbers that are all different or mostly the same."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(10, 300)), int(rng.integers(1, 6))
    draw = (lambda *shape: rng.integers(0, 3, size=shape)) if ties else rng.normal
    rows = np.column_stack([np.ones(n), draw(n, k - 1) if ties else rng.normal(size=(n, k - 1))])
    target = rng.poisson(1, size=n).astype(float) if ties else rng.standard_t(2, size=n)
    problem = Problem(
        MatrixDesign(rows), target, rng.uniform(0.2, 5, size=n), rng.uniform(0.05, 0.95)
    )
    if np.linalg.matrix_rank(rows) < k:
        return
    found = descend(problem, rng.normal(size=k), 2000)
    assert found is not None
    proof = certify(problem, found)
    assert proof.gap <= 1e-12
    assert proof.loss == pytest.approx(best_bound(problem), rel=1e-8)


def test_weights_of_all_sizes(rng: np.random.Generator) -> None:
    """Sixteen orders of magnitude do not keep it from the best vertex."""
    rows = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    weight = 10 ** rng.uniform(-8, 8, size=60)
    problem = Problem(MatrixDesign(rows), rng.normal(size=60), weight, 0.25)
    found = descend(problem, np.zeros(3), 500)
    assert found is not None
    assert certify(problem, found).gap <= 1e-12


def test_most_rows_on_the_plane(rng: np.random.Generator) -> None:
    """Thousands of rows without a residual do not lead it round in circles."""
    rows = np.column_stack([np.ones(3000), rng.normal(size=(3000, 3))])
    noise = (rng.uniform(size=3000) < 0.1) * rng.normal(size=3000)
    problem = Problem(MatrixDesign(rows), rows.sum(axis=1) + noise, np.ones(3000), 0.9)
    found = descend(problem, np.zeros(4), 300)
    assert found is not None
    np.testing.assert_allclose(found.plane, 1.0, rtol=1e-12)
    assert certify(problem, found).gap <= 1e-9


def test_what_it_knows_of_uniqueness() -> None:
    """The median of three is the only one; that of four numbers is not."""
    for target, unique in (([0.0, 1.0, 5.0], True), ([0.0, 1.0, 5.0, 6.0], False)):
        n = len(target)
        problem = Problem(MatrixDesign(np.ones((n, 1))), np.array(target), np.ones(n), 0.5)
        found = descend(problem, np.zeros(1), 20)
        assert found is not None
        assert found.unique is unique


def test_when_it_gives_up(rng: np.random.Generator) -> None:
    """Rows that do not span the coordinates, and too few steps, give no answer."""
    flat = np.column_stack([np.ones(20), np.ones(20)])
    assert (
        descend(Problem(MatrixDesign(flat), rng.normal(size=20), np.ones(20), 0.5), np.zeros(2), 9)
        is None
    )
    rows = np.column_stack([np.ones(200), rng.normal(size=(200, 4))])
    problem = Problem(MatrixDesign(rows), rng.normal(size=200), np.ones(200), 0.3)
    assert descend(problem, np.full(5, 100.0), 1) is None
