"""A blend listens to the members that know, and keeps error units."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.utils import get_tags

import qconf
from qconf import (
    BlendConfidence,
    ColumnConfidence,
    ConstantConfidence,
    CountConfidence,
    ForestConfidence,
    ResidualConfidence,
)
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.learners.trees.boosted import BoostedTrees

Rows = tuple[pd.DataFrame, FloatArray, FloatArray]


@pytest.fixture
def rows(rng: np.random.Generator) -> Rows:
    """Two scores that each know half of log sigma, and one that knows nothing."""
    half, other = rng.normal(scale=0.5, size=(2, 6000))
    table = pd.DataFrame(
        {"a": np.exp(half), "b": 7 * np.exp(other), "noise": rng.uniform(1, 2, 6000)}
    )
    sigma = 0.1 * np.exp(half + other)
    return table, rng.normal(scale=sigma), sigma


class Witness(ConfidenceEstimator):
    """Knows which rows it was fitted on, by their column ``id``, and what it was asked."""

    met: ClassVar[list[tuple[set[float], set[float]]]] = []

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.seen_ = set(np.asarray(X)[:, 0])

    def _predict(self, X: Table) -> FloatArray:
        self.met.append((self.seen_, set(np.asarray(X)[:, 0])))
        return np.full(len(X), 0.1) + np.asarray(X, dtype=float)[:, 0] * 1e-6


class Shared(ConstantConfidence):
    """Does an n-th of nothing."""

    def share(self, n: int) -> Shared:
        shared = Shared()
        shared.asked_ = n  # type: ignore[attr-defined]
        return shared


def test_puts_together_what_members_know(rows: Rows) -> None:
    """Both that know are heard alike, and noise less; units and order are found."""
    table, residual, sigma = rows
    members = [ColumnConfidence(str(name)) for name in table]
    est = BlendConfidence(members, random_state=0).fit(table, residual)
    assert est.weights_[0] == pytest.approx(est.weights_[1], rel=0.1)
    assert est.weights_[2] < 0.6 * est.weights_[0]
    expected = est.predict(table)
    assert np.corrcoef(np.log(expected), np.log(sigma))[0, 1] > 0.9
    middle = np.abs(np.log(sigma) - np.log(0.1)) < 1
    np.testing.assert_allclose(np.log(expected[middle]), np.log(sigma[middle]), atol=1.0)


def test_mean_squared_expected_error_is_the_mean_squared_residual(rows: Rows) -> None:
    """Overall and in each decile of new rows, though the members are in other units."""
    table, residual, _ = rows
    members = [ColumnConfidence("a"), ColumnConfidence("b")]
    est = BlendConfidence(members, random_state=0).fit(table[:4000], residual[:4000])
    expected = est.predict(table)
    for part, tolerance in ((slice(4000), 0.05), (slice(4000, None), 0.25)):
        found = np.mean(expected[part] ** 2) / np.mean(residual[part] ** 2)
        assert found == pytest.approx(1, rel=tolerance)
    order = np.argsort(expected)
    for decile in np.array_split(order, 10):
        ratio = np.mean(expected[decile] ** 2) / np.mean(residual[decile] ** 2)
        assert ratio == pytest.approx(1, abs=0.3)


def test_no_member_scores_a_row_it_has_seen() -> None:
    """Neither in random folds nor in stretches of time."""
    X = pd.DataFrame({"id": np.arange(400.0)})
    residual = np.random.default_rng(0).normal(size=400)
    for time in (None, X["id"] // 10):
        Witness.met.clear()
        BlendConfidence([Witness()], folds=4).fit(X, residual, time=time)
        assert Witness.met
        for seen, asked in Witness.met:
            assert not seen & asked


def test_with_time_the_newest_stretch_is_scored_from_earlier_rows() -> None:
    """As rows to come will be; each older one is scored by members that have not seen it."""
    X = pd.DataFrame({"id": np.arange(8000.0)[::-1]})
    residual = np.random.default_rng(0).normal(size=8000)
    Witness.met.clear()
    BlendConfidence([Witness()], folds=4).fit(X, residual, time=X["id"])
    met = sorted((min(asked), max(asked), len(asked), max(seen)) for seen, asked in Witness.met)
    assert [row[:3] for row in met] == [(2000 * k, 2000 * k + 1999, 2000) for k in range(4)]
    assert met[-1][3] == 5999


def test_with_time_units_are_those_of_the_newest_stretch(rng: np.random.Generator) -> None:
    """Errors have become three times as large: so are those that are expected."""
    score = np.exp(rng.normal(scale=0.5, size=(6000, 1)))
    level = np.where(np.arange(6000) < 4800, 1.0, 3.0)
    residual = rng.normal(scale=score[:, 0] * level)
    est = BlendConfidence([ColumnConfidence(0)], random_state=0)
    est.fit(score, residual, time=np.arange(6000))
    found = np.mean(est.predict(score) ** 2) / np.mean(score**2)
    assert found == pytest.approx(9, rel=0.2)


def test_with_time_who_has_seen_the_newest_rows_has_more_say() -> None:
    """Members without the newest of five stretches count a third of those without the oldest."""
    X = np.random.default_rng(0).uniform(1, 2, size=(400, 1))
    level = np.repeat(np.exp([0.0, 3.0, -1.0, 2.0, 5.0]), 80)
    est = BlendConfidence([Slope()], random_state=0).fit(X, X[:, 0] * level, time=np.arange(400))
    assert est.fold_weights_ == pytest.approx([0.3, 0.25, 0.2, 0.15, 0.1])
    logs = [np.log(fold[0].slope_ * X[:, 0]) for fold in est.members_]
    mean = np.average(logs, axis=0, weights=est.fold_weights_)
    found = np.sqrt(est.units_map_(est.combiner_(mean[:, None])))
    np.testing.assert_allclose(est.predict(X), found, rtol=1e-12)
    del est.fold_weights_
    assert not np.allclose(est.predict(X), found)


def test_without_time_all_folds_count_alike() -> None:
    """So does a blend that was saved before folds had weights, and has none."""
    X = np.random.default_rng(0).uniform(1, 2, size=(400, 1))
    est = BlendConfidence([Slope()], random_state=0).fit(X, X[:, 0])
    assert est.fold_weights_ is None
    expected = est.predict(X)
    del est.fold_weights_
    np.testing.assert_array_equal(est.predict(X), expected)


def test_what_told_errors_apart_long_ago_is_forgotten(rng: np.random.Generator) -> None:
    """One score was right in the past, another is right in the newest stretch."""
    scores = np.exp(rng.normal(scale=0.7, size=(2, 6000)))
    table = pd.DataFrame({"then": scores[0], "now": scores[1]})
    time = np.arange(6000)
    residual = rng.normal(scale=np.where(time < 4800, scores[0], scores[1]))
    members = [ColumnConfidence("then"), ColumnConfidence("now")]
    without = BlendConfidence(members, random_state=0).fit(table, residual).shares_
    within = BlendConfidence(members, random_state=0).fit(table, residual, time=time).shares_
    assert without.iloc[0] > 0.5
    assert within.iloc[1] > 0.65


class Slope(ConfidenceEstimator):
    """Expects errors in proportion to the first column, by how large those of its fold were."""

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.slope_ = float(np.abs(y).mean())

    def _predict(self, X: Table) -> FloatArray:
        return self.slope_ * np.asarray(X, dtype=float)[:, 0]


def test_all_folds_have_the_same_say(rng: np.random.Generator) -> None:
    """A new row is scored by the members of every fold: their order changes nothing."""
    X = rng.uniform(1, 2, (400, 1))
    est = BlendConfidence([Slope()], folds=4, random_state=0).fit(X, rng.normal(size=400) * X[:, 0])
    assert len({fold[0].slope_ for fold in est.members_}) == 4
    expected = est.predict(X[:5])
    est.members_ = est.members_[::-1]
    np.testing.assert_allclose(est.predict(X[:5]), expected, rtol=1e-12)


@pytest.mark.parametrize(("comes_and_goes", "low", "high"), [(False, 0.8, 1.0), (True, 0.4, 0.6)])
def test_with_time_weights_go_as_far_as_they_held_until_now(
    comes_and_goes: bool, low: float, high: float, rng: np.random.Generator
) -> None:
    """Of two scores the one that was always right counts; of two that take turns, both."""
    scores = np.exp(rng.normal(scale=0.5, size=(2, 6000)))
    time = np.arange(6000)
    first = (time // 1200 % 2 == 0) | (not comes_and_goes)
    residual = rng.normal(scale=np.where(first, scores[0], scores[1]))
    members = [ColumnConfidence(0), ColumnConfidence(1)]
    est = BlendConfidence(members, random_state=0).fit(scores.T, residual, time=time)
    assert low < est.shares_.iloc[0] < high


def test_a_single_moment_is_no_order(rows: Rows) -> None:
    """If all rows have one time, folds are random as without."""
    table, residual, _ = rows
    members = [ColumnConfidence("a"), ColumnConfidence("b")]
    plain = BlendConfidence(members, random_state=0).fit(table, residual)
    timed = BlendConfidence(members, random_state=0).fit(table, residual, time=np.zeros(6000))
    assert len(timed.members_) == len(plain.members_) == 5


def test_a_useless_company_does_no_harm(rng: np.random.Generator) -> None:
    """A blend with the constant is as good as the member that knows."""
    x = rng.uniform(size=(3000, 1))
    sigma = np.where(x[:, 0] < 0.5, 0.05, 0.2)
    residual = rng.normal(scale=sigma)
    trees = ResidualConfidence(BoostedTrees("gamma", n_estimators=40))
    est = BlendConfidence([trees, ConstantConfidence()], random_state=0).fit(x, residual)
    expected = est.predict(x)
    assert expected[sigma == 0.05].mean() == pytest.approx(0.05, rel=0.2)
    assert expected[sigma == 0.2].mean() == pytest.approx(0.2, rel=0.2)


def test_members_are_fitted_once_a_fold(rows: Rows) -> None:
    """Each fold has its own members, and the ones passed in stay unfitted."""
    table, residual, _ = rows
    members = [ColumnConfidence("a"), Shared()]
    est = BlendConfidence(members, folds=4, random_state=0).fit(table, residual)
    assert [len(fold) for fold in est.members_] == [2] * 4
    assert not hasattr(members[0], "fill_")
    assert {fold[1].asked_ for fold in est.members_} == {4}


def test_shares_are_those_of_members() -> None:
    """They are named, sum to one, and a member with several signals has the sum of theirs."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(600, 2))
    residual = rng.normal(scale=0.05 + x[:, 0])
    est = BlendConfidence(folds=2, random_state=0).fit(x, residual)
    assert list(est.shares_.index) == ["residual", "quantile", "forest", "neighbor", "online"]
    assert est.shares_.sum() == pytest.approx(1)
    assert len(est.weights_) == 7
    assert (est.weights_ >= 0).all()


