"""Reasons for errors and contributions to values: sums, meaning, and what they must not see."""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from new_rows import features, fitted_model, new_rows
from saved_models import fitted as kept_model
from saved_models import new_rows as rows_of_kept
from worlds import sales_table

import qconf
from qconf import ConfidentRegressor, ResidualConfidence, explain_error, explain_value
from qconf.errors import OptionError
from qconf.explanation.pool import Pool, background_of, pair_of
from qconf.learners.linear.gamma_glm import GammaGLM

KINDS = ["model", "model-log", "model-replicates", "model-absolute", "given", "selective",
         "model-probabilities", "blend-told"]  # fmt: skip


@cache
def model_of_zones() -> ConfidentRegressor:
    """Fit a model to houses of quiet and noisy zones."""
    table = sales_table(3000)
    model = ConfidentRegressor(confidence="residual", random_state=0)
    return model.fit(table[["zone", "rooms", "area"]], table["price"])


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore:.*far beyond:UserWarning")
def test_sums_and_products_are_those_of_the_model(name: str) -> None:
    """Of every kind of model, also of rows with levels and gaps that were never seen."""
    model, X = kept_model(name), rows_of_kept(6)
    for together in (None, [("low", "high")]):
        error, value = (one(model, X, together=together) for one in (explain_error, explain_value))
        factors = error.table.groupby("row")["factor"].prod()
        expected = error.summary["typical_error"] * factors
        np.testing.assert_allclose(expected, model.predict_error(X), rtol=1e-9)
        sums = value.table.groupby("row")["contribution"].sum() + value.summary["typical_value"]
        np.testing.assert_allclose(sums, model.predict(X), rtol=1e-9)


