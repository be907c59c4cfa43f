"""A model that is kept is fitted on all rows, and judged on rows it has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf import ConfidentRegressor, compare, fit_error_distribution, fit_model
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.fitting.result import FittedModel
from qconf.learners.trees.boosted import BoostedTrees

MODEL = BoostedTrees(n_estimators=20, random_state=0)


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    table = sales_table(600)
    rng = np.random.default_rng(1)
    return table.assign(avm=table["price"] * np.exp(rng.normal(scale=0.1, size=600)))


def fit(table: pd.DataFrame, **options: Any) -> FittedModel:
    settings: dict[str, Any] = {"model": MODEL, "estimator": "residual", "folds": 3}
    if "prediction" not in options:
        settings["drop"] = ["avm"]
    return fit_model(table, "price", **{**settings, **options})


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"time": "sold_on"}, {"prediction": "avm"}])
def test_the_held_out_rate_is_that_of_a_comparison(
    options: dict[str, Any], sales: pd.DataFrame
) -> None:
    """What is printed of a model is what `compare` would print of its estimator."""
    fitted = fit(sales, **options)
    drop = () if "prediction" in options else ["avm"]
    compared = compare(
        sales, "price", model=MODEL, estimators=["residual"], folds=3, drop=drop, **options
    )
    judged = compared.ranking[0].evaluation
    assert fitted.judged.best_decile.outlier_rate == judged.best_decile.outlier_rate
    assert fitted.judged.aurc == judged.aurc
    assert fitted.scheme in compared.scheme


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"time": "sold_on"}, {"prediction": "avm"}])
def test_the_rows_that_were_judged_make_the_probabilities(
    options: dict[str, Any], sales: pd.DataFrame
) -> None:
    """Their residuals and expected errors are those that `compare` has, at no further fit."""
    model = fit(sales, **options).model
    drop = () if "prediction" in options else ["avm"]
    scores = compare(
        sales, "price", model=MODEL, estimators=["residual"], folds=3, drop=drop, **options
    ).scores
    known = model.error_distribution_
    assert known is not None
    assert known.n_rows == len(scores)
    time = None if "time" not in options else sales["sold_on"].to_numpy()[scores["row"]]
    same = fit_error_distribution(scores["signed_residual"], scores["residual"], time=time)
    np.testing.assert_allclose(known.standardised.support, same.standardised.support)
    rows = sales[list(model.feature_names_in_)]
    assert ((model.predict_within(rows) > 0) & (model.predict_within(rows) < 1)).all()


def test_the_model_is_fitted_on_all_rows_and_no_role_is_a_feature(sales: pd.DataFrame) -> None:
    """A group is no column of the model; the time is one of the valuation model alone."""
    fitted = fit(sales, time="sold_on", groups="parcel")
    names = list(fitted.model.feature_names_in_)
    assert set(names) == {"zone", "rooms", "area", "garden", "built", "sold_on"}
    assert "sold_on" not in fitted.model.confidence_.feature_names_in_
    assert fitted.n_rows == len(sales)
    assert len(fitted.model.residual_) == len(sales)
    assert np.isfinite(fitted.model.predict_error(sales[names])).all()


def test_given_predictions_are_kept_as_they_are(sales: pd.DataFrame) -> None:
    """With predictions of somebody else, the model that is kept answers with these."""
    model = fit(sales, prediction="avm", time="sold_on").model
    assert isinstance(model, ConfidentRegressor)
    X = sales[list(model.feature_names_in_)]
    np.testing.assert_array_equal(model.predict(X), sales["avm"])
    np.testing.assert_allclose(model.residual_, sales["avm"] / sales["price"] - 1)
    assert "sold_on" not in model.feature_names_in_


@pytest.mark.slow
@pytest.mark.parametrize("time", [None, "sold_on"])
def test_auto_judges_on_rows_that_had_no_say_in_the_choice(
    time: str | None, sales: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels of the rows that are judged change neither the ranking nor the winner."""
    monkeypatch.setattr("qconf.fitting.intake.choose", _choose_of_two)
    fitted = fit(sales, estimator="auto", time=time)
    assert fitted.choice is not None
    assert fitted.judged.overall.n < len(sales) / 3
    newest = np.sort(np.argsort(sales["sold_on"], kind="stable")[-100:])
    moved = sales.copy()
    if time is not None:
        moved.loc[newest, "price"] *= 3
        again = fit(moved, estimator="auto", time=time)
        assert again.choice is not None
        assert [one.evaluation.aurc for one in again.choice.ranking] == [
            one.evaluation.aurc for one in fitted.choice.ranking
        ]
        assert again.judged.overall.outlier_rate != fitted.judged.overall.outlier_rate


