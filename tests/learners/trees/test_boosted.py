"""Boosted trees recover what the data were made with."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from qconf._types import BoostingLoss
from qconf.encoding.encoder import TableEncoder
from qconf.errors import OptionError
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.lightgbm_engine import EngineRows, grow


@pytest.mark.parametrize("loss", ["squared", "gamma"])
def test_recovers_group_means(loss: BoostingLoss, rng: np.random.Generator) -> None:
    """With one categorical feature, the prediction is the group's mean."""
    group = rng.integers(0, 3, 6000)
    y = np.array([1.0, 2.0, 5.0])[group] * rng.gamma(4, 0.25, 6000)
    table = pd.DataFrame({"group": np.array(list("abc"))[group]})
    predicted = BoostedTrees(loss, random_state=0).fit(table, y).predict(table)
    for g in range(3):
        assert predicted[group == g].mean() == pytest.approx(y[group == g].mean(), rel=0.02)


def test_recovers_quantiles(rng: np.random.Generator) -> None:
    """A quantile loss gives that quantile."""
    x = rng.uniform(size=(8000, 1))
    y = rng.uniform(size=8000)
    predicted = BoostedTrees("quantile", quantile=0.8, random_state=0).fit(x, y).predict(x)
    assert predicted.mean() == pytest.approx(0.8, abs=0.02)


def test_gamma_does_not_care_for_units(rng: np.random.Generator) -> None:
    """A million times the target is a million times the prediction."""
    x, y = rng.uniform(size=(500, 2)), rng.gamma(1, 1, 500)
    small = BoostedTrees("gamma", random_state=0).fit(x, y * 1e-9).predict(x)
    large = BoostedTrees("gamma", random_state=0).fit(x, y * 1e9).predict(x)
    np.testing.assert_allclose(small * 1e18, large, rtol=1e-6)


def test_gamma_takes_zeros_and_refuses_less(rng: np.random.Generator) -> None:
    """Zero residuals are fine, all of them too; negative targets are named."""
    x = rng.uniform(size=(100, 1))
    assert BoostedTrees("gamma").fit(x, np.zeros(100)).predict(x).max() == 0.0
    half = np.repeat([0.0, 1.0], 50)
    assert np.isfinite(BoostedTrees("gamma").fit(x, half).predict(x)).all()
    with pytest.raises(ValueError, match=r"targets >= 0, got -1"):
        BoostedTrees("gamma").fit(x, half - 1)


def test_missing_values_and_unseen_levels(rng: np.random.Generator) -> None:
    """Whatever comes at prediction time gets an answer."""
    table = pd.DataFrame({"z": list("ab") * 200, "v": rng.normal(size=400)})
    model = BoostedTrees(random_state=0).fit(table, np.tile([0.0, 1.0], 200))
    new = pd.DataFrame({"z": ["a", "b", "never", None], "v": [0.0, 0.0, np.nan, np.nan]})
    predicted = model.predict(new)
    assert predicted[0] < 0.1
    assert predicted[1] > 0.9
    assert np.isfinite(predicted).all()


