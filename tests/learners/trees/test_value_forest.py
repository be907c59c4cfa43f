"""The forest knows the value of rows alike, and how far apart these were."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.trees.value_forest import ValueForest


def test_mean_and_variance_of_rows_alike(rng: np.random.Generator) -> None:
    """Two kinds of rows: a level far from zero and a scatter each."""
    x = rng.uniform(size=(4000, 1))
    low = x[:, 0] < 0.5
    value = np.where(low, 100.0, 104.0) + rng.normal(scale=np.where(low, 0.1, 0.5))
    forest = ValueForest(n_estimators=20, min_samples_leaf=30, random_state=0).fit(x, value)
    found = forest.moments([[0.2], [0.8]])
    assert found.mean == pytest.approx([100.0, 104.0], abs=0.3)
    # Leaves at random reach across the border now and then: a little wider than the scatter.
    calm, noisy = np.sqrt(found.variance)
    assert 0.1 < calm < 0.35
    assert 0.5 < noisy < 0.75


def test_where_values_start_does_not_matter(rng: np.random.Generator) -> None:
    """A constant added to all values moves the means by it, and nothing else."""
    x, value = rng.uniform(size=(500, 2)), rng.normal(size=500)
    one, other = (
        ValueForest(n_estimators=5, random_state=0).fit(x, value + shift).moments(x)
        for shift in (0.0, 1e6)
    )
    np.testing.assert_allclose(other.mean - 1e6, one.mean, atol=1e-5)
    np.testing.assert_allclose(other.variance, one.variance, atol=1e-5)


def test_trees_disagree_where_values_scatter(rng: np.random.Generator) -> None:
    """The variance of the trees' means is larger on the noisy side."""
    x = rng.uniform(size=(2000, 1))
    value = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.1, 1.0))
    found = ValueForest(n_estimators=30, random_state=0).fit(x, value).moments(x)
    noisy = x[:, 0] > 0.5
    apart = found.variance_of_means
    assert np.median(apart[noisy]) > 10 * np.median(apart[~noisy])


def test_the_variance_is_of_single_values_and_larger_than_that_of_means() -> None:
    """Of one leaf of everything: that of the values, and of means of as many rows nearly none."""
    value = np.random.default_rng(0).normal(50.0, 3.0, size=2000)
    forest = ValueForest(n_estimators=50, random_state=0).fit(np.zeros((2000, 1)), value)
    mean, variance, variance_of_means = forest.moments([[0.0]])
    assert mean == pytest.approx([50.0], abs=0.3)
    assert variance == pytest.approx([9.0], rel=0.1)
    assert variance_of_means == pytest.approx([9.0 / 2000], rel=0.7)


def test_a_constant_value_has_no_variance() -> None:
    """Nor do trees disagree on it."""
    x = np.arange(30.0)[:, None]
    found = ValueForest(n_estimators=3, random_state=0).fit(x, np.full(30, 7.5)).moments(x)
    for said, wanted in zip(found, (7.5, 0.0, 0.0), strict=True):
        np.testing.assert_allclose(said, wanted, atol=1e-12)


def test_pure_leaves_have_no_variance(rng: np.random.Generator) -> None:
    """Nor one below zero, by which rounding could miss it."""
    level = np.repeat(np.arange(40), 20)
    value = 1e3 + rng.normal(size=40)[level]
    forest = ValueForest(n_estimators=5, min_samples_leaf=1, random_state=0)
    found = forest.fit(level[:, None], value).moments(level[:, None])
    for said in (found.variance, found.variance_of_means):
        assert (said >= 0).all()
        assert np.median(said) < 1e-10


def test_a_tree_is_grown_on_no_more_rows_than_it_may(rng: np.random.Generator) -> None:
    """Of ten rows, three a leaf at least, there are three leaves at most."""
    forest = ValueForest(n_estimators=5, min_samples_leaf=3, max_samples=10, random_state=0)
    forest.fit(rng.uniform(size=(300, 1)), rng.normal(size=300))
    assert forest.trees_.n_leaves.max() <= 3
