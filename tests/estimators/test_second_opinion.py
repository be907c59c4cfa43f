"""Other models of the target, and how far they are from the prediction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self, get_args

import numpy as np
import pandas as pd
import pytest

from qconf import (
    BlendConfidence,
    ConfidentRegressor,
    ConstantConfidence,
    ForestConfidence,
    SecondOpinionConfidence,
    compare,
)
from qconf._types import BootstrapScope, FloatArray
from qconf.core.error_scale import ERROR_SCALES
from qconf.errors import TableError
from qconf.estimators.informed_errors import InformedErrors
from qconf.learners.trees.boosted import BoostedTrees

_SMALL = {"n_trees": 10, "n_error_trees": 20}


def wrong_in_half(n: int = 2000) -> tuple[pd.DataFrame, FloatArray, FloatArray]:
    """Prices that follow size, and a valuation that is a fifth too high for every large house."""
    rng = np.random.default_rng(3)
    size = rng.uniform(1, 2, size=n)
    price = size * np.exp(rng.normal(scale=0.03, size=n))
    value = np.where(size < 1.5, size, 1.2 * size)
    return pd.DataFrame({"size": size, "prediction": value}), np.log(value / price), price


def test_others_disagree_where_the_prediction_is_wrong() -> None:
    """The distance of large houses is about the fifth by which these are off."""
    table, residual, price = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual, target=price)
    away = est.signals(table)[:, 2]
    large = table["size"].to_numpy() > 1.55
    assert np.median(away[large]) == pytest.approx(np.log(1.2), abs=0.03)
    assert np.median(away[table["size"] < 1.45]) < 0.06


def test_trees_disagree_more_and_leaves_are_wider_where_targets_scatter() -> None:
    """Targets that differ for no reason can be known by nobody."""
    rng = np.random.default_rng(4)
    x = rng.uniform(size=3000)
    target = np.exp(x + rng.normal(scale=np.where(x < 0.5, 0.02, 0.3)))
    table = pd.DataFrame({"x": x, "prediction": np.exp(x)})
    est = SecondOpinionConfidence(**_SMALL, random_state=0)
    spread = est.fit(table, np.log(table["prediction"] / target), target=target).signals(table)
    # Single targets are further apart than their means are.
    assert (spread[:, 0] < spread[:, 1]).all()
    assert (
        np.median(spread[x > 0.55, :2], axis=0) > 2 * np.median(spread[x < 0.45, :2], axis=0)
    ).all()


@pytest.mark.parametrize("error", ["absolute", "relative"])
def test_values_are_compared_as_errors_are(error: str) -> None:
    """Absolute errors in units of the target, relative ones on the log scale."""
    table, _, price = wrong_in_half()
    value = table["prediction"].to_numpy()
    given = value - price if error == "absolute" else value / price - 1
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, given, target=price)
    assert est.on_logs_ == (error == "relative")
    large = table["size"].to_numpy() > 1.55
    off = np.median(est.signals(table)[large, 2])
    truth = np.log(1.2) if error == "relative" else np.median(0.2 * table["size"][large])
    assert off == pytest.approx(truth, rel=0.2)


def test_the_prediction_itself_is_no_feature() -> None:
    """Opinions of two rows that differ in the prediction alone are the same value."""
    table, residual, price = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual, target=price)
    raised = table.assign(prediction=3 * table["prediction"])
    np.testing.assert_array_equal(est.signals(table)[:, :2], est.signals(raised)[:, :2])
    apart = est.signals(raised)[:, 2] - est.signals(table)[:, 2]
    assert (apart > np.log(3) - 0.6).all()


def test_without_a_target_opinions_are_of_the_residual() -> None:
    """What is left of the residual is held against zero, and is lower where errors are small."""
    table, residual, _ = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual)
    assert est.prediction_ is None
    expected = est.predict(table)
    large = table["size"].to_numpy() > 1.55
    assert np.median(expected[large]) > 2 * np.median(expected[~large])


def test_agreement_beyond_a_tenth_of_the_usual_error_says_no_more() -> None:
    """The closest opinion is about that far off, and none is closer."""
    table, residual, price = wrong_in_half(500)
    usual = np.sqrt(np.mean(residual**2))
    closest = small().fit(table, residual, target=price).signals(table)[:, 2].min()
    assert closest / usual == pytest.approx(0.1, abs=0.02)
    assert closest >= 0.1 * usual


def test_targets_are_one_a_row() -> None:
    """A target that is missing or too few is refused by name."""
    table, residual, price = wrong_in_half(200)
    for wrong in (price[:-1], np.where(price > 1.9, np.nan, price)):
        with pytest.raises(TableError, match="The target must"):
            SecondOpinionConfidence(**_SMALL).fit(table, residual, target=wrong)


def test_shares_add_up() -> None:
    """Five folds have as many trees as one whole."""
    share = SecondOpinionConfidence(100, n_error_trees=200).share(5)
    assert (share.n_trees, share.n_error_trees) == (20, 40)
    assert SecondOpinionConfidence(2, n_error_trees=1).share(5).n_trees == 1


def test_a_blend_takes_it_in_when_it_is_told_the_target() -> None:
    """By default there is one more member; without targets there is none to ask."""
    table, residual, price = wrong_in_half(600)
    told = BlendConfidence(random_state=0).fit(table, residual, target=price)
    assert told.shares_.index[-1] == "secondopinion"
    assert "secondopinion" not in BlendConfidence(random_state=0).fit(table, residual).shares_


def test_no_row_of_a_blend_is_weighed_by_who_was_told_its_target() -> None:
    """Garbled targets of the rows that decide the weights leave their own signals as they were."""
    table, residual, price = wrong_in_half(600)
    member = SecondOpinionConfidence(**_SMALL)
    time = np.arange(len(table))
    newest = time >= 480
    garbled = np.where(newest, price[::-1], price)
    blends = [
        BlendConfidence([member], random_state=0).fit(table, residual, time=time, target=target)
        for target in (price, garbled)
    ]
    # The last fold is fitted on all other stretches, and so on none of the rows that changed.
    said = [blend.members_[-1][0].signals(table) for blend in blends]
    np.testing.assert_array_equal(*said)
    assert not np.array_equal(*[blend.members_[0][0].signals(table) for blend in blends])


def test_it_is_learned_where_opinions_tell_errors(rng: np.random.Generator) -> None:
    """Distance to an opinion counts where predictions are wrong by chance, not by design."""
    size, kind = rng.uniform(1, 2, size=4000), rng.uniform(size=4000) < 0.5
    off = np.where(rng.uniform(size=4000) < 0.3, 0.3, 0.0)
    # Of one kind the target, too, has what the prediction knows and no feature says.
    price = size * np.exp(rng.normal(scale=0.02, size=4000) + np.where(kind, off, 0.0))
    table = pd.DataFrame({"size": size, "kind": kind, "prediction": size * np.exp(off)})
    residual = np.log(table["prediction"] / price)
    est = SecondOpinionConfidence(50, n_error_trees=60, random_state=0)
    said = est.fit(table, residual, target=price).signals(table)
    right, wrong = kind & (off > 0), ~kind & (off > 0)
    # The opinion itself is far off either way.
    assert np.median(said[right, 2]) > 0.5 * np.median(said[wrong, 2])
    assert (np.median(said[right, 3:], axis=0) < 0.5 * np.median(said[wrong, 3:], axis=0)).all()
    # And so the answer is lower where it is no sign of an error, if not by as much.
    expected = est.predict(table)
    assert np.median(expected[right]) < 0.75 * np.median(expected[wrong])


def test_the_answer_is_between_opinions_and_what_they_told_of_errors() -> None:
    """The geometric mean of the opinions' root mean square, and of odds and size."""
    table, residual, price = wrong_in_half(500)
    est = small().fit(table, residual, target=price)
    said = est.signals(table)
    expected = (np.mean(said[:, :3] ** 2, axis=1) * said[:, 3] * said[:, 4]) ** 0.25
    np.testing.assert_allclose(est.predict(table), expected, rtol=1e-12)