def test_a_gamma_model_with_a_log_link_is_explained_by_its_coefficients() -> None:
    """Whatever the order, a column has one effect: coefficient times distance, halved."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.uniform(-1, 1, 3000), "b": rng.uniform(-1, 1, 3000), "avm": 1.0})
    y = np.exp(rng.normal(scale=0.1 * np.exp(0.5 * X["a"] - 0.3 * X["b"])))
    model = ConfidentRegressor(
        "column:avm", ResidualConfidence(GammaGLM()), error="log", random_state=0
    ).fit(X, y)
    table = explain_error(model, X.head(5)).table.pivot_table("contribution", "row", "property")
    typical = pd.DataFrame(background_of(model).typical)
    steps = 1e-3
    for name in ("a", "b"):
        moved = X.head(1).assign(**{name: X[name].head(1) + steps})
        two = np.log(model.predict_error(pd.concat([X.head(1), moved])))
        slope = (two[1] - two[0]) / steps
        wanted = slope * (X[name].head(5) - typical[name].item())
        np.testing.assert_allclose(table[name], wanted, rtol=1e-3)
    assert abs(table["avm"]).max() < 1e-9


def test_what_is_as_in_the_typical_row_adds_nothing() -> None:
    """Its factor is 1; the typical row itself has only such."""
    model = fitted_model()
    typical = model.background_.typical
    found = explain_error(model, typical)
    assert (found.table["factor"] == 1.0).all()
    assert found.summary["expected_error"].item() == found.summary["typical_error"].item()
    told = f"{100 * found.summary['typical_error'].item():.1f} %"
    assert found.in_words() == f"typical {told} = {told}"


@pytest.mark.slow
def test_the_noisy_zone_is_the_reason() -> None:
    """Zones a and b have a quarter of the noise of others; the words tell it from residuals."""
    model, X = model_of_zones(), sales_table(3000)[["zone", "rooms", "area"]]
    typical = model.background_.typical["zone"].item()
    other = X[X["zone"].isin(["a", "b"]) != (typical in ("a", "b"))].dropna().head(40)
    found = explain_error(model, other)
    top = found.table.groupby("row").head(1)
    assert (top["property"] == "zone").mean() > 0.9
    quiet = typical in ("a", "b")
    zones = top[top["property"] == "zone"]
    assert ((zones["factor"] > 1.5) if quiet else (zones["factor"] < 0.67)).all()
    assert zones["sentence"].str.contains(r"^zone [a-f]: half of [\d,]+ rows were off by ").all()


def test_taking_the_top_reason_away_moves_the_error_as_told() -> None:
    """Set to the typical cell: down if its factor was above 1, else up."""
    model = model_of_zones()
    X = sales_table(200, seed=5)[["zone", "rooms", "area"]]
    found = explain_error(model, X)
    top = found.table.groupby("row").head(1).set_index("row")
    moved = X.copy()
    for row, name in top["property"].items():
        moved.loc[row, name] = model.background_.typical[name].item()
    before, after = (np.log(model.predict_error(one)) for one in (X, moved))
    right = np.sign(before - after) == np.sign(top["contribution"])
    assert right.mean() >= 0.95


def test_marks_tell_what_is_odd() -> None:
    """Never seen, out of range, missing, rare: each with its words."""
    table = sales_table(600)
    X = features(table).drop(columns="parcel").assign(kind="house")
    X.loc[:5, "kind"] = "boat"
    X["area"] = X["area"].fillna(100.0)
    model = ConfidentRegressor(confidence="residual", random_state=0)
    model.fit(X, table["price"], time="sold_on")
    row = X.iloc[[10]].assign(kind="boat", zone="nowhere", area=np.nan, rooms=40)
    found = explain_error(model, row).table.set_index("property")
    assert found["mark"].to_dict() == {
        "kind": "rare", "zone": "never seen", "area": "missing", "rooms": "out of range",
        "garden": "", "built": "", "sold_on": "",
    }  # fmt: skip
    told = qconf.explanation.cells.Cells(Pool(model, row))
    assert told.cell(0, "kind").note == "kind boat is rare: 6 of 600 rows"
    assert told.cell(0, "zone").note == "zone nowhere was in no row of the fit"
    assert told.cell(0, "area").note == "area is missing, as in no row of the fit"
    assert told.cell(0, "rooms").note == "rooms 40 is above all of the fit (1 to 7)"


def test_columns_that_are_together_have_one_reason() -> None:
    """And that is not the sum of two."""
    model, X = fitted_model(), features(new_rows(5))
    found = explain_error(model, X, together=[("rooms", "area")]).table
    assert set(found["property"]) == {"zone", "rooms + area", "garden", "built", "sold_on"}


def test_no_target_is_looked_at() -> None:
    """A file that has it explains the same, whatever it says."""
    model, X = fitted_model(), new_rows(5)
    known = model.feature_names_in_
    for price in (X["price"], 1.0):
        found = explain_error(model, X.assign(price=price)[list(known)])
        assert "price" not in set(found.table["property"])


def test_arrays_are_explained_too() -> None:
    """Columns without names are x0, x1, ..."""
    model = kept_model("matrix")
    X = rows_of_kept(4)[["area", "low", "high"]].to_numpy()
    found = explain_error(model, X)
    assert set(found.table["property"]) == {"x0", "x1", "x2"}
    product = found.table.groupby("row")["factor"].prod() * found.summary["typical_error"]
    np.testing.assert_allclose(product, model.predict_error(X), rtol=1e-9)


def test_the_schema_is_stable() -> None:
    """Columns of the tables and keys of the JSON, in their order."""
    model, X = fitted_model(), features(new_rows(3)).set_index(pd.Index(["p", "q", "r"]))
    error, value = explain_error(model, X), explain_value(model, X)
    assert list(error.table) == [
        "row", "property", "cell", "typical", "mark", "factor", "contribution", "factor_alone",
        "sentence",
    ]  # fmt: skip
    assert list(error.summary) == ["typical_error", "expected_error", "standard_error"]
    assert list(value.table) == ["row", "property", "cell", "typical", "contribution"]
    assert list(value.summary) == ["typical_value", "value", "standard_error"]
    assert error.summary.index.tolist() == ["p", "q", "r"]
    told = json.loads(json.dumps(error.to_dict(), allow_nan=False))
    assert [*told["rows"][0]] == [
        "row", "typical_error", "expected_error", "standard_error", "in_words", "reasons",
    ]  # fmt: skip
    assert [*told["rows"][0]["reasons"][0]] == [
        "property", "cell", "typical", "mark", "factor", "contribution", "factor_alone",
        "sentence",
    ]  # fmt: skip
    assert [*json.loads(json.dumps(value.to_dict()))["rows"][0]] == [
        "row", "typical_value", "value", "standard_error", "in_words", "contributions",
    ]  # fmt: skip


def test_labels_that_stand_twice_are_told_by_position() -> None:
    """Else the reasons of two rows would be one's."""
    X = features(new_rows(2)).set_index(pd.Index([7, 7]))
    assert explain_error(fitted_model(), X).summary.index.tolist() == [0, 1]


def test_words_tables_and_notebooks_say_the_same() -> None:
    """A product or a sum for each row, escaped in HTML."""
    model = fitted_model()
    X = features(new_rows(25)).assign(zone="<b>")
    error, value = explain_error(model, X.head(2)), explain_value(model, X)
    assert error.in_words(0) in " ".join(str(error).split())
    assert " × " in error.in_words(0)
    assert "And 5 more rows." in str(value)
    assert value.in_words(1).startswith("typical ")
    html = explain_error(model, X.head(1), together=[("zone", "rooms")])._repr_html_()
    assert "<b>" not in html
    assert "zone + rooms" in html


