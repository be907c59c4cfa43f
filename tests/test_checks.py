"""The contract checks pass on what keeps the contract, and fail on what breaks it."""

from __future__ import annotations

import re
from typing import Any

import broken_estimators as broken
import pytest
from broken_estimators import NumbersOnly, OnlyRanks, SaysNothing, Shared, Signals, Timed, Told
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, QuantileRegressor
from sklearn.tree import DecisionTreeRegressor

from qconf import (
    BlendConfidence,
    ConstantConfidence,
    ForestConfidence,
    NeighborConfidence,
    OnlineConfidence,
    QuantileConfidence,
    ResidualConfidence,
    SecondOpinionConfidence,
)
from qconf.checks import check_confidence_estimator, check_name, yield_checks
from qconf.estimators.registry import BUILT_IN, make_estimator

#: Those that are made of the names of columns; the checks have these.
SPECS = {"column": "column:size", "interval": "interval:size,age"}
REGISTERED = [make_estimator(SPECS.get(name, name)) for name in BUILT_IN if name != "blend"]
OTHER_SETTINGS = [
    BlendConfidence([ConstantConfidence()]),
    BlendConfidence([ForestConfidence(4), NeighborConfidence()], folds=2),
    OnlineConfidence("mean+sd"),
    QuantileConfidence("linear"),
    QuantileConfidence(QuantileRegressor(alpha=0.0)),
    ResidualConfidence("glm"),
    ResidualConfidence("online", target="log"),
    ResidualConfidence(loss="squared"),
    ResidualConfidence(n_bootstrap=3, bound="max"),
    ResidualConfidence(LinearRegression()),
    ResidualConfidence(DecisionTreeRegressor(min_samples_leaf=20)),
    ResidualConfidence(RandomForestRegressor(10), n_bootstrap=2, bound="mean+sd"),
    SecondOpinionConfidence(5),
]
#: Those among the broken ones that are not: they say what they cannot do, or can do more.
HONEST = [NumbersOnly(), OnlyRanks(), Signals(), Shared(), Timed(), Told()]


def of_each(*estimators: Any) -> list[Any]:
    return [check for one in estimators for check in yield_checks(one)]


def long_name(check: Any) -> str:
    return f"{check.args[0]!r:.60}-{check_name(check)}"


@pytest.mark.parametrize("check", of_each(*REGISTERED, *OTHER_SETTINGS, *HONEST), ids=long_name)
def test_estimators_keep_the_contract(check: Any) -> None:
    """The law holds for every registered estimator, other settings, and what says its limits."""
    check()


@pytest.mark.slow
@pytest.mark.parametrize("check", of_each(BlendConfidence()), ids=check_name)
def test_a_blend_of_five_families_keeps_the_contract(check: Any) -> None:
    """The law holds for the blend as it comes."""
    check()


def failures(estimator: Any) -> dict[str, str]:
    """Run all checks that apply; return what each that fails has to say."""
    said = {}
    for check in yield_checks(estimator):
        try:
            check()
        except AssertionError as error:
            said[check_name(check)] = str(error)
    return said


