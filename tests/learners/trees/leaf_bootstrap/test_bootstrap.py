"""Replicates of boosted trees with the same splits and other leaves."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qconf._types import BoostingLoss, FloatArray, IntArray, Table
from qconf.core.vectors import LANES
from qconf.errors import OptionError
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.leaf_bootstrap import bootstrap as leaf_bootstrap
from qconf.learners.trees.leaf_bootstrap.bootstrap import LeafBootstrap

LOSSES = ["gamma", "squared"]


class Drawn(LeafBootstrap):
    """All replicates draw the rows as they are told."""

    def __init__(self, times: Any, n_replicates: int = 1) -> None:
        super().__init__(n_replicates)
        self.times = times

    def _draw(self, n_rows: int, seed: np.random.SeedSequence) -> NDArray[np.uint8]:
        times = np.broadcast_to(np.asarray(self.times, dtype=np.uint8), n_rows)
        return np.repeat(times[:, None], LANES, axis=1)


def world(n: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Squares of errors whose size hangs on numbers and on categories of few and many levels."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=["a", "b", "c"])
    X.loc[rng.uniform(size=n) < 0.1, "b"] = np.nan
    for levels in (3, 4, 40):
        X[f"of {levels}"] = rng.integers(levels, size=n).astype(str)
    size = np.exp(X["a"] / 2 + (X["of 3"] == "1") + (X["of 4"] == "2"))
    size *= rng.uniform(0.5, 2, size=40)[X["of 40"].astype(int)]
    return X, (size * rng.normal(size=n)).to_numpy() ** 2


def grown(X: Table, y: FloatArray, loss: BoostingLoss = "gamma", **options: Any) -> BoostedTrees:
    options = {"n_estimators": 50, "random_state": 0, "n_jobs": 1, **options}
    return BoostedTrees(loss, **options).fit(X, y)


def by_hand(trees: BoostedTrees, X: Table, y: FloatArray, w: IntArray) -> FloatArray:
    """Do the same slowly, in float64, for trees without categories and all leaves drawn."""
    leaves = trees.trees_.leaves(trees.encoder_.transform(X))
    y = y / trees.scale_
    mean = np.average(y, weights=w)
    f: FloatArray = np.full(len(y), np.log(mean) if trees.loss == "gamma" else mean)
    for leaf in leaves:
        if trees.loss == "gamma":
            error, limit = w * (y * np.exp(-f) - 1), 4.0
        else:
            error, limit = w * (y - f), np.inf
        step = np.minimum(np.bincount(leaf, error) / np.bincount(leaf, w), limit)
        f += trees.learning_rate * step[leaf]
    return trees.scale_ * (np.exp(f) if trees.loss == "gamma" else f)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [700, 9000])
def test_all_rows_drawn_once_give_the_model(loss: BoostingLoss, n: int) -> None:
    """If it was grown on all rows: the steps are the engine's, beside categories too."""
    X, y = world(n)
    trees = grown(X, y, loss, subsample=1.0)
    replicates = Drawn(1, 2).fit(trees, X, y).predict(X)
    model = trees.predict(X)
    assert replicates.shape == (2, n)
    np.testing.assert_allclose(replicates[1], model, rtol=1e-4, atol=1e-4 * model.std())


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), loss=st.sampled_from(LOSSES), n=st.integers(60, 300))
def test_against_the_formulas(seed: int, loss: BoostingLoss, n: int) -> None:
    """Any weights, as the docstring says; bagging is no matter."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    y = np.exp(X[:, 0]) * rng.exponential(size=n) + 0.01
    times = 1 + rng.poisson(1.0, size=n)
    trees = grown(X, y, loss, n_estimators=20)
    found = Drawn(times).fit(trees, X, y).predict(X)[0]
    expected = by_hand(trees, X, y, times)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-4)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), loss=st.sampled_from(LOSSES))
def test_a_row_drawn_twice_is_two_rows(seed: int, loss: BoostingLoss) -> None:
    """And one that is not drawn is none."""
    times = np.random.default_rng(seed).poisson(1.0, size=300)
    X, y = world(300, seed)
    trees = grown(X, y, loss, n_estimators=20)
    rows = np.repeat(np.arange(300), times)
    drawn = Drawn(times).fit(trees, X, y).predict(X)
    repeated = Drawn(1).fit(trees, X.iloc[rows], y[rows]).predict(X)
    # Rows that are not drawn can be alone in a leaf, whose step is then that of the fitted trees.
    seen = times > 0
    np.testing.assert_allclose(drawn[:, seen], repeated[:, seen], rtol=1e-3, atol=1e-3)


@settings(max_examples=15)
@given(factor=st.floats(1e-20, 1e20), loss=st.sampled_from(LOSSES))
def test_units_do_not_matter(factor: float, loss: BoostingLoss) -> None:
    """Targets in other units give replicates in other units."""
    X, y = world(200)
    trees, other = grown(X, y, loss, n_estimators=1), grown(X, y, loss, n_estimators=1)
    first = LeafBootstrap(5, random_state=0).fit(trees, X, y).predict(X)
    if loss == "gamma":
        other.scale_ = trees.scale_ * factor
    else:
        other.trees_ = trees.trees_.with_values(trees.trees_.values * factor)  # noqa: PD011 - no pandas
    second = LeafBootstrap(5, random_state=0).fit(other, X, y * factor).predict(X)
    np.testing.assert_allclose(second / factor, first, rtol=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_leaf_is_a_bootstrap_mean(loss: BoostingLoss) -> None:
    """Without any split replicates spread by sd / sqrt(n)."""
    y = np.random.default_rng(0).exponential(3.0, size=500)
    X = np.zeros((500, 1))
    replicates = LeafBootstrap(2000, random_state=0).fit(grown(X, y, loss), X, y).predict(X[:1])
    assert replicates.mean() == pytest.approx(y.mean(), rel=0.01)
    assert replicates.std() == pytest.approx(y.std() / np.sqrt(500), rel=0.06)


@pytest.mark.parametrize("loss", LOSSES)
def test_leaves_spread_as_means_of_their_rows(loss: BoostingLoss) -> None:
    """A quarter of the rows has twice the spread, and no more: replicates are not one another."""
    group = np.arange(4000) % 4 == 0
    y = np.random.default_rng(0).gamma(2.0, size=4000)
    X = group[:, None].astype(float)
    trees = grown(X, y, loss, n_estimators=200, max_features=1.0)
    replicates = LeafBootstrap(800, random_state=0).fit(trees, X, y).predict([[0.0], [1.0]])
    for spread, rows in zip(replicates.std(axis=0), (~group, group), strict=True):
        assert spread == pytest.approx(y[rows].std() / np.sqrt(rows.sum()), rel=0.1)
    assert abs(np.asarray(np.corrcoef(replicates.T))[0, 1]) < 0.12


@pytest.mark.parametrize("loss", LOSSES)
def test_no_row_drawn_is_the_model(loss: BoostingLoss) -> None:
    """Where a replicate knows nothing, it keeps what was fitted."""
    X, y = world(800)
    trees = grown(X, y, loss)
    found = Drawn(0).fit(trees, X, y).predict(X)[0]
    np.testing.assert_allclose(found, trees.predict(X), rtol=1e-4, atol=1e-4 * y.std())


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [1, 2, 3, 25])
def test_very_few_rows(loss: BoostingLoss, n: int) -> None:
    """Some replicates draw none of them."""
    X, y = world(n)
    found = LeafBootstrap(64, random_state=0).fit(grown(X, y, loss), X, y).predict(X)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= y.max() * 1.001


def test_no_step_beyond_the_targets() -> None:
    """Far below what is expected a Newton step would have no limit; these stay among targets."""
    X, y = _waves(3.0)
    trees = grown(X, y, subsample=1.0, **MANY_LEAVES)
    assert trees.predict(X).min() > 0.9 * y.min()
    assert Drawn(1).fit(trees, X, y).predict(X).min() > 0.9 * y.min()


def test_a_step_up_is_limited() -> None:
    """To 4 times the learning rate, in the trees and in replicates of them."""
    X = (np.arange(1000.0) < 20)[:, None]
    y = np.where(X[:, 0], 1e4, 1.0)
    trees = grown(X, y, subsample=1.0, max_features=1.0, n_estimators=1, min_samples_leaf=5)
    expected = y.mean() * np.exp(4 * trees.learning_rate)
    assert trees.predict(X).max() == pytest.approx(expected, rel=1e-6)
    assert Drawn(1).fit(trees, X, y).predict(X).max() == pytest.approx(expected, rel=1e-4)


def test_nothing_but_zeros() -> None:
    """No error at all is expected, by any replicate."""
    X, y = np.arange(100.0)[:, None], np.zeros(100)
    replicates = LeafBootstrap(3, random_state=0).fit(grown(X, y), X, y)
    np.testing.assert_array_equal(replicates.predict(X), 0.0)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_seed_gives_the_same_with_any_number_of_threads(loss: BoostingLoss) -> None:
    """To the last digit; and another seed gives others."""
    X, y = world(1000)
    one = grown(X, y, loss, n_estimators=20, n_jobs=1)
    two = copy.copy(one)
    two.n_jobs = 2
    first = LeafBootstrap(40, random_state=3).fit(one, X, y).predict(X[:100])
    second = LeafBootstrap(40, random_state=3).fit(two, X, y).predict(X[:100])
    np.testing.assert_array_equal(first, second)
    other = LeafBootstrap(40, random_state=4).fit(one, X, y).predict(X[:100])
    assert (first != other).all()
    assert len(np.unique(first[:, 0])) == 40


def test_stretches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come from the engine, and go to the caller, a stretch at a time."""
    X, y = world(1000)
    trees = grown(X, y)
    replicates = Drawn(1, 20).fit(trees, X, y)
    whole = replicates.predict(X)
    monkeypatch.setattr(leaf_bootstrap, "_ROWS_AT_ONCE", 300)
    again = Drawn(1, 20).fit(trees, X, y)
    np.testing.assert_array_equal(again.predict(X), whole)
    mean = again.reduce(X, lambda found: found.mean(axis=0))
    np.testing.assert_array_equal(mean, whole.mean(axis=0))


