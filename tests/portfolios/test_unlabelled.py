"""Without outcomes, another model is taken where it is shown to be better, and only there."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor
from towns import MODELS, Told, world
from worlds import sales_table

from qconf import ConfidentRegressor, compare_unlabelled
from qconf.errors import EstimatorError, OptionError, TableError


def choose(
    new: pd.DataFrame, known: pd.DataFrame | None, models: Any = MODELS, **options: Any
) -> Any:
    labelled = None if known is None else (known, known["truth"])
    return compare_unlabelled(models, new, "town", labelled=labelled, **options)


def test_what_models_know_of_places_is_believed_where_it_came_true() -> None:
    """Each is taken where it is better, by rows of other places and of this one."""
    choice = choose(world(2000, 1), world(1500, 0))
    assert choice.better_before == "east"
    chosen = choice.choices["chosen"]
    odd = chosen.index.astype(int) % 2 == 1
    assert (chosen[odd] == "west").mean() > 0.9
    assert (chosen[~odd] == "east").all()
    assert (choice.choices["distinguishable"] == (chosen == "west")).all()
    assert choice.verdict.startswith("Shown to be better: west in ")


def test_places_that_have_no_labels_are_told_by_the_others() -> None:
    """How far expected differences come true is learned elsewhere."""
    known = world(1500, 0)
    choice = choose(world(2000, 1), known[known["town"].astype(int) < 20])
    unseen = choice.choices[choice.choices.index.astype(int) >= 20]
    odd = unseen.index.astype(int) % 2 == 1
    assert (unseen["chosen"][odd] == "west").mean() > 0.8
    assert (unseen["chosen"][~odd] == "east").all()


def test_models_that_know_nothing_of_places_change_nothing_where_there_are_no_labels() -> None:
    """Expected errors alike everywhere show no difference: take the one that was better before."""
    known = world(1500, 0, knows=False)
    choice = choose(world(2000, 1, knows=False), known[known["town"].astype(int) < 20])
    unseen = choice.choices[choice.choices.index.astype(int) >= 20]
    assert (unseen["chosen"] == "east").all()
    assert not unseen["distinguishable"].any()


def test_what_models_expect_wrongly_is_not_believed() -> None:
    """Errors that are said to lie the other way round: no place is changed for that."""
    tables = [world(n, seed) for n, seed in ((2000, 1), (1500, 0))]
    for table in tables:
        swapped = table[["west_error", "east_error"]].to_numpy()
        table[["east_error", "west_error"]] = swapped
    known = tables[1][tables[1]["town"].astype(int) < 20]
    choice = choose(tables[0], known)
    assert not choice.choices.loc[[str(one) for one in range(20, 40)], "distinguishable"].any()


def test_equal_models_are_distinguished_as_seldom_as_is_said() -> None:
    """At 80 %, both sides: in one of ten places at most by chance."""
    rng = np.random.default_rng(5)
    share = []
    for seed in range(10):
        tables = []
        for n_rows in (1500, 1500):
            table = world(n_rows, seed)
            for name in MODELS:
                table[f"{name}_value"] = table["truth"] * np.exp(
                    rng.normal(scale=0.15, size=n_rows)
                )
                table[f"{name}_error"] = 0.15 * np.exp(rng.normal(scale=0.2, size=n_rows))
            tables.append(table)
        share.append(choose(*tables).choices["distinguishable"].mean())
    assert np.mean(share) < 0.1


def test_expected_errors_are_scaled_to_what_came() -> None:
    """One that says half of its errors is told so, and loses nothing of its choices."""
    new, known = world(2000, 1), world(1500, 0)
    plain = choose(new, known)
    half = [one.assign(west_error=one["west_error"] / 2) for one in (new, known)]
    choice = choose(*half)
    assert choice.calibration_ratio["west"] == pytest.approx(2 * plain.calibration_ratio["west"])
    assert plain.calibration_ratio["west"] == pytest.approx(1, abs=0.1)
    pd.testing.assert_frame_equal(choice.table, plain.table)


def test_intervals_of_sums_hold_where_errors_go_together() -> None:
    """80 % hold about so many sums; were errors taken to be independent, far fewer would."""
    held, alone, correlation = [], [], []
    for seed in range(8):
        new, known = world(4000, 2 * seed + 1, shift=0.7), world(4000, 2 * seed, shift=0.7)
        choice = choose(new, known)
        own = choice.choices
        correlation.append(choice.correlation["east"])
        truth = new.groupby("town")["truth"].sum().loc[own.index]
        off = (own["expected_sum"] - truth).abs()
        held.append((own["sum_low"] <= truth) & (truth <= own["sum_high"]))
        spread = new.groupby("town")["truth"].apply(lambda one: 0.15 * np.sqrt((one**2).sum()))
        alone.append(off <= 1.28 * spread.loc[own.index])
    assert 0.7 < np.mean(held) < 0.92
    assert np.mean(alone) < 0.5
    assert np.mean(correlation) == pytest.approx(0.49 / 1.49, abs=0.05)


def test_with_few_places_nothing_is_distinguishable_and_no_sum_is_sure() -> None:
    """One portfolio, or labelled rows of fewer than five: that is said."""
    new, known = world(500, 1), world(500, 0)
    few = known[known["town"].isin(["1", "2", "3"])]
    few = pd.concat([few] * 3)
    choice = choose(new, few)
    assert not choice.choices["distinguishable"].any()
    assert choice.choices["sum_std"].isna().all()
    assert "fewer than 5 portfolios" in " ".join(choice.notes)
    assert "cannot say" in str(choice)
    whole = compare_unlabelled(MODELS, new, labelled=(known, known["truth"]))
    assert list(whole.choices.index) == ["all"]


def test_fitted_models_without_labelled_rows() -> None:
    """The residuals that each held out in its fit tell which was better before; nothing more."""
    table = sales_table(400).drop(columns=["sold_on", "parcel", "zone", "built"]).fillna(0.0)
    X, y = table.drop(columns="price").astype(float), table["price"]
    regressors: dict[str, Any] = {
        "tree": DecisionTreeRegressor(random_state=0),
        "line": LinearRegression(),
    }
    models = {
        name: ConfidentRegressor(model, "constant").fit(X[:300], y[:300])
        for name, model in regressors.items()
    }
    choice = compare_unlabelled(models, X[300:], by=X["rooms"][300:].to_numpy())
    rms = {name: np.sqrt(np.nanmean(one.residual_**2)) for name, one in models.items()}
    assert choice.held_out_rms == pytest.approx(rms)
    assert choice.better_before == min(rms, key=lambda name: rms[name]) == "line"
    assert (choice.choices["chosen"] == "line").all()
    assert "Without labelled rows" in choice.notes[0]
    named = compare_unlabelled(models, X[300:], "rooms", labelled=(X[:300], y[:300]))
    given = compare_unlabelled(
        models, X[300:], X["rooms"][300:], labelled=(X[:300], y[:300], X["rooms"][:300])
    )
    pd.testing.assert_frame_equal(named.table, given.table)


def test_result_is_plain_data() -> None:
    """JSON, a line, HTML; the largest portfolios are shown."""
    choice = choose(world(2000, 1), world(1500, 0))
    numbers = json.loads(json.dumps(choice.to_dict()))
    assert len(numbers["choices"]) == 40
    assert len(numbers["portfolios"]) == 80
    assert repr(choice).startswith("<PortfolioChoice: Shown to be better")
    assert "The largest 20 of 40 portfolios" in str(choice)
    assert "<table>" in choice._repr_html_()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"models": {"east": Told("east")}}, OptionError, "At least two models"),
        (
            {"models": {"a": Told("east"), "b": 3}},
            OptionError,
            "must be a fitted ConfidentRegressor",
        ),
        (
            {"models": {"a": Told("east"), "b": Told("west", "relative")}},
            OptionError,
            "a log, b relative",
        ),
        ({"models": {"a": Told("east"), "b": Told("nobody")}}, EstimatorError, "'b' failed"),
        ({"by": "twon"}, TableError, "Did you mean 'town'"),
        ({"by": "gap"}, TableError, "portfolio is missing in 1 of 100 rows"),
        ({"labelled": 3}, OptionError, r"must be \(X, y\)"),
        ({"labelled": "few"}, TableError, "Too few labelled rows: 10"),
        ({"by": np.arange(100)}, OptionError, r"labelled=\(X, y, by\)"),
        ({"labelled": None}, OptionError, "were not fitted on the same rows"),
        ({"confidence_level": 1.0}, OptionError, "confidence level"),
    ],
)
def test_errors_say_what_to_do(options: dict[str, Any], error: type[Exception], words: str) -> None:
    """The thing, the rule, what was found."""
    new, known = world(100, 1), world(100, 0)
    new["gap"] = new["town"].where(new.index > 0)
    given: dict[str, Any] = {"models": MODELS, "by": "town", "labelled": (known, known["truth"])}
    given |= options
    if options.get("labelled") == "few":
        given["labelled"] = (known[:10], known["truth"][:10])
    with pytest.raises(error, match=words):
        compare_unlabelled(given.pop("models"), new, given.pop("by"), **given)
