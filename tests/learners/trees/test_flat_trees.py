"""Trees as arrays say what LightGBM and scikit-learn say, to the last bit."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, replace
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from qconf._types import FloatArray
from qconf.learners.trees.flat_trees import FlatTrees

QUIET: dict[str, Any] = {"verbosity": -1, "num_threads": 1, "deterministic": True}
#: Numbers at the ends of what floats can be, and codes that are no levels.
ODD = np.array([
    0.0, -0.0, 5e-324, -5e-324, 1e-36, -1e-36, 1e-35, -1e-35, 1.0000000180025095e-35, 2e-35, np.inf,
    -np.inf, 1e300, -1e300, 1.7976931348623157e308, -1, -0.5, -0.9999999999999999, 0.5, 2.7, 31, 32,
    2.0**31, 2.0**31 - 1, 2.0**31 - 0.5, 2.0**40, -(2.0**40), np.nan, 1e-46, 3.5e38, -3.5e38,
])  # fmt: skip


def rows(rng: np.random.Generator, n: int, missing: float, n_levels: int = 70) -> FloatArray:
    """Draw numbers, some of them often 0, and levels: the last two columns."""
    X = np.column_stack(
        [
            rng.normal(size=n),
            rng.normal(size=n) * 10.0 ** rng.integers(-40, 40, size=n),
            rng.integers(-1, 2, size=n) * rng.normal(size=n),
            rng.integers(9, size=n),
            rng.integers(n_levels, size=n),
        ]
    )
    X[rng.uniform(size=X.shape) < missing] = np.nan
    return X


def asked(rng: np.random.Generator, missing: float = 0.2, n_levels: int = 70) -> FloatArray:
    """Draw rows like those, and rows of odd numbers."""
    return np.vstack([rows(rng, 300, missing, n_levels), rng.choice(ODD, size=(300, 5))])


def target(X: FloatArray) -> Any:
    """Hang on numbers, on what is missing, and on levels."""
    known = np.nan_to_num(X).clip(-2, 2)
    return np.exp(np.sin(np.nan_to_num(X[:, 4])) + np.isnan(X[:, 1]) + known[:, :4].sum(axis=1))


def boosted(X: FloatArray, n_trees: int = 10, **options: Any) -> Any:
    data = lightgbm.Dataset(X, target(X), categorical_feature=[3, 4], params=QUIET | options)
    return lightgbm.train(QUIET | options, data, n_trees)


def assert_same(trees: FlatTrees, booster: Any, X: FloatArray) -> None:
    trees.check(X.shape[1])
    leaves = np.asarray(booster.predict(X, pred_leaf=True)).reshape(len(X), -1)
    np.testing.assert_array_equal(trees.leaves(X).T, leaves)
    np.testing.assert_array_equal(trees.sums(X)[:, 0], booster.predict(X, raw_score=True))


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 1500),
    missing=st.sampled_from([0.0, 0.2]),
    zero_as_missing=st.booleans(),
    loss=st.sampled_from(["regression", "gamma", "quantile", "binary"]),
    n_leaves=st.sampled_from([2, 31, 300]),
)
def test_sums_and_leaves_are_those_of_lightgbm(
    seed: int, n: int, missing: float, zero_as_missing: bool, loss: str, n_leaves: int
) -> None:
    """Of any loss, with levels, gaps, zeros that count as gaps, and numbers never seen before."""
    rng = np.random.default_rng(seed)
    X = rows(rng, n, missing)
    y = target(X) > 2 if loss == "binary" else target(X)
    options = {
        "objective": loss, "zero_as_missing": zero_as_missing, "num_leaves": n_leaves, "seed": 1,
        "min_data_in_leaf": 2, "min_data_per_group": 2, "max_cat_threshold": 64,
    }  # fmt: skip
    data = lightgbm.Dataset(X, y, categorical_feature=[3, 4], params=QUIET | options)
    booster = lightgbm.train(QUIET | options, data, 8)
    assert_same(FlatTrees.of_lightgbm(booster), booster, asked(rng))


def test_thousands_of_levels(rng: np.random.Generator) -> None:
    """Sets of levels are hundreds of words long."""
    X = rows(rng, 20_000, 0.1, n_levels=6000)
    booster = boosted(X, 5, min_data_per_group=1, cat_smooth=1, max_cat_threshold=4000)
    trees = FlatTrees.of_lightgbm(booster)
    assert np.diff(trees.set_offsets).max() > 100
    assert_same(trees, booster, asked(rng, n_levels=7000))


def test_a_random_forest_and_a_model_that_goes_on(rng: np.random.Generator) -> None:
    """The engine's own average divides the sums; trees of `init_model` come first."""
    X, other = rows(rng, 2000, 0.1), asked(rng)
    forest = boosted(X, 12, boosting="rf", bagging_fraction=0.632, bagging_freq=1)
    trees = FlatTrees.of_lightgbm(forest)
    np.testing.assert_array_equal(trees.sums(other)[:, 0] / 12, forest.predict(other))
    data = lightgbm.Dataset(rows(rng, 900, 0.0), rng.normal(size=900), params=QUIET)
    longer = lightgbm.train(QUIET, data, 7, init_model=boosted(X, 5))
    trees = FlatTrees.of_lightgbm(longer)
    assert trees.n_trees == 12
    assert_same(trees, longer, other)


