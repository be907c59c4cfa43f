"""The prior finds what kinds of groups there are, and shrinks to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.learners.variance_mixture import VarianceMixture, fit_variance_mixture


def groups(
    rng: np.random.Generator, variance: FloatArray, dof: int
) -> tuple[FloatArray, FloatArray]:
    """Draw sums of squares of Normal groups."""
    return np.full(len(variance), float(dof)), variance * rng.chisquare(dof, size=len(variance))


def fitted(dof: FloatArray, squares: FloatArray) -> VarianceMixture:
    prior = fit_variance_mixture(dof, squares)
    assert prior is not None
    return prior


def test_two_kinds_are_found(rng: np.random.Generator) -> None:
    """Both variances, and how common each is."""
    variance = np.where(rng.random(20_000) < 0.3, 0.0025, 0.01)
    prior = fitted(*groups(rng, variance, 12))
    low = prior.variance < 0.005
    assert prior.probability[low].sum() == pytest.approx(0.3, abs=0.02)
    # Within half a step of the grid, which is a quarter.
    assert prior.probability[low] @ prior.variance[low] == pytest.approx(0.3 * 0.0025, rel=0.12)
    assert prior.probability @ prior.variance == pytest.approx(variance.mean(), rel=0.02)


def test_one_kind_leaves_nothing_to_tell(rng: np.random.Generator) -> None:
    """Where groups do not differ, all of them are expected to be the same."""
    dof, squares = groups(rng, np.full(20_000, 0.04), 10)
    expected = fitted(dof, squares).posterior_mean(dof, squares)
    assert expected.mean() == pytest.approx(0.04, rel=0.01)
    assert expected.std() < 0.1 * (squares / dof).std()


@pytest.mark.parametrize("dof", [3, 10, 40])
def test_shrinking_beats_single_groups_and_one_for_all(rng: np.random.Generator, dof: int) -> None:
    """With a broad hump of variances too, the log error is below both extremes."""
    variance = np.exp(rng.normal(scale=0.6, size=5000))
    known = groups(rng, variance, dof)
    found = np.log(fitted(*known).posterior_mean(*known) / variance)
    single = np.log(known[1] / known[0] / variance)
    assert (found**2).mean() < (single**2).mean()
    assert (found**2).mean() < (np.log(variance / variance.mean()) ** 2).mean()


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 1e6)), min_size=1, max_size=30),
    st.floats(1e-6, 1e6),
)
def test_laws_of_the_posterior(seen: list[tuple[float, float]], scale: float) -> None:
    """Between the points, rising with the squares, and in the units of the squares."""
    dof, squares = (np.array(part) for part in zip(*seen, strict=True))
    prior = fit_variance_mixture(dof, squares)
    if prior is None:
        assert not (squares > 1e-200).any()
        return
    assert prior.probability.sum() == pytest.approx(1.0)
    assert (np.diff(prior.variance) > 0).all()
    rising = prior.posterior_mean(np.full(20, 5.0), np.geomspace(1e-3, 1e6, 20))
    assert (np.diff(rising) >= -1e-9 * rising[1:]).all()
    assert (rising >= prior.variance[0] * (1 - 1e-9)).all()
    assert (rising <= prior.variance[-1] * (1 + 1e-9)).all()
    scaled = VarianceMixture(prior.variance * scale, prior.probability)
    np.testing.assert_allclose(
        scaled.posterior_mean(dof, squares * scale),
        prior.posterior_mean(dof, squares) * scale,
        rtol=1e-6,
    )


def test_a_group_of_many_rows_is_itself(rng: np.random.Generator) -> None:
    """Shrinking fades as a group grows: no grid stands between it and its own variance."""
    dof = np.array([20_000.0] * 7 + [5.0] * 50)
    squares = np.append(np.linspace(1.0, 1.3, 7), np.ones(50)) * rng.chisquare(dof)
    found = fitted(dof, squares).posterior_mean(dof, squares)
    np.testing.assert_allclose(found[:7], squares[:7] / dof[:7], rtol=0.02)


def test_nothing_known() -> None:
    """Groups without rows or without errors give no prior."""
    assert fit_variance_mixture(np.zeros(3), np.zeros(3)) is None
    assert fit_variance_mixture(np.ones(3), np.zeros(3)) is None