#: What breaks a law, the check that fails, words of its message, and laws that cannot hold without.
BROKEN: list[tuple[Any, str, str, set[str]]] = [
    (broken.WrongShape, "shape", r"here \(7,\); got \(7, 1\)", set()),
    (broken.NotFiniteFarAway, "finite_and_non_negative", "finite; .* far from the rows", set()),
    (broken.NegativeFarAway, "finite_and_non_negative", ">= 0; .* far from the rows", set()),
    (
        broken.BelowZeroAfterOneSidedResiduals,
        "sign_does_not_matter_to_range",
        ">= 0; 300 of 300 are not, after a fit on negative residuals only. Cut them at 0",
        {"size"},
    ),
    (broken.LooksAtTheIndex, "row_order", "where it stands .*no index or position", set()),
    (broken.LooksRowsUp, "index", "must not matter in predict. A part .* go by position", set()),
    (broken.JoinsByTheIndex, "index", "must not matter in fit. A part", set()),
    (broken.LearnsTheSign, "size", r"both signs were x 0\.\d+. Learn abs", set()),
    (broken.LearnsOneSide, "size", "below zero were x 0. Learn abs", set()),
    (broken.SaysHowSureItIs, "larger_errors", "there and .* lower is safer", set()),
    (broken.HeldAgainstTheBatch, "one_row", "the other rows of predict. Take means", set()),
    (broken.ReturnsAnother, "fit_returns_self", "End it with: return self", set()),
    (broken.AnswersBeforeFit, "predict_needs_fit", "NotFittedError. Begin it with", {"clone"}),
    (
        broken.DrawsWithoutSeed,
        "same_seed_same_answer",
        "same seed .*check_random_state",
        {"index", "refit_equals_fresh_fit", "table_equals_array"},
    ),
    (broken.UsesGlobalRandomState, "global_random_state_untouched", "seeded", set()),
    (broken.ChangesTheTable, "inputs_unchanged", "change the table. Work on a copy", set()),
    (broken.ChangesTheResiduals, "inputs_unchanged", "change the residuals. Work on", set()),
    (broken.ChangesItsParameter, "parameters_unchanged", "it changed level. Keep what", set()),
    (broken.CannotBePickled, "pickle", "Keep no lambda or open file", set()),
    (broken.LosesItselfInAPickle, "pickle", "Keep all that predict needs", set()),
    (broken.ClonesWhatItLearned, "clone", "clone must not be fitted. Let __init__", set()),
    (broken.RemembersItsFirstFit, "refit_equals_fresh_fit", "forget the first. Make every", set()),
    (broken.OtherForArrays, "table_equals_array", "same numbers must give the same", set()),
    (broken.StumblesOverArrays, "table_equals_array", "raise ValueError, saying which", set()),
    (broken.OwnUnits, "units", "their sum was x .*in_error_units = False", set()),
    (
        broken.IgnoresTheResiduals,
        "other_residuals_other_answer",
        "they are the same. Learn from y; .*in_error_units = False",
        {"units"},
    ),
    (
        broken.RefusesTexts,
        "strings",
        "raised ValueError: could not convert .*input_tags.string is False",
        {"categories", "levels_never_seen"},
    ),
    (broken.NumbersLevelsInEachBatch, "strings", "columns of text .* Encode them in fit", set()),
    (broken.GoesByCodesOfCategories, "categories", "Go by the names of categories", set()),
    (broken.LooksLevelsUp, "levels_never_seen", "KeyError: 'never seen'. Expect of it", set()),
    (broken.RefusesGaps, "gaps", "contains NaN.*input_tags.allow_nan is False", set()),
    (broken.FillsGapsFromTheBatch, "gaps", "alone. Take what stands in for it from fit", set()),
    (broken.SignalsWithoutColumns, "signals", r"got \(7,\). Put them side by side", set()),
    (broken.NegativeSignals, "signals", ">= 0; 14 of 14 are not. A blend takes", set()),
    (broken.RanksForSignals, "signals_are_of_their_row", "Take means, ranks", set()),
    (broken.SignalsBeforeFit, "signals_need_fit", "signals before fit .*check_is_fitted", set()),
    (broken.SignalsInOwnUnits, "signals_units", "signals x 10; their sum was x 1. Mult", set()),
    (broken.SharesItself, "share", "returned itself. Begin with sklearn.base.clone", set()),
    (broken.SharesAnother, "share", "return a SharesAnother; it returned a Constant", set()),
    (broken.HalvesItself, "share", "must not change the estimator", set()),
    (broken.SharesWhatCannotBeFitted, "share", "n_parts must be at least 1", set()),
    (broken.SharesWhatItLearned, "share_of_fitted", "not fitted. Begin with", set()),
    (broken.ForgetsWhenShared, "share_of_fitted", "leave the expected errors", set()),
    (broken.TakesTimeOfAnyLength, "time", r"another length .*Compare len\(time\)", set()),
    (broken.TakesNoDates, "time", "time that are datetime64.* must be numbers. Leave", set()),
    (broken.WantsATime, "time", "time=None as if it had not been said. Let None", set()),
    (broken.TakesGroupsOfAnyLength, "groups", r"Compare len\(groups\)", set()),
    (broken.TakesTargetsOfAnyLength, "target", r"another length .*Compare len\(target\)", set()),
    (broken.TakesNoTargetsBelowZero, "target", "targets must be > 0. Leave the parameter", set()),
    (broken.TakesLogsOfTargets, "target", "finite; 300 of 300 are not, after fit.* target", set()),
    (broken.WantsATarget, "target", "target=None as if it had not been said. Let None", set()),
]