def test_joined_models_are_walked_one_after_another(rng: np.random.Generator) -> None:
    """Each tree is the one it was, with its own sets, also beside models that have none."""
    X, other = rows(rng, 2000, 0.1), asked(rng)
    no_sets = boosted(np.where(np.arange(5) > 2, 0.0, X), 2)
    boosters = [boosted(X, 9), no_sets, boosted(X[:10], 1), boosted(X[500:], 9)]
    models = [FlatTrees.of_lightgbm(one) for one in boosters]
    assert [len(one.set_words) > 0 for one in models] == [True, False, False, True]
    joined = FlatTrees.joined(models)
    joined.check(5)
    assert joined.n_trees == sum(one.n_trees for one in models)
    leaves = np.concatenate([one.leaves(other) for one in models])
    np.testing.assert_array_equal(joined.leaves(other), leaves)
    np.testing.assert_array_equal(joined.values, np.concatenate([one.values for one in models]))
    kinds = [getattr(joined, one.name).dtype for one in fields(FlatTrees)]
    assert kinds == [getattr(models[0], one.name).dtype for one in fields(FlatTrees)]


def test_an_infinite_threshold(rng: np.random.Generator) -> None:
    """A split of all numbers from what is missing: only that goes right."""
    X = np.where(np.arange(200) < 100, np.nan, rng.normal(size=200)).reshape(-1, 1)
    data = lightgbm.Dataset(X, np.isnan(X[:, 0]), params=QUIET)
    trees = FlatTrees.of_lightgbm(lightgbm.train(QUIET, data, 1))
    assert trees.threshold.tolist() == [np.inf]
    assert trees.leaves(np.array([[-np.inf], [0.0], [np.inf], [np.nan]])).tolist() == [[0, 0, 0, 1]]


def test_trees_of_one_leaf(rng: np.random.Generator) -> None:
    """Where there is nothing to split, all rows are in the one leaf."""
    data = lightgbm.Dataset(np.zeros((50, 2)), rng.normal(size=50), params=QUIET)
    booster = lightgbm.train(QUIET, data, 3)
    trees = FlatTrees.of_lightgbm(booster)
    assert trees.n_leaves.tolist() == [1] * trees.n_trees
    assert_same(trees, booster, rng.normal(size=(5, 2)))


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 800),
    missing=st.sampled_from([0.0, 0.2]),
    n_outputs=st.integers(1, 4),
    forest=st.sampled_from([ExtraTreesRegressor, RandomForestRegressor]),
)
def test_sums_are_those_of_scikit_learn(
    seed: int, n: int, missing: float, n_outputs: int, forest: Any
) -> None:
    """With gaps, and of numbers that are rounded to short floats there."""
    rng = np.random.default_rng(seed)
    X = rows(rng, n, missing).clip(-1e30, 1e30)
    y = target(X)[:, None] ** np.arange(1, n_outputs + 1)
    model = forest(6, bootstrap=True, random_state=0).fit(X, y[:, 0] if n_outputs == 1 else y)
    trees = FlatTrees.of_sklearn(model)
    trees.check(5)
    # Thresholds themselves, and the numbers next to them, are where rounding tells.
    near = rng.choice(np.append(trees.threshold, 0.0), size=(200, 5))
    other = np.vstack([asked(rng), near, np.nextafter(near, np.inf)])
    other = other if np.isnan(X).any() else np.nan_to_num(other, nan=0.0, posinf=1e300)
    with np.errstate(over="ignore"):
        short = other.astype(np.float32)
    expected = np.zeros((len(other), n_outputs))
    for tree in model.estimators_:
        expected += tree.tree_.predict(short).reshape(len(other), -1)
    np.testing.assert_array_equal(trees.sums(other), expected)


