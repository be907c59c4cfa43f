"""Globs: two rows that stand for all those whose side is known."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.globbing import Band
from qconf.learners.linear.planes.problem import Problem


@pytest.fixture
def problem(rng: np.random.Generator) -> Problem:
    rows = np.column_stack([np.ones(500), rng.normal(size=(500, 2))])
    return Problem(MatrixDesign(rows), rng.normal(size=500), rng.uniform(1, 2, size=500), 0.25)


def test_the_loss_is_kept_while_sides_are(problem: Problem) -> None:
    """A plane that leaves all globbed rows on their side has the same loss without them."""
    band = Band(problem, problem.target, 100)
    reduced = band.reduced()
    assert len(reduced) == len(band) + 2 == 102
    for slope in (0.0, 0.01):
        plane = np.array([slope, slope / 3, -slope / 2])
        residual = problem.residual(plane)
        assert not (band.side * residual < 0).any()
        assert reduced.loss(reduced.residual(plane)) == pytest.approx(problem.loss(residual))


def test_ties_are_kept_together(problem: Problem) -> None:
    """Rows as near as the last one that is kept are kept too."""
    tied = Problem(problem.design, np.round(problem.target), problem.weight, 0.25)
    band = Band(tied, tied.target, 10)
    assert len(band) == np.count_nonzero(tied.target == 0)


def test_taking_rows_out_of_globs(problem: Problem) -> None:
    """It is the same as never having put them in."""
    band = Band(problem, problem.target, 100)
    more = np.flatnonzero(band.side)[::7]
    before = problem.loss(problem.target)
    band.keep(more)
    assert len(band) == 100 + len(more)
    width = band.width
    band.widen(1.5)
    assert (np.abs(problem.target[band.side != 0]) > 1.5 * width).all()
    reduced = band.reduced()
    assert reduced.loss(reduced.residual(np.zeros(3))) == pytest.approx(before)
    assert reduced.weight.sum() == pytest.approx(problem.weight.sum())


def test_pulls_of_all_rows(problem: Problem) -> None:
    """Balanced pulls of the reduced problem stay balanced, whatever a glob's share is."""
    band = Band(problem, problem.target, 50)
    reduced = band.reduced()
    dual = np.random.default_rng(1).uniform(-0.75, 0.25, size=len(reduced)) * reduced.weight
    everyone = band.dual(dual)
    np.testing.assert_allclose(problem.design.sums(everyone), reduced.design.sums(dual))
    assert (everyone <= 0.25 * problem.weight).all()
    assert (everyone >= -0.75 * problem.weight).all()


def test_a_side_without_rows(problem: Problem) -> None:
    """An empty glob takes no part."""
    band = Band(problem, np.abs(problem.target), 100)
    reduced = band.reduced()
    assert len(reduced) == 101
    assert len(band.dual(reduced.weight * 0.1)) == 500
