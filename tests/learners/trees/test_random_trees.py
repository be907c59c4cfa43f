"""Random trees that our own loop grows are those of scikit-learn, but for chance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.tree import ExtraTreeRegressor

from qconf._types import FloatArray, IntArray
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.random_trees import RandomTrees


def grown(
    x: FloatArray,
    values: FloatArray,
    bags: list[IntArray],
    *,
    n_deciding: int = 1,
    least: int = 1,
    max_features: float = 1.0,
) -> FlatTrees:
    table = RandomTrees.on(
        x, values, n_deciding=n_deciding, min_samples_leaf=least, max_features=max_features
    )
    return table.grow(bags, list(range(len(bags))))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_leaves_say_the_means_of_their_rows_and_hold_enough_of_them(data: st.DataObject) -> None:
    """Whatever the numbers are: equal ones, gaps, columns of gaps alone."""
    n_rows, least = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 5))
    number = st.sampled_from([-1e30, -1.0, 0.0, 0.1, 0.1 + 1e-9, 3.0, np.nan, np.nan])
    x = data.draw(arrays(np.float64, (n_rows, 3), elements=number))
    y = data.draw(arrays(np.float64, (n_rows, 2), elements=st.sampled_from([0.0, 1.0, 2.5])))
    trees = grown(x, y, [np.arange(n_rows)] * 2, n_deciding=2, least=least)
    trees.check(3)
    for tree, leaves in enumerate(trees.leaves(x)):
        values = trees.values[trees.leaf_offsets[tree] : trees.leaf_offsets[tree + 1]]
        assert set(leaves) == set(range(len(values)))
        for leaf, said in enumerate(values):
            assert (leaves == leaf).sum() >= min(least, n_rows)
            np.testing.assert_allclose(said, y[leaves == leaf].mean(axis=0))


def test_trees_are_as_deep_and_as_good_as_those_of_scikit_learn(rng: np.random.Generator) -> None:
    """Same numbers of leaves and the same error on new rows, within chance; with gaps too."""
    x = rng.normal(size=(3000, 8))
    y = np.sin(2 * x[:, 0]) + x[:, 1] * (x[:, 2] > 0) + 0.3 * rng.normal(size=3000)
    x[rng.random(x.shape) < 0.1] = np.nan
    bags = [np.sort(rng.permutation(2000)[:1000]) for _ in range(40)]
    ours = grown(x[:2000], y[:2000, None], bags, least=3, max_features=0.5)
    theirs = [
        ExtraTreeRegressor(min_samples_leaf=3, max_features=0.5, random_state=k).fit(x[bag], y[bag])
        for k, bag in enumerate(bags)
    ]
    leaves = np.mean([one.get_n_leaves() for one in theirs])
    assert ours.n_leaves.mean() == pytest.approx(leaves, rel=0.03)
    new, truth = x[2000:], y[2000:]
    own = ours.sums(new)[:, 0] / ours.n_trees
    other = np.mean([one.predict(new) for one in theirs], axis=0)
    assert np.mean((own - truth) ** 2) == pytest.approx(np.mean((other - truth) ** 2), rel=0.05)


def test_a_gap_alone_can_be_split_off(rng: np.random.Generator) -> None:
    """A column with one number and gaps tells two kinds of rows."""
    x = np.where(rng.random((200, 1)) < 0.5, np.nan, 1.0)
    value = np.isnan(x).astype(np.float64)
    trees = grown(x, value, [np.arange(200)])
    np.testing.assert_array_equal(trees.sums(x), value)


def test_only_values_that_decide_move_splits(rng: np.random.Generator) -> None:
    """Another second value gives the same leaves."""
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 2))
    one = grown(x, y, [np.arange(300)])
    other = grown(x, np.column_stack([y[:, 0], y[::-1, 1]]), [np.arange(300)])
    np.testing.assert_array_equal(one.leaves(x), other.leaves(x))
    assert not np.array_equal(one.values[:, 1], other.values[:, 1])


def test_the_same_seed_gives_the_same_tree_and_another_another(rng: np.random.Generator) -> None:
    """In threads, too, trees are told apart by their seeds alone."""
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 1))
    bags = [np.arange(300)] * 4
    table = RandomTrees.on(x, y, n_deciding=1, min_samples_leaf=2, max_features=0.5)
    alone, threads = (table.grow(bags, [5, 6, 5, 7], n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(alone.threshold, threads.threshold)
    said = alone.leaves(x)
    np.testing.assert_array_equal(said[0], said[2])
    assert not np.array_equal(said[0], said[1])


def test_columns_that_are_constant_are_no_reason_to_stop() -> None:
    """Of twenty columns one can be split, and each split looks at one."""
    x = np.zeros((64, 20))
    x[:, 13] = np.arange(64)
    trees = grown(x, np.arange(64.0)[:, None], [np.arange(64)], max_features=0.05)
    assert trees.n_leaves[0] == 64
    assert set(trees.feature) == {13}


_GROW = """
import sys
from hashlib import sha256
import numpy as np
from qconf.learners.trees.random_trees_loops import grow, room, tree_with_room

rng = np.random.default_rng(0)
columns = rng.normal(size=(20, 12_000)).astype(np.float32)
values = rng.normal(size=(12_000, 2)) + columns[:2].T ** 2
digest = sha256()
for seed in range(40):
    tree = tree_with_room(3000, 2)
    place = room(np.arange(6000), values[:6000], 20)
    state = np.array([seed], dtype=np.uint64)
    n = grow(columns, np.zeros(20, dtype=np.uint8), values, place, 7, 2, state, tree)
    digest.update(tree.threshold[:n].tobytes() + tree.values[: n + 1].tobytes())
print(digest.hexdigest())
"""


@pytest.mark.slow
def test_trees_are_the_same_when_machine_code_was_kept(tmp_path: Path) -> None:
    """Code that two loops share is compiled into each: which copy runs would matter to rounding."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", _GROW]
    now, later = (
        subprocess.run(command, env=environment, check=True, capture_output=True).stdout
        for _ in range(2)
    )
    assert now == later