@pytest.fixture(scope="module")
def some_trees() -> FlatTrees:
    return FlatTrees.of_lightgbm(boosted(rows(np.random.default_rng(0), 1000, 0.1)))


def test_neither_threads_nor_other_rows_change_a_row(some_trees: FlatTrees) -> None:
    """A row is walked for itself, in whatever block or thread."""
    X = rows(np.random.default_rng(1), 3000, 0.1)
    total, leaves = some_trees.sums(X), some_trees.leaves(X)
    np.testing.assert_array_equal(some_trees.sums(X, n_jobs=3), total)
    np.testing.assert_array_equal(some_trees.leaves(X, n_jobs=3), leaves)
    np.testing.assert_array_equal(some_trees.sums(np.asfortranarray(X[5:300])), total[5:300])
    np.testing.assert_array_equal(some_trees.sums(X[7:8]), total[7:8])
    assert some_trees.sums(X[:0]).shape == (0, 1)


def test_trees_are_asked_about_some_rows(some_trees: FlatTrees, rng: np.random.Generator) -> None:
    """Sums over trees that are asked about a row; of a row that none is asked about, zero."""
    X = asked(np.random.default_rng(3))
    of = rng.random((some_trees.n_trees, len(X))) < 0.3
    of[:, :5] = False
    leaves, said = some_trees.leaves(X), np.zeros(len(X))
    for first, leaf, counts in zip(some_trees.leaf_offsets, leaves, of, strict=False):
        said += np.where(counts, some_trees.values[first + leaf, 0], 0.0)
    np.testing.assert_array_equal(some_trees.sums(X, asked=of)[:, 0], said)


@pytest.mark.parametrize("n_rows", [1, 2, 4, 5, 63, 64, 4096, 4097])
def test_rows_that_go_together_get_what_they_get_alone(some_trees: FlatTrees, n_rows: int) -> None:
    """However many there are."""
    X = np.random.default_rng(4).permutation(np.tile(asked(np.random.default_rng(3)), (7, 1)))
    alone = np.concatenate([some_trees.sums(X[k : k + 1]) for k in range(0, n_rows, 31)])
    np.testing.assert_array_equal(some_trees.sums(X[:n_rows])[::31], alone)


def test_kept_trees_are_the_arrays_and_no_more(some_trees: FlatTrees) -> None:
    """What is made for walking is left out of pickles, and made again."""
    X = rows(np.random.default_rng(1), 50, 0.1)
    total = some_trees.sums(X)
    kept = pickle.dumps(some_trees)
    size = sum(getattr(some_trees, one.name).nbytes for one in fields(some_trees))
    assert len(kept) < size + 5000
    np.testing.assert_array_equal(pickle.loads(kept).sums(X), total)  # noqa: S301 - our own
    np.testing.assert_array_equal(copy.deepcopy(some_trees).sums(X), total)


def test_other_values(some_trees: FlatTrees) -> None:
    """The same leaves say something else, also in several numbers."""
    X = rows(np.random.default_rng(1), 50, 0.1)
    numbered = np.concatenate([np.arange(n) for n in some_trees.n_leaves])
    said = some_trees.with_values(np.column_stack([numbered, 2.0 * numbered])).sums(X)
    leaves = some_trees.leaves(X).sum(axis=0)
    np.testing.assert_array_equal(said, np.column_stack([leaves, 2.0 * leaves]))


def changed(trees: FlatTrees, name: str, at: Any, value: Any) -> FlatTrees:
    array = getattr(trees, name).copy()
    array[at] = value
    return replace(trees, **{name: array})


