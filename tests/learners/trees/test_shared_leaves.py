"""Rows that share the most leaves are found among all, and weights are summed up over all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.encoding.encoded import Encoded
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.shared_leaves import (
    Window,
    leaf_weights,
    leaves_of,
    most_alike,
    shared_with,
)


def by_counting(known: Any, asked: Any, window: Window) -> Any:
    """Count shared leaves of all pairs; 0 outside the window."""
    counts = (known[:, np.newaxis, :] == asked[:, :, np.newaxis]).sum(axis=0)
    place = np.arange(known.shape[1])
    counts[(place < window.first[:, None]) | (place >= window.last[:, None])] = 0
    for row in range(len(counts)):
        begin, end = window.apart_offsets[row : row + 2]
        counts[row, window.apart[begin:end]] = 0
    return counts


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_trees=st.sampled_from([1, 3, 4, 255, 256, 520]),
    n_known=st.sampled_from([1, 7, 2048, 2049, 4500]),
    kind=st.sampled_from(["u1", "u2", "u4"]),
    sharp=st.booleans(),
)
def test_the_most_alike_are_those_of_counting(
    seed: int, n_trees: int, n_known: int, kind: str, sharp: bool
) -> None:
    """Whatever the number of trees and rows, with windows and rows that are kept apart."""
    rng = np.random.default_rng(seed)
    known = (rng.random((n_trees, n_known)) ** 2 * 9).astype(kind)
    asked = (rng.random((n_trees, 5)) ** 2 * 9).astype(kind)
    squares = rng.random(n_known).astype(np.float32).astype(np.float64)
    first = rng.integers(0, n_known, size=5)
    last = np.minimum(first + rng.integers(0, n_known + 1, size=5), n_known)
    apart = [np.sort(rng.permutation(n_known)[:k]) for k in (0, 1, 3, 0, 2)]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in apart])])
    window = Window(first, last, np.concatenate(apart).astype(np.intp), offsets)
    found = most_alike(known, asked, 4, sharp=sharp, window=window, squares=squares)
    counts = by_counting(known, asked, window)
    weights = leaf_weights(counts, n_trees, sharp=sharp)
    for row in range(5):
        # Of equals the last first.
        order = np.lexsort((-np.arange(n_known), -counts[row]))[:4]
        order = order[counts[row, order] > 0]
        assert found.places[row, : len(order)].tolist() == order.tolist()
        assert (found.places[row, len(order) :] == -1).all()
        np.testing.assert_allclose(found.weights[row, : len(order)], weights[row, order])
    total = weights.sum(axis=1)
    some = total > 0
    np.testing.assert_allclose(found.total, total, rtol=1e-9)
    effective = total[some] ** 2 / (weights[some] ** 2).sum(axis=1)
    np.testing.assert_allclose(found.effective[some], effective, rtol=1e-9)
    np.testing.assert_allclose(
        found.mean_square[some], (weights @ squares)[some] / total[some], rtol=1e-6
    )
    assert np.isnan(found.mean_square[~some]).all()
    assert (found.effective[~some] == 0).all()


def test_shares_add_up_to_one() -> None:
    """Over the rows that were found, however few."""
    known, asked = np.array([[0, 1, 1]], dtype=np.uint8), np.array([[0, 1, 2]], dtype=np.uint8)
    found = most_alike(known, asked, 3, sharp=False)
    assert found.shares.tolist() == [[1, 0, 0], [0.5, 0.5, 0], [0, 0, 0]]
    assert found.places.tolist() == [[0, -1, -1], [2, 1, -1], [-1, -1, -1]]


@pytest.mark.parametrize("n_rows", [1, 3000])
def test_rows_do_not_hang_on_each_other(n_rows: int) -> None:
    """Nor on the number of threads."""
    rng = np.random.default_rng(0)
    known = rng.integers(0, 31, size=(50, 500)).astype(np.uint8)
    asked = rng.integers(0, 31, size=(50, n_rows)).astype(np.uint8)
    two = most_alike(known, asked, 5, sharp=True, n_jobs=2)
    alone = most_alike(known, asked[:, :1], 5, sharp=True)
    np.testing.assert_array_equal(two.places[:1], alone.places)
    np.testing.assert_array_equal(two.effective[:1], alone.effective)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_leaves=st.sampled_from([2, 31, 300]))
def test_rows_that_go_the_same_way_share_the_leaf(seed: int, n_leaves: int) -> None:
    """As by finding all leaves: with gaps and levels, in several forests and threads."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(1200, 3)).round(1), columns=["a", "b", "c"])
    X["zone"] = rng.integers(40, size=1200).astype(str)
    X = X.mask(rng.uniform(size=X.shape) < 0.1)
    made = []
    for n in (5, 3):
        model = BoostedTrees(
            n_estimators=n, max_leaf_nodes=n_leaves, min_samples_leaf=1, random_state=0
        )
        target = np.nan_to_num(X["a"]) + (X["zone"] > "3") + rng.normal(size=1200)
        made.append(model.fit(X, target))
    matrix = Encoded.of(X, made[0].encoder_).matrix
    trees = [one.trees_ for one in made]
    leaves = leaves_of(trees, matrix)
    for row in (0, 700):
        shared = shared_with(trees, matrix, matrix[row], 2)
        np.testing.assert_array_equal(shared, leaves == leaves[:, [row]])


def test_leaves_are_those_of_the_trees() -> None:
    """One forest after the other, in the shortest numbers that hold them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    made = [
        BoostedTrees(n_estimators=n, max_leaf_nodes=leaves, min_samples_leaf=1, random_state=0)
        .fit(X, X[:, 0] + rng.normal(size=400))
        .trees_
        for n, leaves in ((13, 8), (4, 300))
    ]
    leaves = leaves_of(made, X)
    np.testing.assert_array_equal(leaves, np.vstack([one.leaves(X) for one in made]))
    assert leaves.dtype == np.uint16
    assert leaves_of(made[:1], X).dtype == np.uint8