@pytest.mark.parametrize(
    ("breaker", "law", "words", "follow"), BROKEN, ids=[one[0].__name__ for one in BROKEN]
)
def test_a_broken_law_fails_its_check(breaker: Any, law: str, words: str, follow: set[str]) -> None:
    """That check fails, with a message that says what to do, and no other that could hold."""
    said = failures(breaker())
    assert set(said) == {f"check_{name}" for name in {law, *follow}}
    assert re.search(words, said[f"check_{law}"]), said[f"check_{law}"]


def test_every_check_has_an_estimator_that_fails_it() -> None:
    """No check is there that cannot fail."""
    checks = of_each(Signals(), Shared(), Timed(), Told())
    assert set(map(check_name, checks)) == {f"check_{law}" for _, law, _, _ in BROKEN}


def test_a_time_that_is_required_breaks_every_fit() -> None:
    """All checks that fit say so."""
    said = failures(broken.RequiresTime())
    assert len(said) > 10
    assert "fit(X, residual) must work with nothing else" in said["check_shape"]


def names_of(estimator: Any) -> set[str]:
    return {check_name(check).removeprefix("check_") for check in yield_checks(estimator)}


def test_checks_are_chosen_by_what_an_estimator_can_do() -> None:
    """Tags, methods and parameters of `fit` say which laws there are."""
    of_columns = {"strings", "levels_never_seen", "categories", "gaps"}
    of_units = {"units", "other_residuals_other_answer", "size", "larger_errors"}
    everything = names_of(ConstantConfidence())
    assert everything - names_of(NumbersOnly()) == of_columns
    assert everything - names_of(SaysNothing()) == of_columns
    assert everything - names_of(OnlyRanks()) == of_units
    signals = {"signals", "signals_are_of_their_row", "signals_need_fit", "signals_units"}
    assert names_of(Signals()) - everything == signals
    assert names_of(Shared()) - everything == {"share", "share_of_fitted"}
    assert names_of(Timed()) - everything == {"time", "groups"}
    assert names_of(Told()) - everything == {"target"}
    assert names_of(BlendConfidence()) >= {"time", "groups", "target"}


def test_what_a_learner_cannot_take_its_estimator_cannot() -> None:
    """It gets the table as it is: gaps go to trees, texts to neither."""
    strings = {"strings", "levels_never_seen", "categories"}
    assert not names_of(ResidualConfidence(LinearRegression())) & {"gaps", *strings}
    assert not names_of(QuantileConfidence([LinearRegression()] * 2)) & {"gaps", *strings}
    trees = names_of(ResidualConfidence(DecisionTreeRegressor()))
    assert "gaps" in trees
    assert not trees & strings


def test_all_checks_at_once() -> None:
    """`check_confidence_estimator` stops at the first broken law."""
    check_confidence_estimator(ConstantConfidence())
    with pytest.raises(AssertionError, match=r"far from the rows of fit"):
        check_confidence_estimator(broken.NegativeFarAway())
