"""The forest knows the value of rows alike, and how far apart these were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf._types import FloatArray, IntArray
from qconf.learners.trees.value_forest import ValueForest, _bag


def test_mean_and_variance_of_rows_alike(rng: np.random.Generator) -> None:
    """Two kinds of rows: a level far from zero and a scatter each."""
    x = rng.uniform(size=(4000, 1))
    low = x[:, 0] < 0.5
    value = np.where(low, 100.0, 104.0) + rng.normal(scale=np.where(low, 0.1, 0.5))
    forest = ValueForest(n_estimators=20, min_samples_leaf=30, random_state=0).fit(x, value)
    found = forest.moments(np.concatenate([np.linspace(0, 0.4), np.linspace(0.6, 1)])[:, None])
    assert np.median(found.mean.reshape(2, -1), axis=1) == pytest.approx([100.0, 104.0], abs=0.3)
    # Leaves at random reach across the border now and then: a little wider than the scatter.
    calm, noisy = np.median(np.sqrt(found.variance).reshape(2, -1), axis=1)
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
        # Both moments have seven digits.
        assert np.median(said) < 1e-7


def test_a_tree_is_grown_on_no_more_rows_than_it_may(rng: np.random.Generator) -> None:
    """Of ten rows, three a leaf at least, there are three leaves at most."""
    forest = ValueForest(n_estimators=5, min_samples_leaf=3, max_samples=10, random_state=0)
    forest.fit(rng.uniform(size=(300, 1)), rng.normal(size=300))
    assert forest.trees_.n_leaves.max() <= 3


def test_out_of_bag_nobody_remembers_the_row(rng: np.random.Generator) -> None:
    """Values without a reason are told by who was fitted on them, and by no tree that was not."""
    x, noise = rng.uniform(size=(800, 3)), rng.normal(size=800)
    forest = ValueForest(n_estimators=40, random_state=0)
    mean, variance = forest.fit_out_of_bag(x, noise)
    assert np.corrcoef(forest.moments(x).mean, noise)[0, 1] > 0.5
    assert abs(np.corrcoef(mean, noise)[0, 1]) < 0.15
    assert (variance > 0).all()


def test_out_of_bag_a_unit_is_seen_whole_or_not_at_all(rng: np.random.Generator) -> None:
    """Values of two rows of a unit that change places change what is said of neither."""
    x, value = np.repeat(rng.uniform(size=(200, 1)), 2, axis=0), rng.normal(size=400)
    swapped = value.copy()
    swapped[[10, 11]] = value[[11, 10]]

    def said(units: IntArray | None, own: FloatArray) -> FloatArray:
        forest = ValueForest(n_estimators=30, min_samples_leaf=1, random_state=0)
        return forest.fit_out_of_bag(x, own, units)[0]

    pairs = np.arange(400) // 2
    change = np.abs(said(pairs, value) - said(pairs, swapped))
    assert change[[10, 11]].max() < 1e-9
    # Each alone, one of the two is told by the other, whose x is the same.
    assert np.abs(said(None, value) - said(None, swapped))[[10, 11]].max() > 0.01


def test_out_of_bag_agrees_with_the_forest_where_values_have_a_reason() -> None:
    """Some of the trees say what all say."""
    x = np.linspace(0, 1, 2000)[:, None]
    value = np.sin(6 * x[:, 0])
    forest = ValueForest(n_estimators=30, max_samples=500, random_state=0)
    mean, variance = forest.fit_out_of_bag(x, value)
    np.testing.assert_allclose(mean, forest.moments(x).mean, atol=0.1)
    assert np.sqrt(variance).max() < 0.3


@pytest.mark.parametrize("units", [None, np.zeros(50, dtype=int), np.arange(50) // 25])
def test_out_of_bag_of_few_units_and_trees_leaves_numbers(units: IntArray | None) -> None:
    """A row that every tree has seen is told what they remember."""
    x = np.arange(50.0)[:, None]
    forest = ValueForest(n_estimators=1, max_samples=20, random_state=0)
    mean, variance = forest.fit_out_of_bag(x, x[:, 0], units)
    assert np.isfinite(mean).all()
    assert (variance == 0).all()


def test_a_bag_of_single_rows_is_what_is_seen() -> None:
    """As many rows as a tree may have, and all others are unseen."""
    unseen = np.ones(50, dtype=bool)
    rows = _bag(unseen, None, 20, np.random.RandomState(0))
    np.testing.assert_array_equal(rows, np.flatnonzero(~unseen))
    assert len(rows) == 20


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20),
    most=st.integers(1, 60),
    seed=st.integers(0, 100),
)
@settings(deadline=None)
def test_a_bag_holds_whole_units_and_not_too_many_rows(
    sizes: list[int], most: int, seed: int
) -> None:
    """What is in it and what is unseen have no unit in common; it is never empty."""
    units = np.repeat(np.arange(len(sizes)), sizes)
    unseen = np.ones(len(units), dtype=bool)
    rows = _bag(unseen, units, most, np.random.RandomState(seed))
    assert 1 <= len(rows) <= most
    assert not set(units[rows]) & set(units[unseen])
    if len(set(units[rows])) > 1:
        assert len(rows) + unseen.sum() == len(units)