@pytest.mark.parametrize("name", ["residual", "boosted-trees"])
def test_what_cannot_be_explained_is_refused(name: str) -> None:
    """A confidence alone, or another model."""
    with pytest.raises(OptionError, match="Only a fitted ConfidentRegressor"):
        explain_error(kept_model(name), rows_of_kept(2))


def test_a_model_of_an_older_file_says_so() -> None:
    """It does not know what the rows of its fit were like."""
    model: Any = ConfidentRegressor(confidence="constant", random_state=0)
    X = np.arange(1.0, 41.0)[:, None]
    model.fit(X, X[:, 0])
    del model.background_
    with pytest.raises(OptionError, match="saved by an older version of qconf, or is not fitted"):
        explain_value(model, X[:2])


def test_a_selective_regressor_is_explained_as_the_pair_it_holds() -> None:
    """What it accepts does not change what it says."""
    model = kept_model("selective")
    assert pair_of(model) is model.estimator_
    assert pair_of(SimpleNamespace(model=model.estimator_)) is model.estimator_


def test_a_row_that_was_not_explained_is_refused() -> None:
    """By its label, with those that were."""
    found = explain_error(fitted_model(), features(new_rows(3)))
    with pytest.raises(OptionError, match="There is no row 7 among those that are explained"):
        found.in_words(7)
    with pytest.raises(OptionError, match="There are: 0, 1, 2"):
        found.plot(row="b")


_RNG = np.random.default_rng(0)
_AREA = pd.Series(_RNG.uniform(1, 2, 200))
_PRICE: Any = (_AREA * np.exp(_RNG.normal(scale=0.1, size=200))).to_numpy()
_DAYS = pd.date_range("2020-01-01", periods=200)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "cells", "roles"),
    [
        (pd.array(_RNG.choice(["x", "y"], 200), dtype="string"), ["new", None], {}),
        (pd.Categorical(_RNG.choice(["x", "y"], 200)), pd.Categorical(["q", "x"]), {}),
        (pd.array(_RNG.integers(0, 5, 200), dtype="Int64"), pd.array([None, 9], "Int64"), {}),
        (_RNG.integers(0, 5, 200), [np.nan, 1.5], {}),
        (_RNG.random(200) < 0.5, [True, False], {}),
        (pd.to_timedelta(_RNG.integers(1, 99, 200), "D"), pd.to_timedelta([5, 999], "D"), {}),
        (_DAYS.tz_localize("Europe/Zurich"), _DAYS[[1, 5]].tz_localize("Asia/Tokyo"), {}),
        (_DAYS.strftime("%Y-%m-%d"), ["2020-05-01", "2020-07-18"], {"time": "b"}),
        (np.arange(200), [100, 199], {"time": "b"}),
        (np.full(200, np.nan), [np.nan, 3.0], {}),
        (np.where(_RNG.random(200) < 0.1, 1.7e308, 1.0), [1.7e308, -1e300], {}),
    ],
)
def test_columns_of_any_type_are_explained(column: Any, cells: Any, roles: dict[str, str]) -> None:
    """Also where those of the new rows have another type."""
    X = pd.DataFrame({"a": _AREA, "b": column})
    model = ConfidentRegressor(confidence="residual", random_state=0).fit(X, _PRICE, **roles)
    rows = pd.DataFrame({"a": [1.2, 1.9], "b": cells})
    found, values = explain_error(model, rows), explain_value(model, rows)
    product = found.table.groupby("row")["factor"].prod() * found.summary["typical_error"]
    np.testing.assert_allclose(product, model.predict_error(rows), rtol=1e-9)
    assert str(found)
    assert values.to_dict()
    assert "rare" not in set(found.table["mark"]) or not roles


def test_factors_alone_are_what_taking_a_column_away_takes() -> None:
    """And a reason that holds both on average and alone comes first."""
    model, X = model_of_zones(), sales_table(20, seed=5)[["zone", "rooms", "area"]]
    table = explain_error(model, X).table
    typical = model.background_.typical
    before = model.predict_error(X)
    for one in table.to_dict("records"):
        moved = X.iloc[[one["row"]]].assign(**{one["property"]: typical[one["property"]].item()})
        wanted = before[one["row"]] / model.predict_error(moved)[0]
        assert one["factor_alone"] == pytest.approx(wanted)
    alone = np.log(table["factor_alone"])
    holds = np.minimum(table["contribution"].abs(), alone.abs())
    holds = holds.where(np.sign(table["contribution"]) == np.sign(alone), 0.0)
    for _, own in holds.groupby(table["row"]):
        assert (own.diff().dropna() <= 0).all()