def test_of_very_many_rows_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """With their own residuals, targets and groups; what the others are is not looked at."""
    table, residual, price = wrong_in_half(600)
    monkeypatch.setattr("qconf.estimators.second_opinion._MOST_ROWS", 200)
    monkeypatch.setattr("qconf.estimators.second_opinion.InformedErrors", Seen)
    est = small().fit(table, residual, target=price, groups=np.arange(600) // 2)
    size = Seen.rows[:, 0]
    assert len(size) == 200
    drawn = np.isin(table["size"], size)
    np.testing.assert_array_equal(Seen.residual, residual[drawn])
    changed = np.where(drawn, price, 1.9 * price), np.where(drawn, residual, 3 * residual)
    again = small().fit(table, changed[1], target=changed[0], groups=np.arange(600) // 2)
    np.testing.assert_array_equal(again.predict(table), est.predict(table))
    # Nor are their levels known, and a level that is new has the errors of drawn rows to go by.
    zone = np.where(drawn, "near", "far")
    told = [
        small().fit(table.assign(zone=zone), own, target=price).predict(table.assign(zone=new))
        for own in (residual, changed[1])
        for new in ("far", "never seen")
    ]
    for one in told[1:]:
        np.testing.assert_array_equal(one, told[0])


class Seen(InformedErrors):
    """Keeps what it is shown in fit: the features, and the opinions beside them."""

    def fit(self, X: Any, residual: FloatArray, rng: Any) -> InformedErrors:
        type(self).rows, type(self).residual = X.matrix, residual
        return super().fit(X, residual, rng)

    rows: ClassVar[FloatArray]
    residual: ClassVar[FloatArray]


@pytest.mark.parametrize("told", ["copies", "groups", "nothing"])
def test_opinions_of_a_row_are_of_trees_that_have_not_seen_its_like(
    told: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows alike have the same target, which nothing else tells; so no opinion is close to it."""
    monkeypatch.setattr("qconf.estimators.second_opinion.InformedErrors", Seen)
    pair = np.arange(1000) // 2
    target, x = rng.normal(size=500)[pair], rng.uniform(size=500)[pair]
    if told != "copies":
        # Close, and no copies.
        x = x + 1e-6 * np.arange(1000)
    table = pd.DataFrame({"x": x, "prediction": np.zeros(1000)})
    est = SecondOpinionConfidence(**_SMALL, random_state=0).set_params(n_trees=40)
    est.fit(table, -target, target=target, groups=pair if told == "groups" else None)
    shared = np.corrcoef(-Seen.rows[:, -3], target)[0, 1]
    assert (shared > 0.2) == (told == "nothing"), shared


def test_a_confident_regressor_passes_targets_on() -> None:
    """Its blend has the member, so that what was compared is what is fitted."""
    table, _, price = wrong_in_half(400)
    blend = BlendConfidence([SecondOpinionConfidence(**_SMALL)], folds=2)
    model = ConfidentRegressor(confidence=blend, random_state=0).fit(table[["size"]], price)
    assert model.confidence_.members_[0][0].prediction_ is not None


def small() -> SecondOpinionConfidence:
    return SecondOpinionConfidence(**_SMALL, random_state=0)


@pytest.mark.parametrize("error", sorted(ERROR_SCALES))
def test_in_an_array_the_last_column_is_the_prediction(error: str) -> None:
    """As `ConfidentRegressor` puts it there: signals are those of the same table with names."""
    table, _, price = wrong_in_half(400)
    residual = ERROR_SCALES[error].residual(table["prediction"].to_numpy(), price)
    named = small().fit(table, residual, target=price)
    array = small().fit(table.to_numpy(), residual, target=price)
    assert array.prediction_ == 1
    np.testing.assert_array_equal(array.signals(table.to_numpy()), named.signals(table))


def test_an_array_without_the_prediction_has_opinions_of_the_residual() -> None:
    """Residuals that are not those of its last column, on any scale, are learned as they are."""
    table, residual, price = wrong_in_half(400)
    for target in (price, price - 1.5):
        est = small().fit(table[["size"]].to_numpy(), residual, target=target)
        assert est.prediction_ is None
    named = small().fit(table[["size"]], residual, target=price)
    np.testing.assert_array_equal(
        named.signals(table[["size"]]),
        small().fit(table[["size"]], residual).signals(table[["size"]]),
    )


@pytest.mark.parametrize("shape", [(199,), (200, 1)])
def test_a_target_is_looked_at_even_if_it_is_not_used(shape: tuple[int, ...]) -> None:
    """Without a prediction too, one of another shape is refused."""
    table, residual, _ = wrong_in_half(200)
    with pytest.raises(TableError, match="The target must have shape"):
        small().fit(table[["size"]], residual, target=np.ones(shape))


@pytest.mark.parametrize("wrong", [["dear"] * 200, [None] * 200, [object()] * 200])
def test_targets_that_are_no_numbers_are_refused_in_a_line(wrong: Any) -> None:
    """As those of `compare` are."""
    table, residual, _ = wrong_in_half(200)
    with pytest.raises(TableError, match="The target must be"):
        small().fit(table, residual, target=wrong)


@pytest.mark.parametrize("kind", [Decimal, int, np.float32, str])
def test_targets_of_any_type_of_number_are_the_same(kind: Any) -> None:
    """Whole prices as decimals, integers, short floats, texts or objects."""
    table, _, price = wrong_in_half(200)
    whole = np.round(1000 * price)
    residual = 1000 * table["prediction"].to_numpy() - whole
    table = table.assign(prediction=1000 * table["prediction"])
    wanted = small().fit(table, residual, target=whole).signals(table)
    given = pd.Series([kind(int(one)) for one in whole], index=np.arange(200)[::-1], dtype=object)
    np.testing.assert_array_equal(small().fit(table, residual, target=given).signals(table), wanted)


@pytest.mark.parametrize("shift", [-1.5, -10.0])
def test_targets_may_be_zero_or_below(shift: float) -> None:
    """Then errors are absolute, and a constant added to all values changes next to nothing."""
    table, _, price = wrong_in_half(400)
    value = table["prediction"].to_numpy()
    said = []
    for add in (10.0, shift):
        moved = table.assign(prediction=value + add)
        est = small().fit(moved, value - price, target=np.append(price + add, [])).signals(moved)
        said.append(est[:, :3])
    np.testing.assert_allclose(said[1], said[0], rtol=0.05, atol=0.01)


def test_one_prediction_below_zero_does_not_change_the_scale() -> None:
    """Its log is that of the least there may be: far off, and finite; others are as before."""
    table, _, price = wrong_in_half(400)
    value = table["prediction"].to_numpy()
    below = np.where(np.arange(400) == 7, -0.1, value)
    one, other = (
        small().fit(table.assign(prediction=given), given / price - 1, target=price)
        for given in (value, below)
    )
    assert one.on_logs_
    assert other.on_logs_
    said = other.signals(table.assign(prediction=below))
    assert 5 < said[7, 2] < 20
    calm = np.arange(400) != 7
    np.testing.assert_allclose(said[calm], one.signals(table)[calm], atol=0.2)


@pytest.mark.parametrize("error", ["absolute", "relative"])
def test_predictions_that_are_mostly_right_are_on_the_scale_of_the_others(error: str) -> None:
    """Residuals of zero are those of any scale."""
    table, _, price = wrong_in_half(400)
    value = np.where(np.arange(400) % 3 > 0, price, table["prediction"])
    residual = ERROR_SCALES[error].residual(value, price)
    est = small().fit(table.assign(prediction=value), residual, target=price)
    assert est.on_logs_ == (error == "relative")


def test_residuals_of_a_users_own_are_held_against_targets_as_they_are_if_logs_have_none() -> None:
    """In shares of a range, say; without any residual the last column of an array is any column."""
    table, residual, price = wrong_in_half(100)
    low = small().fit(table, 3 * residual, target=price - 1.5)
    assert low.prediction_ == 1
    assert not low.on_logs_
    assert np.isfinite(low.signals(table)).all()
    right = np.zeros(100)
    assert small().fit(table.to_numpy(), right, target=price).prediction_ is None
    assert small().fit(table.to_numpy(), right, target=table["prediction"]).prediction_ == 1


def test_an_absurd_target_is_cut_to_size_with_its_residual() -> None:
    """A price typed with six zeros too many does not drown what is said of all others."""
    table, _, price = wrong_in_half(1000)
    value = table["prediction"].to_numpy()
    typed = price.copy()
    typed[5] *= 1e6
    calm = table[table["size"] < 1.4]
    said = [
        np.median(small().fit(table, value - own, target=own).signals(calm), axis=0)
        for own in (price, typed)
    ]
    assert (said[1] < 2 * said[0]).all()


@pytest.mark.parametrize("error", ["absolute", "relative"])
def test_a_missing_prediction_is_not_agreed_with(error: str) -> None:
    """In a column that had gaps in `fit`, the usual prediction stands in; without gaps any does."""
    table, _, price = wrong_in_half(600)
    residual = ERROR_SCALES[error].residual(table["prediction"].to_numpy(), price)
    gaps = table.assign(prediction=table["prediction"].where(np.arange(600) % 7 > 0))
    missing = table.assign(prediction=np.nan)
    for fitted_on in (gaps, table):
        est = small().fit(fitted_on, residual, target=price)
        said = est.signals(missing)
        assert np.isfinite(said).all()
        calm = table["size"].to_numpy() < 1.2
        assert said[calm, 2].mean() > 2 * est.signals(table)[calm, 2].mean()


def test_a_prediction_that_is_no_number_is_none() -> None:
    """Levels are no values, nor is a column without any."""
    table, residual, price = wrong_in_half(100)
    for nothing in (np.full(100, "dear", dtype=object), np.full(100, np.nan)):
        est = small().fit(table.assign(prediction=nothing), residual, target=price)
        assert est.prediction_ is None
        assert np.isfinite(est.predict(table.assign(prediction=nothing))).all()


def test_a_prediction_without_bounds_leaves_numbers() -> None:
    """Rasters say 1e300 where they have no value; squares of distances are numbers all the same."""
    table, _, price = wrong_in_half(200)
    residual = table["prediction"].to_numpy() - price
    est = small().fit(table, residual, target=price)
    assert np.isfinite(est.predict(table.assign(prediction=-1e300))).all()


def test_constant_targets_and_right_predictions_leave_numbers() -> None:
    """There is nothing to learn, and nothing to divide by."""
    table, residual, price = wrong_in_half(60)
    same = np.full(60, 2.0)
    cases: list[tuple[pd.DataFrame, FloatArray, FloatArray]] = [
        (table, residual, same),
        (table.assign(prediction=price), np.zeros(60), price),
        (table.assign(prediction=same), np.zeros(60), same),
    ]
    for own, error, target in cases:
        expected = small().fit(own, error, target=target).predict(own)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()


def test_twenty_rows_of_everything() -> None:
    """Gaps, levels never seen, a column of one level: a blend of all families still answers."""
    table, residual, price = wrong_in_half(20)
    zone, age = np.tile(np.array(["a", None], dtype=object), 10), np.arange(20.0)
    odd = table.assign(zone=zone, kind="house", age=np.where(age > 0, age, np.nan))
    new = odd.assign(zone="never seen", kind=zone)
    members = [small(), ForestConfidence(3)]
    for est in (small(), BlendConfidence(members, random_state=0)):
        expected = est.fit(odd, residual, target=price).predict(new)
        assert np.isfinite(expected).all()
        assert len(set(expected)) > 1


def test_an_array_is_told_as_much_as_a_table() -> None:
    """The regressor puts its prediction beside either, and expects the same errors."""
    table, _, price = wrong_in_half(200)
    blend = BlendConfidence([small()], folds=2)
    pair = ConfidentRegressor(BoostedTrees(n_estimators=20), blend, random_state=0)
    named = pair.fit(table[["size"]], price).predict_error(table[["size"]])
    array = table[["size"]].to_numpy()
    np.testing.assert_array_equal(pair.fit(array, price).predict_error(array), named)


class Auditor(ConstantConfidence):
    """Holds the targets it is told of against the residuals and the predictions of its rows."""

    n_rows: ClassVar[list[int]] = []

    def fit(self, X: Any, y: Any, *, target: Any = None) -> Self:
        np.testing.assert_allclose(X["prediction"] / target - 1, y, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(target, X["rank"] + 100.0)
        self.n_rows.append(len(y))
        return super().fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("roles", [{}, {"time": "day"}, {"groups": "house"}])
@pytest.mark.parametrize("blended", [False, True])
def test_whoever_fits_an_estimator_tells_it_the_truth_of_its_rows(
    roles: dict[str, Any], blended: bool
) -> None:
    """Of those it is fitted on, in their order: in compare, fits, replicates, and held-out rows."""
    rng = np.random.default_rng(0)
    rank = rng.permutation(300)
    table = pd.DataFrame({"rank": rank, "day": rank // 3, "house": rng.integers(0, 100, 300)})
    table["size"] = rng.uniform(size=300)
    price = rank + 100.0
    unfitted = BlendConfidence([Auditor()], folds=2) if blended else Auditor()
    Auditor.n_rows.clear()
    trees = BoostedTrees(n_estimators=3, random_state=0)
    compare(table, price, estimators={"own": unfitted}, model=trees, n_resamples=20, **roles)
    of_compare = len(Auditor.n_rows)
    for scope in get_args(BootstrapScope):
        model = ConfidentRegressor(
            trees, unfitted, bootstrap=scope, n_bootstrap=2, probabilities=True, random_state=0
        )
        model.fit(table, price, **roles)
    # A fit and two replicates for each scope, and some for the rows held out.
    assert of_compare >= 3
    assert len(Auditor.n_rows) - of_compare > 6 * (2 if blended else 1)