def _choose_of_two(*parts: Any, **options: Any) -> Any:
    from qconf.fitting.choosing import choose  # noqa: PLC0415 - what is replaced above

    return choose(*parts, among=("count", "constant"), **options)


def test_no_group_is_on_both_sides_of_the_choice(sales: pd.DataFrame) -> None:
    """Rows of a group that were chosen on are not judged."""
    from qconf.comparison.intake import Settings, take_in  # noqa: PLC0415
    from qconf.fitting.choosing import older_and_newer  # noqa: PLC0415

    settings = Settings.checked("relative", None, 0.1, 0.95)
    dataset, _ = take_in(
        sales, "price", settings, prediction=None, time=None, groups="parcel", features=None,
        drop=(), scores=(), copies="group", strict=False,
    )  # fmt: skip
    older, newer = older_and_newer(dataset, 0)
    assert dataset.groups is not None
    assert not set(dataset.groups[older]) & set(dataset.groups[newer])
    assert len(older) + len(newer) == len(sales)
    taken = dataset.take(older)
    np.testing.assert_array_equal(taken.y, dataset.y[older])
    np.testing.assert_array_equal(taken.features["rooms"], sales["rooms"].iloc[older])


def test_the_card_says_what_a_committee_asks(sales: pd.DataFrame) -> None:
    """Columns in their roles, rows, period, the held-out figures, and what it is not for."""
    fitted = fit(sales, time="sold_on", groups="parcel")
    card = fitted.card({"decimal": ","})
    assert (card.target, card.time, card.groups) == ("price", "sold_on", "parcel")
    assert card.prediction is None
    assert card.n_rows == len(sales)
    assert card.time_range is not None
    assert card.time_range == ["2020-01-03", "2021-11-30"]
    assert card.figures["in_words"] == fitted.verdict
    rate = card.figures["best_decile"]["outlier_rate"]
    assert rate == fitted.judged.best_decile.outlier_rate.value
    assert card.reading == {"decimal": ","}
    assert any(card.time_range[1][:10] in line for line in card.not_for)
    assert "against" in str(fitted)
    assert "600 rows, 6 columns" in str(fitted)


def test_progress_tells_the_stage(sales: pd.DataFrame) -> None:
    """Each step is said with the stage it is of."""
    said: list[str] = []
    fit(sales, progress=lambda _done, _steps, what: said.append(what))
    assert said[0] == "judge: valuation model"
    assert said[-1] == "fit on all rows"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"estimator": "column:area"}, OptionError, "--prediction"),
        ({"estimator": "nonsense"}, EstimatorError, "nonsense"),
        ({"prediction": "avn"}, TableError, "Did you mean 'avm'"),
        ({"error": "absolute"}, OptionError, "threshold"),
        ({"copies": "both"}, OptionError, "copies"),
    ],
)
def test_errors_say_what_to_do(
    options: dict[str, Any], error: type[Exception], words: str, sales: pd.DataFrame
) -> None:
    """What cannot be fitted is said before any fit."""
    with pytest.raises(error, match=words):
        fit(sales, **options)


def test_auto_needs_rows_to_choose_on_and_rows_to_judge(sales: pd.DataFrame) -> None:
    """A table of sixty rows is too short for both."""
    with pytest.raises(TableError, match="left to choose on"):
        fit(sales.head(60), estimator="auto")