@pytest.mark.parametrize(
    ("name", "at", "value", "message"),
    [
        ("left", 3, 3, "left must come after its parent; entry 3"),
        ("right", 3, 0, "right must come after its parent; entry 3"),
        ("left", 3, 31, "left must be a split or a leaf of the same tree; entry 3"),
        ("left", 3, -(2**31), "left must be a split or a leaf of the same tree; entry 3"),
        ("feature", 2, 5, "feature must be columns, 0 to 4; entry 2"),
        ("feature", 2, -1, "feature must be columns, 0 to 4; entry 2"),
        ("threshold", 1, np.nan, "threshold must not be NaN; entry 1"),
        ("values", 4, np.inf, "values must be finite; entry 4"),
        ("rule", 0, 5, "rule must be one of"),
        ("rule", slice(None), 4, "set_of must be one of"),
        ("set_of", slice(None), 2**31 - 1, "set_of must be one of"),
        ("set_of", slice(None), -2, "set_of must be one of"),
        ("split_offsets", 1, 10**12, "split_offsets must rise"),
        ("split_offsets", 1, -(2**63), "split_offsets must rise"),
        ("split_offsets", 0, 1, "split_offsets must rise"),
        ("split_offsets", -1, 1, "split_offsets must rise"),
        ("leaf_offsets", 1, 30, "leaf_offsets must give each tree one leaf more than splits"),
        ("set_offsets", -1, 0, "set_offsets must rise"),
    ],
)
def test_check_refuses_what_a_walk_could_not_take(
    some_trees: FlatTrees, name: str, at: Any, value: Any, message: str
) -> None:
    """One line says which array breaks which rule."""
    some_trees.check(5)
    with pytest.raises(ValueError, match=message) as caught:
        changed(some_trees, name, at, value).check(5)
    assert "\n" not in str(caught.value)


def test_check_refuses_other_types_and_lengths(some_trees: FlatTrees) -> None:
    """Also objects, other numbers of axes, no trees' offsets, and leaves without any value."""
    wrong: list[tuple[str, Any, str]] = [
        ("left", some_trees.left.astype(np.int64), "of int32, got 1 of int64"),
        ("left", some_trees.left.tolist(), "got list"),
        ("left", some_trees.left[:-1], "must have"),
        ("values", some_trees.values[:, 0], "of float64, got 1 of float64"),
        ("values", some_trees.values[:, :0], "which no model has"),
        ("split_offsets", some_trees.split_offsets[:0], "leaf_offsets must have 0 entries"),
        ("set_offsets", some_trees.set_offsets[:0], "set_offsets must rise"),
        ("threshold", some_trees.threshold.astype(object), "got 1 of object"),
    ]
    for name, array, message in wrong:
        with pytest.raises(ValueError, match=message):
            replace(some_trees, **{name: array}).check(5)


def test_check_refuses_two_ways_to_one_leaf(some_trees: FlatTrees) -> None:
    """Nor may a split be reached twice, and another never."""
    leaf = int(np.flatnonzero(some_trees.left < 0)[0])
    other = int(np.flatnonzero(some_trees.left[:25] < 0)[1])
    with pytest.raises(ValueError, match="must reach each leaf once"):
        changed(some_trees, "left", leaf, some_trees.left[other]).check(5)
    left, right = some_trees.left[0], some_trees.right[0]
    if min(left, right) < 0:
        pytest.skip("the root has a leaf")
    with pytest.raises(ValueError, match="must reach each split once"):
        changed(some_trees, "left", 0, right).check(5)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_passes_the_check_can_be_walked(some_trees: FlatTrees, data: Any) -> None:
    """Changed at random, trees are refused, or still send each row to one of their leaves."""
    trees = some_trees
    for _ in range(data.draw(st.integers(1, 2))):
        name = data.draw(st.sampled_from([one.name for one in fields(trees)]))
        array = getattr(trees, name)
        at = data.draw(st.integers(0, len(array) - 1))
        value = data.draw(st.sampled_from([-1, 0, 1, 2, 4, 7, 31, 32, 255, 2**31 - 1, -(2**31)]))
        with np.errstate(over="ignore"):
            trees = changed(trees, name, at, np.array(value).astype(array.dtype))
    try:
        trees.check(5)
    except ValueError:
        return
    leaves = trees.leaves(asked(np.random.default_rng(0)))
    assert (leaves >= 0).all()
    assert (leaves < trees.n_leaves[:, None]).all()