def test_many_leaves() -> None:
    """More of them than a byte can number."""
    X, y = _waves(1.0)
    trees = grown(X, y, subsample=1.0, **MANY_LEAVES)
    assert trees.trees_.leaves(X).max() > 255
    found = Drawn(1).fit(trees, X, y).predict(X)[0]
    np.testing.assert_allclose(found, trees.predict(X), rtol=1e-4)


MANY_LEAVES: dict[str, Any] = {
    "n_estimators": 5,
    "max_leaf_nodes": 400,
    "min_samples_leaf": 1,
    "max_features": 1.0,
}


def _waves(height: float) -> tuple[FloatArray, FloatArray]:
    X = np.random.default_rng(0).uniform(size=(4000, 2))
    return X, np.exp(height * np.sin(20 * X[:, 0]) + X[:, 1])


def test_rows_are_drawn_a_poisson_number_of_times() -> None:
    """Mean and variance 1, each row and replicate for itself."""
    drawn = LeafBootstrap()._draw(40_000, np.random.SeedSequence(0)).astype(float)
    assert drawn.mean() == pytest.approx(1.0, abs=0.005)
    assert drawn.var() == pytest.approx(1.0, abs=0.02)
    assert np.mean(drawn == 0) == pytest.approx(np.exp(-1), abs=0.003)
    among = np.corrcoef(drawn.T)[np.triu_indices(LANES, 1)]
    assert np.abs(among).max() < 0.025


def test_what_cannot_be_done_is_named() -> None:
    """Another loss, or no replicates."""
    X, y = world(100)
    with pytest.raises(OptionError, match="loss 'quantile'"):
        LeafBootstrap().fit(grown(X, y, "quantile"), X, y)
    with pytest.raises(OptionError, match="n_replicates must be at least 1, got 0"):
        LeafBootstrap(0).fit(grown(X, y), X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LeafBootstrap().fit(grown(X, y), X, y[1:])