def test_a_missing_system_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without OpenMP the message says which package brings it."""

    class Unloadable:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "lightgbm":
                msg = "libgomp.so.1: cannot open shared object file"
                raise OSError(msg)

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Unloadable(), *sys.meta_path])
    with pytest.raises(ValueError, match="apt-get install libgomp1"):
        BoostedTrees().fit([[0.0], [1.0]], [0.0, 1.0])


def test_recovers_probabilities(rng: np.random.Generator) -> None:
    """The binary loss gives the share of ones; other targets are refused."""
    group = rng.integers(0, 3, 6000)
    y = (rng.uniform(size=6000) < np.array([0.02, 0.2, 0.7])[group]).astype(float)
    x = group.reshape(-1, 1).astype(float)
    predicted = BoostedTrees("binary", random_state=0).fit(x, y).predict([[0.0], [1.0], [2.0]])
    np.testing.assert_allclose(predicted, [y[group == g].mean() for g in range(3)], atol=0.02)
    with pytest.raises(ValueError, match=r"binary loss needs targets 0 and 1, got 0 to 2"):
        BoostedTrees("binary").fit(x, group)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    sign=st.sampled_from([-1, 1]),
    loss=st.sampled_from(["squared", "gamma", "binary"]),
)
def test_monotonic_predictions_never_turn(seed: int, sign: int, loss: BoostingLoss) -> None:
    """Along its column a prediction goes one way only, whatever the rows say and others hold."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.uniform(size=(150, 2)), columns=["age", "area"])
    table["zone"] = rng.choice(list("abc"), 150)
    y = np.sin(9 * table["age"] + 3 * table["area"]) ** 2 * rng.gamma(1, 1, 150)
    target = (y > 0.3).astype(float) if loss == "binary" else y
    model = BoostedTrees(
        loss, monotonic={"age": sign}, n_estimators=40, min_samples_leaf=5, random_state=seed
    ).fit(table, target)
    grid = table.loc[np.repeat(table.index[:10], 50)].assign(age=np.tile(np.linspace(0, 1, 50), 10))
    along = model.predict(grid).reshape(10, 50)
    assert (sign * np.diff(along, axis=1) >= -1e-12 * along.max()).all()


def test_a_known_sign_helps_where_there_are_few_rows(rng: np.random.Generator) -> None:
    """120 noisy rows whose error rises: held to that, the trees are nearer to the truth."""
    worth = []
    for _ in range(10):
        x = rng.uniform(size=(120, 1))
        y = rng.normal(scale=np.exp(2 * x[:, 0])) ** 2
        new = np.linspace(0.02, 0.98, 49).reshape(-1, 1)
        off = []
        for signs in (None, {0: 1}):
            model = BoostedTrees("gamma", monotonic=signs, random_state=0).fit(x, y)
            off.append(np.mean(np.abs(np.log(model.predict(new)) - 4 * new[:, 0])))
        worth.append(off[1] / off[0])
    assert np.median(worth) < 0.95


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"monotonic": {"aeg": 1}}, "Did you mean 'age'"),
        ({"monotonic": {"zone": 1}}, "'zone', which holds levels"),
        ({"monotonic": {"age": 1}, "loss": "quantile"}, "'quantile' cannot be monotonic"),
    ],
)
def test_signs_that_cannot_be_are_refused(parameters: dict[str, Any], words: str) -> None:
    """The column is named."""
    table = pd.DataFrame({"age": [1.0, 2.0], "zone": ["a", "b"]})
    with pytest.raises(OptionError, match=words):
        BoostedTrees(**parameters).fit(table, [1.0, 2.0])


def test_early_stopping_finds_how_many_trees(rng: np.random.Generator) -> None:
    """Few where there is nothing to learn, many where there is much; all rows are used then."""
    x = rng.uniform(size=(2000, 2))
    stopped = BoostedTrees(early_stopping=True, n_estimators=500, random_state=0)
    noise = clone(stopped).fit(x, rng.normal(size=2000))
    clear = clone(stopped).fit(x, np.sin(20 * x[:, 0]))
    assert noise.n_estimators_ < 60 < clear.n_estimators_
    assert clear.trees_.n_trees == clear.n_estimators_
    same = BoostedTrees(n_estimators=clear.n_estimators_, random_state=0)
    np.testing.assert_allclose(
        clear.predict(x), same.fit(x, np.sin(20 * x[:, 0])).predict(x), rtol=1e-12
    )
    assert clone(stopped).fit(x[:40], x[:40, 0]).n_estimators_ == 500


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_rows_of_small_targets_are_rows(rng: np.random.Generator, share: float) -> None:
    """The fewer rows have a fortieth of the others' Gamma targets: they are a leaf of their own.

    By the engine's own second derivatives, which are as small there, they would be too few.
    """
    is_quiet = rng.uniform(size=2000) < share
    y = np.where(is_quiet, 0.025, 1.0) * rng.chisquare(1, size=2000)
    x = np.column_stack([rng.normal(size=(2000, 3)), is_quiet])
    expected = BoostedTrees("gamma", random_state=0).fit(x, y).predict(x)
    assert expected[is_quiet].mean() == pytest.approx(y[is_quiet].mean(), rel=0.7)
    assert expected[~is_quiet].mean() == pytest.approx(y[~is_quiet].mean(), rel=0.1)


