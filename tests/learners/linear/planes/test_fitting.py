"""Whole fits, where the short way is hard to find; each proven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from qconf._types import FloatArray
from qconf.learners.linear.planes import fitting
from qconf.learners.linear.planes.certificate import certify
from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.fitting import fit_planes
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.starting import sample_rows
from qconf.learners.linear.planes.vertex import Solution

TableDesign = tuple[FloatArray, FloatArray]
N = 12_000


def normal(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(size=(N, 8))
    return X, X.sum(axis=1) + (1 + np.abs(X[:, 0])) * rng.standard_t(4, size=N)


def heavy_tails(rng: np.random.Generator) -> TableDesign:
    X = rng.standard_cauchy(size=(N, 3))
    return X, X.sum(axis=1) + rng.standard_cauchy(N)


def tied_integers(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(size=(N, 4))
    return X, rng.poisson(np.exp(0.5 * X[:, 0])).astype(float)


def many_levels(rng: np.random.Generator) -> TableDesign:
    levels = np.minimum(rng.geometric(0.1, N), 60) - 1
    return np.eye(60)[levels][:, 1:], levels % 7 + rng.normal(size=N)


def tied_levels(rng: np.random.Generator) -> TableDesign:
    levels = rng.integers(0, 40, N)
    return np.eye(40)[levels], rng.poisson(2, N).astype(float)


def almost_no_noise(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(size=(N, 4))
    return X, X.sum(axis=1) + (rng.uniform(size=N) < 0.1) * rng.normal(size=N)


def no_noise(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(size=(N, 4))
    return X, X.sum(axis=1) + 3


def offsets(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(loc=[0, 1e3, 1e5, -1e4], size=(N, 4))
    return X, X.sum(axis=1) + rng.normal(size=N)


def wide(rng: np.random.Generator) -> TableDesign:
    X = rng.normal(size=(600, 400))
    return X, X[:, 0] + rng.normal(size=600)


TABLES: list[Callable[[np.random.Generator], TableDesign]] = [
    normal, heavy_tails, tied_integers, many_levels, tied_levels, almost_no_noise, no_noise,
    offsets, wide,
]  # fmt: skip


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_every_plane_is_proven(make: Callable[[np.random.Generator], TableDesign]) -> None:
    """Loss and bound differ by 1e-8 at most, also in the tails."""
    X, y = make(np.random.default_rng(7))
    for plane in fit_planes(X, y, np.ones(len(y)), np.array([0.05, 0.5, 0.9]), intercept=True):
        assert plane.certificate.gap <= 1e-8


def test_a_bad_short_way_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the search go astray, all rows are solved at once, and the result is proven."""
    X, y = normal(np.random.default_rng(7))
    astray = Solution(np.zeros(9), np.zeros(N))
    right = fit_planes(X, y, np.ones(N), np.array([0.3]), intercept=True)[0]
    monkeypatch.setattr(fitting, "solve", lambda *_, **__: astray)
    mended = fit_planes(X, y, np.ones(N), np.array([0.3]), intercept=True)[0]
    np.testing.assert_allclose(mended.coef, right.coef, rtol=1e-9)
    assert mended.certificate.gap <= 1e-8


def test_a_certificate_cannot_be_forged(rng: np.random.Generator) -> None:
    """Pulls beyond their limits, or out of balance, prove nothing."""
    rows = np.column_stack([np.ones(300), rng.normal(size=(300, 2))])
    target = rng.normal(size=300)
    problem = Problem(MatrixDesign(rows), target, np.ones(300), 0.5)
    for dual in (100 * target, np.sign(target) / 2, np.zeros(300)):
        assert certify(problem, Solution(np.ones(3), dual)).gap > 0.05


@pytest.mark.parametrize(("n", "p"), [(10, 3), (1_500, 5), (100_000, 20), (1_000_000, 100)])
def test_samples(n: int, p: int) -> None:
    """All of few rows; of many a small part, always the same one."""
    rows = sample_rows(np.ones(n), p)
    assert len(rows) == n or 1000 <= len(rows) <= n / 2
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows, sample_rows(np.ones(n), p))


def test_samples_have_the_heavy_rows() -> None:
    """Rows that weigh more than the sample's share of the whole are in it, and no row twice."""
    weight = np.ones(50_000)
    weight[[3, 777, 49_999]] = 1e6
    rows = sample_rows(weight, 2)
    assert set(rows) >= {3, 777, 49_999}
    assert (np.diff(rows) > 0).all()
    assert len(rows) < 5_000


def test_the_only_best_plane_is_not_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a band of rows proves unique is unique for all rows, and no pass over them is needed."""
    X, y = normal(np.random.default_rng(7))
    monkeypatch.setattr(fitting, "middle_of_the_best", None)
    for plane in fit_planes(X, y, np.ones(N), np.array([0.25, 0.75]), intercept=True):
        assert plane.certificate.gap <= 1e-8
