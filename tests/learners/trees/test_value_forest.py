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
    calm, noisy = np.sqrt(found.mean_square)
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
    np.testing.assert_allclose(other.mean_square, one.mean_square, atol=1e-5)


def test_trees_disagree_where_values_scatter(rng: np.random.Generator) -> None:
    """The variance of the trees' means is larger on the noisy side."""
    x = rng.uniform(size=(2000, 1))
    value = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.1, 1.0))
    found = ValueForest(n_estimators=30, random_state=0).fit(x, value).moments(x)
    noisy = x[:, 0] > 0.5
    assert np.median(found.variance[noisy]) > 10 * np.median(found.variance[~noisy])