def test_weights_count_in_the_loss(rng: np.random.Generator) -> None:
    """A constant is the weighted mean; weights of one change nothing; none at all is refused."""
    x, y = rng.uniform(size=(600, 1)), rng.gamma(2, 1, 600)
    weight = np.where(y > 2, 3.0, 1.0)
    constant = BoostedTrees("gamma", n_estimators=1).fit(np.zeros((600, 1)), y, weight)
    assert constant.predict([[0.0]])[0] == pytest.approx(np.average(y, weights=weight), rel=1e-5)
    plain = BoostedTrees("gamma", random_state=0).fit(x, y).predict(x)
    ones = BoostedTrees("gamma", random_state=0).fit(x, y, np.ones(600)).predict(x)
    np.testing.assert_allclose(ones, plain, rtol=1e-6)
    assert BoostedTrees("gamma", random_state=0).fit(x, y, weight).predict(x).mean() > plain.mean()
    with pytest.raises(OptionError, match="must not be zero for all rows"):
        BoostedTrees().fit(x, y, np.zeros(600))


def test_leaves_grow_with_very_many_rows() -> None:
    """A thousandth of the rows, where the target is a squared error; else 100 at most."""

    def least(loss: BoostingLoss, n_rows: int) -> int:
        return int(BoostedTrees(loss)._engine_parameters(n_rows, 0)["min_data_in_leaf"])

    assert [least("gamma", n) for n in (40, 1000, 50_000, 1_000_000)] == [5, 50, 100, 1000]
    assert least("quantile", 1_000_000) == 100


@pytest.mark.parametrize("loss", ["gamma", "squared", "quantile", "binary"])
def test_parts_of_a_long_table_go_on_from_each_other(loss: BoostingLoss) -> None:
    """All trees are there, all rows have had a say, and the answer is that of the whole table."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(8000, 2))
    high = x[:, 0] > 0.5
    y = (rng.random(8000) < 0.2 + 0.6 * high).astype(float)
    if loss != "binary":
        y = (1 + 3 * high) * rng.chisquare(4, size=8000) / 4
    whole = BoostedTrees(loss, random_state=0).fit(x, y)
    parts = BoostedTrees(loss, max_rows=2500, random_state=0).fit(x, y)
    assert parts.trees_.n_trees == whole.trees_.n_trees == 200
    for side in (high, ~high):
        found, known = parts.predict(x[side]).mean(), whole.predict(x[side]).mean()
        assert found == pytest.approx(known, rel=0.1)


def test_weights_reach_each_part(rng: np.random.Generator) -> None:
    """Rows without weight have no say in any of them."""
    x = rng.uniform(size=(6000, 2))
    wrong = rng.random(6000) < 0.5
    y = np.where(wrong, 100.0, x[:, 0])
    model = BoostedTrees(max_rows=1500, min_samples_leaf=50, random_state=0)
    predicted = model.fit(x, y, sample_weight=(~wrong).astype(float)).predict(x)
    np.testing.assert_allclose(predicted, x[:, 0], atol=0.1)


def test_a_table_within_the_limit_is_one_part() -> None:
    """With as many rows as there may be, nothing is cut."""
    x = np.linspace(0, 1, 300).reshape(-1, 1)
    first = BoostedTrees(max_rows=300, random_state=0).fit(x, x[:, 0]).predict(x)
    np.testing.assert_array_equal(
        first, BoostedTrees(max_rows=None, random_state=0).fit(x, x[:, 0]).predict(x)
    )


@pytest.mark.parametrize("loss", ["squared", "quantile"])
@pytest.mark.parametrize("offset", [1e8, -1e10, 1e12])
def test_targets_far_from_zero(loss: BoostingLoss, offset: float, rng: np.random.Generator) -> None:
    """The engine's labels have seven digits; they are those of what differs."""
    x = rng.uniform(size=(600, 2))
    y = 10 * x[:, 0] + rng.normal(size=600)
    near = BoostedTrees(loss, n_estimators=50, random_state=0).fit(x, y).predict(x)
    far = BoostedTrees(loss, n_estimators=50, random_state=0).fit(x, y + offset).predict(x)
    np.testing.assert_allclose(far - offset, near, atol=2e-3)