def test_levels_are_numbered_once_without_changing_anything() -> None:
    """Strings and categories, 1 and "1": as the members would have read them."""
    rng = np.random.default_rng(0)
    names = rng.choice(np.array(["a", "b", 1, "1", None], dtype=object), 500)
    residual = rng.normal(scale=np.where(names == "a", 0.1, 1.0))
    first, second = [
        BlendConfidence([CountConfidence()], random_state=0)
        .fit(pd.DataFrame({"zone": zone}), residual)
        .predict(pd.DataFrame({"zone": zone}))
        for zone in (pd.Series(names), pd.Series(names).map(str, na_action="ignore"))
    ]
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("settings", "time", "error", "words"),
    [
        ({"estimators": []}, None, OptionError, "at least one estimator"),
        ({"folds": 1}, None, ValueError, "The 'folds' parameter of BlendConfidence"),
        ({}, np.zeros(3), TableError, r"time has 3 values, the table 20 rows"),
        ({}, [None] * 2 + [1.0] * 18, TableError, "time is missing in 2 of 20 rows; leave"),
        ({}, ["soon"] * 20, TableError, "time"),
        ({"folds": 11}, None, TableError, "at least 22 rows"),
        (
            {"estimators": ["residual"]},
            None,
            EstimatorError,
            "The member 1 of a blend must",
        ),
        (
            {"estimators": [CountConfidence]},
            None,
            EstimatorError,
            r"a class; .* Count",
        ),
    ],
)
def test_errors_help(
    settings: dict[str, Any], time: Any, error: type[Exception], words: str
) -> None:
    """Each names the rule and what was found."""
    est = BlendConfidence(**{"estimators": [ConstantConfidence()], **settings})
    with pytest.raises(error, match=words):
        est.fit(np.zeros((20, 1)), np.ones(20), time=time)


