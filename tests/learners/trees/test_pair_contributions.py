"""Differences between rows are split exactly, as by trying all orders of features."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestRegressor

from qconf._types import FloatArray
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.pair_contributions import pair_contributions


def rows(rng: np.random.Generator, n: int) -> FloatArray:
    """Draw numbers with gaps; the last column has levels."""
    X = rng.normal(size=(n, 4))
    X[:, 3] = rng.integers(40, size=n)
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    return X


def grown(rng: np.random.Generator, n_leaves: int = 31, n_trees: int = 8) -> FlatTrees:
    X = rows(rng, 600)
    known = np.nan_to_num(X)
    y = known[:, 0] * known[:, 1] + np.sin(known[:, 3]) + (known[:, 2] > 0) * known[:, 0]
    options: Any = {
        "verbosity": -1,
        "num_threads": 1,
        "num_leaves": n_leaves,
        "deterministic": True,
    }
    data = lightgbm.Dataset(X, y, categorical_feature=[3], params=options)
    return FlatTrees.of_lightgbm(lightgbm.train(options, data, n_trees))


def by_all_orders(trees: FlatTrees, row: FloatArray, baseline: FloatArray) -> FloatArray:
    """Shapley values by their definition, over all sets of features."""
    n = len(row)
    parts = np.zeros(n)
    for feature in range(n):
        others = [one for one in range(n) if one != feature]
        for size in range(n):
            for chosen in combinations(others, size):
                before = baseline.copy()
                before[list(chosen)] = row[list(chosen)]
                after = before.copy()
                after[feature] = row[feature]
                gain = np.diff(trees.sums(np.vstack([before, after]))[:, 0])[0]
                parts[feature] += gain / (n * comb(n - 1, size))
    return parts


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_leaves=st.sampled_from([2, 5, 31, 200]))
def test_parts_are_shapley_values_and_add_up(seed: int, n_leaves: int) -> None:
    """With gaps and levels, for trees of any size."""
    rng = np.random.default_rng(seed)
    trees = grown(rng, n_leaves)
    own, base = rows(rng, 6), rows(rng, 6)
    parts = pair_contributions(trees, own, base)
    difference = trees.sums(own)[:, 0] - trees.sums(base)[:, 0]
    np.testing.assert_allclose(parts.sum(axis=1), difference, rtol=0, atol=1e-12)
    expected = [by_all_orders(trees, *pair) for pair in zip(own, base, strict=True)]
    np.testing.assert_allclose(parts, expected, rtol=0, atol=1e-12)


def test_what_both_share_adds_nothing() -> None:
    """A property that is the same in both has a part of exactly zero, and so has a row itself."""
    rng = np.random.default_rng(0)
    trees, own = grown(rng, n_trees=40), rows(rng, 200)
    base = rows(rng, 200)
    base[:, 1] = own[:, 1]
    parts = pair_contributions(trees, own, base)
    assert (parts[:, 1] == 0).all()
    assert (parts[:, 0] != 0).any()
    assert not pair_contributions(trees, own, own).any()


def test_the_way_back_is_worth_the_same() -> None:
    """From a sale to a row and from the row to the sale parts differ in sign only."""
    rng = np.random.default_rng(1)
    trees, own, base = grown(rng), rows(rng, 100), rows(rng, 100)
    there, back = pair_contributions(trees, own, base), pair_contributions(trees, base, own)
    np.testing.assert_allclose(there, -back, atol=1e-13)


def test_deep_forests_and_bare_trees_add_up() -> None:
    """Of scikit-learn too, and where a tree has no split."""
    rng = np.random.default_rng(2)
    X = np.nan_to_num(rows(rng, 300))
    forest = RandomForestRegressor(5, random_state=0).fit(X, X[:, 0] * X[:, 1] + X[:, 2])
    bare: Any = RandomForestRegressor(3, random_state=0)
    for one in (forest, bare.fit(X, np.ones(300))):
        trees = FlatTrees.of_sklearn(one)
        parts = pair_contributions(trees, X[:50], X[50:100])
        difference = trees.sums(X[:50])[:, 0] - trees.sums(X[50:100])[:, 0]
        np.testing.assert_allclose(parts.sum(axis=1), difference, atol=1e-12)


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_threads_change_nothing(n_jobs: int) -> None:
    """Pairs do not hang on each other."""
    rng = np.random.default_rng(3)
    trees, own, base = grown(rng), rows(rng, 2000), rows(rng, 2000)
    parts = pair_contributions(trees, own, base, n_jobs)
    np.testing.assert_array_equal(parts[7:9], pair_contributions(trees, own[7:9], base[7:9]))