@pytest.mark.parametrize("loss", ["squared", "gamma", "quantile"])
@pytest.mark.parametrize("unit", [1e-200, 1e-38, 1e38, 1e200])
def test_targets_of_any_spread(loss: BoostingLoss, unit: float, rng: np.random.Generator) -> None:
    """Short floats end at 1e38; predictions are the same, times the unit."""
    x = rng.uniform(size=(600, 2))
    y = 1.0 + x[:, 0] + rng.uniform(size=600)
    plain = BoostedTrees(loss, n_estimators=50, random_state=0).fit(x, y).predict(x)
    other = BoostedTrees(loss, n_estimators=50, random_state=0).fit(x, unit * y).predict(x)
    np.testing.assert_allclose(other / unit, plain, rtol=1e-5)


def test_so_many_bins_tell_so_many_numbers_apart() -> None:
    """From four bins trees have three thresholds to choose from."""
    x = np.linspace(0, 1, 2000)[:, None]
    model = BoostedTrees(max_bins=4, random_state=0).fit(x, x[:, 0])
    assert len(np.unique(model.trees_.threshold)) <= 3
    assert len(np.unique(BoostedTrees(random_state=0).fit(x, x[:, 0]).trees_.threshold)) > 30


def test_a_share_has_fewer_bins_and_never_more_than_the_whole() -> None:
    """What is averaged needs no fine cuts."""
    assert BoostedTrees().share(5).max_bins == 63
    assert BoostedTrees(max_bins=10).share(5).max_bins == 10


def test_trees_that_were_saved_before_bins_could_be_chosen_have_as_many_as_then() -> None:
    """They are shown, and cloned, as others are."""
    model = BoostedTrees()
    del model.__dict__["max_bins"]
    model.check_restored()
    assert clone(model).max_bins == 255


def test_parts_are_grown_on_in_any_order(rng: np.random.Generator) -> None:
    """The engine puts the rows of a part in their order; what earlier trees say goes with them."""
    x = rng.uniform(size=(1500, 1))
    target = np.sin(9 * x[:, 0])
    rows = EngineRows(x, target, None, np.zeros(1, dtype=bool))
    model = BoostedTrees(n_estimators=90, random_state=0)
    model.encoder_ = TableEncoder().fit(x)
    parts = np.array_split(rng.permutation(1500), 3)
    grown = grow(model._engine_parameters(500, 0), rows, 90, parts)
    assert grown.trees.n_trees == 90
    assert np.mean((grown.trees.sums(x)[:, 0] - target) ** 2) < 0.02


@pytest.mark.parametrize("n_parts", [1, 2, 3])
def test_which_levels_are_split_into_sets_hangs_on_all_rows(
    rng: np.random.Generator, n_parts: int
) -> None:
    """Columns of many levels are, also where a part has but one of them; splits agree."""
    x = np.column_stack([rng.integers(30, size=3000), rng.integers(3, size=3000)]).astype(float)
    x[:1000, 0] = 7.0
    rows = EngineRows(
        np.column_stack([x, rng.uniform(size=3000)]),
        rng.normal(size=30)[x[:, 0].astype(int)] + x[:, 1],
        None,
        np.array([True, True, False]),
    )
    model = BoostedTrees(n_estimators=30, random_state=0)
    model.encoder_ = TableEncoder().fit(rows.encoded)
    parts = np.array_split(np.arange(3000), n_parts) if n_parts > 1 else []
    trees, in_sets = grow(model._engine_parameters(1000, 0), rows, 30, parts)
    assert in_sets.tolist() == [True, False, False]
    n_levels = np.add.reduceat(np.bitwise_count(trees.set_words), trees.set_offsets[:-1])
    of_sets = trees.set_of >= 0
    most = [n_levels[trees.set_of[of_sets & (trees.feature == k)]].max() for k in (0, 1)]
    assert most[0] > most[1] == 1