class Remembers(ConstantConfidence):
    """Keeps the first column of the rows it was fitted on."""

    def _fit(self, X: Any, y: Any) -> None:
        self.seen_ = set(np.asarray(X)[:, 0])
        super()._fit(X, y)


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("alike", [False, True])
def test_groups_and_copies_are_in_one_fold(timed: bool, alike: bool) -> None:
    """What a member has not seen of the fold it scores are whole groups; rows alike are one."""
    rng = np.random.default_rng(0)
    unit = np.r_[np.arange(200.0), np.arange(40.0)] if alike else np.tile(np.arange(100.0), 3)
    X = np.column_stack([unit, unit if alike else rng.uniform(size=len(unit))])
    est = BlendConfidence([Remembers()], folds=4, random_state=0)
    roles: dict[str, Any] = {"time": np.arange(len(unit)) // 6} if timed else {}
    if not alike:
        roles["groups"] = unit
    est.fit(X, rng.normal(size=len(unit)), **roles)
    missed = [set(unit) - members[0].seen_ for members in est.members_]
    # A unit that no fold holds out whole would be on both sides everywhere.
    assert set().union(*missed) == set(unit)


@pytest.mark.slow
def test_units_are_those_of_a_group_not_seen() -> None:
    """Errors of a group are alike, and a string names it: a new group errs as is expected."""
    rng = np.random.default_rng(0)

    def world(n_groups: int, start: int) -> tuple[pd.DataFrame, Any, Any]:
        group = np.repeat(np.arange(n_groups), 10)
        residual = rng.normal(scale=0.2, size=n_groups)[group] + rng.normal(
            scale=0.05, size=len(group)
        )
        table = pd.DataFrame({"street": [f"s{start + g}" for g in group]})
        return table.assign(size=rng.uniform(size=len(group))), residual, group

    X, residual, group = world(120, 0)
    new, errors, _ = world(400, 1000)
    est = BlendConfidence(folds=3, random_state=0).fit(X, residual, groups=group)
    assert np.sqrt(np.mean((errors / est.predict(new)) ** 2)) == pytest.approx(1.0, abs=0.2)


def test_groups_that_last_through_time_are_kept_apart_at_random() -> None:
    """Every unit is in every stretch: groups matter more than which residuals are newest."""
    rng = np.random.default_rng(0)
    X, residual = rng.uniform(size=(300, 1)), rng.normal(size=300)
    groups, time = np.arange(300) % 10, np.arange(300) // 10
    est = BlendConfidence([CountConfidence()], random_state=0)
    both = est.fit(X, residual, time=time, groups=groups).predict(X)
    np.testing.assert_array_equal(both, est.fit(X, residual, groups=groups).predict(X))


def test_folds_side_by_side_are_folds_one_after_the_other(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each member has a seed of its own before any is fitted."""
    x = rng.uniform(size=(300, 2))
    residual = rng.normal(size=300) * x[:, 0]
    predicted = []
    for threads in ("1", "4"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        predicted.append(BlendConfidence(random_state=0).fit(x, residual).predict(x))
    np.testing.assert_array_equal(predicted[0], predicted[1])


def test_members_of_each_fold_draw_their_own_numbers(rng: np.random.Generator) -> None:
    """What is averaged over folds does not err alike in all of them."""
    members = [ForestConfidence(2), ForestConfidence(2)]
    est = BlendConfidence(members, folds=3, random_state=0)
    est.fit(rng.uniform(size=(60, 1)), rng.normal(size=60))
    assert len({one.random_state for fold in est.members_ for one in fold}) == 6


def test_where_the_newest_stretch_is_short_the_one_before_decides_too() -> None:
    """Five hundred rows are too few for weights, whatever the older stretches have."""
    X = pd.DataFrame({"id": np.arange(2500.0)})
    residual = np.random.default_rng(0).normal(size=2500)
    Witness.met.clear()
    BlendConfidence([Witness()], folds=2).fit(X, residual, time=np.maximum(X["id"], 1999))
    assert set().union(*(asked for _, asked in Witness.met)) == set(X["id"])


def test_a_score_of_zero_is_as_good_as_a_tiny_one(rng: np.random.Generator) -> None:
    """Below a thousandth of the usual error nothing tells rows apart: no row is safe beyond all."""
    score = rng.uniform(0.5, 2, size=(2000, 1))
    residual = rng.normal(scale=score[:, 0])
    score[:20] = 0.0
    est = BlendConfidence([ColumnConfidence(0)], random_state=0).fit(score, residual)
    assert est.weights_[0] > 0
    zero, tiny = est.predict([[0.0], [1e-4]])
    assert zero == tiny


def test_the_share_of_a_member_is_that_of_all_its_signals(rng: np.random.Generator) -> None:
    """A forest has two signals, and the weights of both."""
    score = rng.uniform(0.5, 2, size=(2000, 1))
    members = [ForestConfidence(40), ColumnConfidence(0)]
    est = BlendConfidence(members, random_state=0).fit(score, rng.normal(scale=score[:, 0]))
    forest, column = est.weights_[:2].sum(), est.weights_[2]
    assert est.weights_[1] > 0
    assert est.shares_.tolist() == pytest.approx(
        [forest / (forest + column), column / (forest + column)]
    )


class Chorus(ColumnConfidence):
    """Says the same three times, and counts as so many families as it claims."""

    families: ClassVar[tuple[int, ...]] = (3,)

    def signals(self, X: Any) -> FloatArray:
        return np.repeat(self.predict(X)[:, None], 3, axis=1)


@pytest.mark.parametrize(
    ("families", "wanted"), [((3,), 1 / 3), ((1, 1, 1), 1.0), ((1, 2), 1.0), ((1,), 1 / 3)]
)
def test_each_family_of_signals_is_drawn_to_an_equal_share(
    families: tuple[int, ...], wanted: float, rng: np.random.Generator
) -> None:
    """One that sums up to another number of signals is one family."""
    score = rng.uniform(0.5, 2, size=(2000, 2))
    own = type("Own", (Chorus,), {"families": families})
    residual = rng.normal(size=2000)
    est = BlendConfidence([own(0), ColumnConfidence(1)], random_state=0).fit(score, residual)
    shares = est._shares_of_families()
    assert shares[0] / shares[-1] == pytest.approx(wanted)


class Scribbler(LinearRegression):
    """Writes on the table that it is shown, as it came: the first column becomes zero."""

    def fit(self, X: Any, y: Any) -> Self:
        super().fit(self._written_on(X), np.abs(y))
        return self

    def predict(self, X: Any) -> Any:
        return super().predict(self._written_on(X))  # type: ignore[no-untyped-call]

    def _written_on(self, X: Any) -> Any:
        if isinstance(X, pd.DataFrame):
            X["more"] = X["a"] = 0.0
        else:
            X[:, 0] = 0.0
        return X


@pytest.mark.parametrize("as_array", [False, True])
def test_a_member_that_writes_on_its_table_harms_nobody(
    as_array: bool, rng: np.random.Generator
) -> None:
    """Neither the caller's table, in fit or predict, nor what other members see."""
    table = pd.DataFrame(rng.uniform(size=(60, 2)), columns=["a", "b"])
    X: Any = table.to_numpy(copy=True) if as_array else table.copy()
    members: list[Any] = [Scribbler(), LinearRegression()]  # type: ignore[no-untyped-call]
    est = BlendConfidence(members, folds=2, random_state=0).fit(X, rng.normal(size=60))
    expected = est.predict(X)
    np.testing.assert_array_equal(X, table)
    for fold in est.members_:
        assert fold[1].n_features_in_ == 2
        assert fold[1].coef_[0] != 0
    np.testing.assert_array_equal(est.predict(X), expected)


def test_members_that_ask_for_roles_are_told(rng: np.random.Generator) -> None:
    """Of the rows they are fitted on, in that order; a blend within a blend too."""

    class Asks(ConstantConfidence):
        def fit(
            self, X: Any, y: Any, *, time: Any = None, groups: Any = None, target: Any = None
        ) -> Self:
            self.told_ = np.column_stack([np.asarray(X)[:, 0], time, groups, target])
            return super().fit(X, y)

    X = rng.permutation(np.arange(200.0))[:, None]
    roles = {"time": X[:, 0] // 2, "groups": X[:, 0] // 4, "target": 7 - X[:, 0]}
    est = BlendConfidence([Asks(), BlendConfidence([Asks()], folds=2)], folds=2, random_state=0)
    est.fit(X, rng.normal(size=200), **roles)
    for fold in est.members_:
        for member in (fold[0], fold[1].members_[0][0]):
            row, time, group, target = member.told_.T
            np.testing.assert_array_equal(time, row // 2)
            np.testing.assert_array_equal(group, row // 4)
            np.testing.assert_array_equal(target, 7 - row)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (np.ones(19), r"must have shape \(20,\), one a row; got shape \(19,\)"),
        ([np.nan, *np.ones(19)], "must be finite; 1 of 20 values are missing"),
        (["dear"] * 20, "must be numbers, one a row; got values of type list"),
    ],
)
def test_a_target_that_cannot_be_told_is_refused(target: Any, words: str) -> None:
    """Also if no member asks for it."""
    with pytest.raises(TableError, match=f"The target {words}"):
        BlendConfidence([ConstantConfidence()]).fit(np.zeros((20, 1)), np.ones(20), target=target)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (lambda X: np.where(np.arange(len(X)) < 3, np.nan, 0.1), "3 of 10 that are not"),
        (lambda X: np.full(len(X), np.inf), "10 of 10 that are not"),
        (lambda X: np.full(len(X) - 1, 0.1), r"shape \(9,\)"),
        (lambda _: 0.1, r"shape \(\)"),
        (lambda X: np.full(len(X), "low"), "values of type <U3"),
    ],
)
def test_members_that_do_not_answer_are_named(answer: Any, found: str) -> None:
    """One number that is none would make every expected error none, without a word."""

    class Mumbles(LinearRegression):
        def predict(self, X: Any) -> Any:
            return answer(X)

    mumbles: Any = Mumbles()  # type: ignore[no-untyped-call]
    est = BlendConfidence([ConstantConfidence(), mumbles], folds=2)
    words = f"The member Mumbles of a blend must give finite numbers.*for each of 10 rows.*{found}"
    with pytest.raises(EstimatorError, match=words):
        est.fit(np.arange(20.0)[:, None], np.ones(20))


def test_a_blend_takes_what_all_its_members_take() -> None:
    """It says so as scikit-learn's do: with a linear regression only numbers without gaps."""
    of: list[tuple[Any, bool]] = [
        (None, True),
        ([ForestConfidence()], True),
        ([ForestConfidence(), LinearRegression()], False),
    ]
    for members, takes in of:
        tags = get_tags(BlendConfidence(members)).input_tags
        assert (tags.string, tags.categorical, tags.allow_nan) == (takes, takes, takes)


def test_a_fold_none_of_whose_rows_decides_is_no_matter(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fold of one row may be left out where there are more than enough; its members are not."""
    monkeypatch.setattr("qconf.estimators.blend_folds._MOST_HELD_OUT", 20)
    groups = (np.arange(200) == 7).astype(int)
    for seed in range(4):
        est = BlendConfidence([ColumnConfidence(0), ConstantConfidence()], random_state=seed)
        est.fit(rng.uniform(size=(200, 1)), rng.normal(size=200), groups=groups)
        assert len(est.members_) == 2
        assert len(est.shares_) == 2


def test_times_are_read_as_everywhere() -> None:
    """As texts of any clear order they are dates, and not what comes first in the alphabet."""
    X = pd.DataFrame({"id": np.arange(240.0)})
    days = pd.date_range("2019-01-01", periods=240)
    residual = np.random.default_rng(0).normal(size=240)
    met = []
    for time in (days, days.strftime("%d.%m.%Y")):
        Witness.met.clear()
        BlendConfidence([Witness()], folds=4).fit(X, residual, time=time)
        met.append(list(Witness.met))
    assert met[0] == met[1]


def test_a_member_that_says_a_thing_more_than_once_is_not_heard_more() -> None:
    """Its share stays about that of a member that says it once."""
    rng = np.random.default_rng(0)
    score = rng.uniform(1, 2, size=(1000, 2))
    residual = rng.normal(scale=0.1 * score.mean(axis=1))
    shares = []
    for said in (1, 9):
        members = [_Says(said), ColumnConfidence(1)]
        blend = BlendConfidence(members, random_state=0)
        shares.append(blend.fit(score, residual, time=np.arange(1000)).shares_.iloc[0])
    assert shares[1] == pytest.approx(shares[0], abs=0.08)


class _Says(ColumnConfidence):
    """What its first column says, once or more often."""

    def __init__(self, times: int) -> None:
        super().__init__(0)
        self.times = times

    def signals(self, X: Any) -> FloatArray:
        return np.repeat(self.predict(X)[:, None], self.times, axis=1)


def test_in_time_a_member_that_tells_nothing_leaves_the_units_as_they_are() -> None:
    """Errors of 0.05 to 0.25 that grow twofold: expected are such sizes, beside a constant too."""
    rng = np.random.default_rng(0)
    x, time = rng.uniform(size=(3000, 1)), np.arange(3000)
    residual = rng.normal(size=3000) * (0.05 + 0.2 * x[:, 0]) * (1 + time / 3000)
    blend = BlendConfidence([ResidualConfidence(), ConstantConfidence()], random_state=0)
    expected = blend.fit(x, residual, time=time).predict(x)
    assert np.quantile(expected, 0.05) < 0.2
    assert np.quantile(expected, 0.95) > 0.35


@pytest.mark.parametrize("n", [30, 400])
def test_in_time_few_rows_and_flags_have_errors_of_their_size(n: int) -> None:
    """Members that say one thing within a stretch do not bring expected errors to zero."""
    rng = np.random.default_rng(1)
    x = rng.integers(2, size=(n, 2)).astype(float)
    residual = rng.normal(size=n) * np.where(x[:, 0] > 0, 0.25, 0.05)
    blend = BlendConfidence(random_state=0).fit(x, residual, time=np.arange(n) // 10)
    expected = blend.predict(x)
    assert expected.min() > 0.01
    assert expected.max() < 1


def test_a_blend_of_blends_is_saved_and_opened(tmp_path: Path) -> None:
    """One within learned its levels from the rows of its folds, and reads rows as they came."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"zone": rng.choice(["a", "b"], size=200), "area": rng.uniform(size=200)})
    table.loc[7, "zone"] = "rare"
    inner = BlendConfidence([ResidualConfidence()], folds=2)
    outer = BlendConfidence([inner, ResidualConfidence()], folds=2, random_state=0)
    outer.fit(table, rng.normal(size=200))
    qconf.save(outer, tmp_path / "blend.qconf")
    opened = qconf.load(tmp_path / "blend.qconf")
    np.testing.assert_array_equal(opened.predict(table), outer.predict(table))
