"""Comparables are known, earlier and alike; they are adjusted by what had not seen their price."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

import qconf
from qconf import (
    Comparables,
    ComparablesRegressor,
    ConfidentRegressor,
    SelectiveRegressor,
    comparables,
)
from qconf.encoding.encoder import TableEncoder
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.explanation.comparables_result import HELD_OUT, OTHER
from qconf.learners.encoded_regressor import EncodedRegressor
from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees

TREES = BoostedTrees(n_estimators=25, min_samples_leaf=5, random_state=0)
FOREST: Any = EncodedRegressor(RandomForestRegressor(10, random_state=0))
LINEAR: Any = EncodedRegressor(LinearRegression(), max_levels=10)
N = 400


@cache
def table() -> pd.DataFrame:
    """Return sales in the order of their days, some days with several."""
    rng = np.random.default_rng(0)
    homes = pd.DataFrame(
        {
            "area": rng.uniform(50, 150, N).round(1),
            "zone": rng.choice(np.array(["a", "b", "c", None], dtype=object), N),
            "age": np.where(rng.uniform(size=N) < 0.1, np.nan, rng.integers(0, 90, N)),
            "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N) // 2, "D"),
            "house": rng.integers(0, 150, N),
        },
        index=[f"s{i}" for i in range(N)],
    )
    level = np.where(homes["zone"] == "a", 9.5, 9.0) + np.arange(N) / N / 5
    homes["price"] = homes["area"] * np.exp(level + rng.normal(scale=0.1, size=N))
    homes["avm"] = homes["price"] * np.exp(rng.normal(scale=0.1, size=N))
    return homes


def known_and_new() -> tuple[pd.DataFrame, pd.DataFrame]:
    return table()[:360], table()[360:]


def features(frame: pd.DataFrame, *more: str) -> pd.DataFrame:
    return frame[["area", "zone", "age", *more]]


def fitted(regressor: Any = None, confidence: Any = "constant", **options: Any) -> Any:
    """Fit on the older sales, forward in time if asked."""
    known, _ = known_and_new()
    time, groups = options.pop("time", None), options.pop("groups", None)
    more = [one for one in (time, groups, options.pop("given", None)) if one is not None]
    settings = {"keep_sales": True, "random_state": 0, **options}
    own = LogTargetRegressor(TREES) if regressor is None else regressor
    model = ConfidentRegressor(own, confidence, **settings)
    return model.fit(features(known, *more), known["price"], time=time, groups=groups)


@cache
def in_time() -> Any:
    return fitted(time="sold")


def asked(*more: str) -> pd.DataFrame:
    return features(known_and_new()[1], *more)


#: Valuation models of every kind, and the error scale.
KINDS: dict[str, dict[str, Any]] = {
    "trees of logs": {"time": "sold"},
    "trees of logs, log error": {"error": "log"},
    "trees of logs, absolute error": {"error": "absolute"},
    "trees": {"regressor": TREES},
    "trees, absolute error": {"regressor": TREES, "error": "absolute"},
    "forest": {"regressor": FOREST},
    "forest of logs": {"regressor": LogTargetRegressor(FOREST)},
    "comparables": {
        "regressor": LogTargetRegressor(ComparablesRegressor(n_estimators=20, random_state=0))
    },
    "linear": {"regressor": LogTargetRegressor(LINEAR), "confidence": "forest"},
    "linear, absolute error": {"regressor": LINEAR, "error": "absolute"},
    "given": {"regressor": "column:avm", "given": "avm", "confidence": "forest"},
    "given, in time": {
        "regressor": "column:avm", "given": "avm", "confidence": "forest", "time": "sold"
    },
}  # fmt: skip


def explained(kind: str, **options: Any) -> tuple[Any, Comparables]:
    settings = dict(KINDS[kind])
    more = [settings[one] for one in ("time", "given") if one in settings]
    model = fitted(**settings)
    return model, comparables(model, asked(*more), random_state=0, **options)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_adjustments_add_up_and_values_are_those_of_the_model(kind: str) -> None:
    """Of every row and comparable, to a billionth; and the identity with residuals holds."""
    model, found = explained(kind)
    table = found.table.set_index(["row", "rank"])
    assert len(table) == 5 * 40
    np.testing.assert_allclose(table["price"] + table["adjustment"], table["adjusted_price"])
    added = found.adjustments.groupby(["row", "rank"])["adjustment"].sum()
    np.testing.assert_allclose(added.reindex(table.index), table["adjustment"], rtol=1e-9)
    value = found.summary["value"].loc[table.index.get_level_values("row")].to_numpy()
    more = [KINDS[kind][one] for one in ("time", "given") if one in KINDS[kind]]
    np.testing.assert_array_equal(found.summary["value"], model.predict(asked(*more)))
    if model.error == "absolute":
        np.testing.assert_allclose(value - table["adjusted_price"], table["residual"], atol=1e-6)
    else:
        ratio = table["adjusted_price"] / value
        np.testing.assert_allclose(ratio, np.exp(-table["residual"]), rtol=1e-9)
    known, _ = known_and_new()
    np.testing.assert_array_equal(known.loc[table["sale"], "price"], table["price"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_residuals_have_not_seen_the_price(kind: str) -> None:
    """They are those that the fit made out of sample, not what the model says of its own rows."""
    model, found = explained(kind)
    known, _ = known_and_new()
    own = pd.Series(model.residual_, index=known.index)[found.table["sale"]].to_numpy()
    expected = np.log1p(own) if model.error == "relative" else own
    np.testing.assert_allclose(found.table["residual"], expected, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_of_the_split_is_so(kind: str) -> None:
    """Trees of ours split all; a surrogate says how true it is, and leaves a rest."""
    _, found = explained(kind)
    properties = set(found.adjustments["property"])
    own = kind.startswith(("trees", "forest"))
    assert (OTHER in properties) != own
    assert (HELD_OUT in properties) != kind.startswith("given")
    assert properties - {OTHER, HELD_OUT} <= {"area", "zone", "age", "sold"}
    assert (found.fidelity == 1.0) == own
    if not own and kind != "comparables":
        assert found.fidelity is not None
        assert 0.2 < found.fidelity < 1.0
        assert "surrogate" in found.split_by
    assert ("error forest" in found.similarity) == (KINDS[kind].get("confidence") == "forest")


def test_what_the_model_learned_since_is_told_apart() -> None:
    """It is what the model says of the sale now beyond what it said before it had seen it."""
    model, found = explained("trees, absolute error")
    known, _ = known_and_new()
    lines = found.adjustments.merge(found.table[["row", "rank", "residual", "price"]])
    learned = lines[lines["property"] == HELD_OUT]
    now = pd.Series(model.predict(features(known)), index=known.index)[learned["sale"]]
    before = learned["price"] + learned["residual"]
    np.testing.assert_allclose(learned["adjustment"], now.to_numpy() - before, atol=1e-6)


def test_a_property_that_both_share_is_not_adjusted() -> None:
    """And cells are those of the tables."""
    lines = comparables(in_time(), asked("sold")).adjustments
    own = lines[~lines["property"].isin([HELD_OUT, OTHER])]
    same = (own["sale_cell"] == own["row_cell"]) | (
        own["sale_cell"].isna() & own["row_cell"].isna()
    )
    assert len(own) > 100
    assert not same.any()
    line = own.iloc[0]
    assert line["sale_cell"] == table().loc[line["sale"], line["property"]]
    assert line["row_cell"] == asked("sold").iloc[line["row"]][line["property"]]


def test_tables_have_stable_columns() -> None:
    """Programs read them."""
    found = comparables(in_time(), asked("sold"), n=3)
    assert found.table.columns.tolist() == [
        "row", "rank", "sale", "weight", "price", "adjustment", "adjusted_price", "residual",
    ]  # fmt: skip
    assert found.adjustments.columns.tolist() == [
        "row", "rank", "sale", "property", "adjustment", "sale_cell", "row_cell",
    ]  # fmt: skip
    assert found.summary.columns.tolist() == [
        "value", "comparables_value", "spread", "local_error", "effective_comparables",
        "known_sales",
    ]  # fmt: skip
    own = found.table[found.table["row"] == 4]
    assert own["rank"].tolist() == [1, 2, 3]
    assert own["weight"].sum() == pytest.approx(1)
    assert own["weight"].is_monotonic_decreasing
    line = found.summary.loc[4]
    mean = np.average(own["adjusted_price"], weights=own["weight"])
    spread = np.sqrt(np.average(own["residual"] ** 2, weights=own["weight"]))
    assert line["comparables_value"] == pytest.approx(mean)
    assert line["spread"] == pytest.approx(spread)
    assert 1 <= line["effective_comparables"] <= line["known_sales"]


def test_only_earlier_sales_are_known() -> None:
    """Strictly: none of the same day, whatever its price; and from a day on if asked."""
    model, every = in_time(), table()
    rows = features(every[200:300:10], "sold")
    found = comparables(model, rows, sales=every)
    day = every["sold"]
    of_sale = day[found.table["sale"]].to_numpy()
    assert (of_sale < rows["sold"].iloc[found.table["row"]].to_numpy()).all()
    later = every.assign(price=every["price"].where(day < rows["sold"].iloc[0], 1e9))
    first = comparables(model, rows[:1], sales=later)
    pd.testing.assert_frame_equal(first.table, found.table[found.table["row"] == 0])
    since = comparables(model, rows, sales=every, since="2024-03-01")
    assert day[since.table["sale"]].min() >= pd.Timestamp("2024-03-01")
    assert (since.summary["known_sales"] < found.summary["known_sales"]).all()


def test_known_sales_are_counted() -> None:
    """Those before the row's day that have a residual, from a day on."""
    model, every = in_time(), table()
    rows = features(every[200:201], "sold")
    found = comparables(model, rows, sales=every, since="2024-03-01")
    has_residual = np.append(np.isfinite(model.residual_), np.ones(40, dtype=bool))
    day = every["sold"]
    counted = has_residual & (day >= "2024-03-01") & (day < rows["sold"].iloc[0])
    assert found.summary["known_sales"].tolist() == [counted.sum()]
    assert list(found.left_out.values()) == [(~has_residual).sum()]


def test_a_row_of_no_time_has_no_comparables() -> None:
    """Nothing is known to be earlier; nor has the first."""
    every = table()
    rows = features(every[[*every.columns]].iloc[[0, 300, 310]], "sold")
    rows.loc[rows.index[1], "sold"] = pd.NaT
    found = comparables(in_time(), rows, sales=every)
    assert set(found.table["row"]) == {2}
    assert found.summary["comparables_value"].isna().tolist() == [True, True, False]
    assert found.summary["known_sales"].tolist()[:2] == [0, 0]
    assert found.summary["effective_comparables"].tolist()[:2] == [0, 0]
    assert "no sale is known" in found.in_words(0)


def test_a_single_row_of_no_time_is_no_error() -> None:
    """Nor is one that is valued below zero, which has no ratio to a sale."""
    rows = asked("sold")[:1].assign(sold=np.datetime64("NaT"))
    assert comparables(in_time(), rows).table.empty
    model = fitted("column:avm", "forest", given="avm")
    below = asked("avm")[:2].assign(avm=[-1.0, 1e6])
    found = comparables(model, below, random_state=0)
    assert set(found.table["row"]) == {1}
    assert np.isfinite(found.adjustments["adjustment"]).all()


def test_neither_the_row_nor_its_group_is_a_comparable() -> None:
    """Without a time rows alike in all features may be the row itself."""
    model, every = fitted(), table()
    rows = features(every[:360])
    own = comparables(model, rows).table
    assert (own["sale"] != rows.index[own["row"]]).all()
    grouped = fitted(groups="house", time="sold")
    new = features(every[300:], "sold", "house")
    house = every["house"]
    found = comparables(grouped, new)
    assert (house[found.table["sale"]].to_numpy() != new["house"].iloc[found.table["row"]]).all()
    # As is told of nobody, the nearest are of the same house here and there.
    untold = comparables(grouped, new.drop(columns="house"))
    assert (house[untold.table["sale"]].to_numpy() == new["house"].iloc[untold.table["row"]]).any()


def test_sales_of_the_fit_are_known_again() -> None:
    """Passed as a table, in any order and with more columns, they are those that were kept."""
    model = in_time()
    known, _ = known_and_new()
    shuffled = known.sample(frac=1, random_state=0)
    kept = comparables(model, asked("sold"))
    again = comparables(model, asked("sold"), sales=shuffled.sort_values("sold", kind="stable"))
    columns = ["row", "rank", "weight"]
    pd.testing.assert_frame_equal(again.table[columns], kept.table[columns])
    np.testing.assert_allclose(again.summary["local_error"], kept.summary["local_error"], rtol=1e-9)


def test_new_sales_are_adjusted_by_the_model_itself() -> None:
    """Which has not seen their price."""
    model, every = in_time(), table()
    _, new = known_and_new()
    found = comparables(model, features(every[-1:], "sold"), sales=new)
    value = pd.Series(model.predict(features(new, "sold")), index=new.index)[found.table["sale"]]
    expected = np.log(value.to_numpy() / found.table["price"])
    np.testing.assert_allclose(found.table["residual"], expected, rtol=1e-9)
    assert HELD_OUT not in set(found.adjustments["property"])


def test_prices_are_found_by_name_or_told() -> None:
    """The name of the target in the fit, or the only column that is no feature."""
    model = in_time()
    known, _ = known_and_new()
    sales = features(known, "sold")
    expected = comparables(model, asked("sold")).table
    for told in (
        {"sales": sales.assign(price=known["price"])},
        {"sales": sales.assign(paid=known["price"])},
        {"sales": sales.assign(a=1.0, paid=known["price"]), "target": "paid"},
        {"sales": sales, "target": known["price"].to_numpy()},
    ):
        pd.testing.assert_frame_equal(comparables(model, asked("sold"), **told).table, expected)


def test_rows_do_not_hang_on_each_other() -> None:
    """A row alone has the comparables that it has in a table."""
    model = in_time()
    several, alone = (comparables(model, asked("sold")[part]) for part in (slice(9), slice(4, 5)))
    own = several.table[several.table["row"] == 4].reset_index(drop=True).assign(row=0)
    pd.testing.assert_frame_equal(alone.table, own)
    assert alone.summary.iloc[0].tolist() == several.summary.iloc[4].tolist()


def test_a_model_from_a_file_says_the_same(tmp_path: Path) -> None:
    """With the sales it keeps, or with those that are passed."""
    expected = comparables(in_time(), asked("sold"))
    qconf.save(in_time(), tmp_path / "kept.qconf")
    opened = comparables(qconf.load(tmp_path / "kept.qconf"), asked("sold"))
    pd.testing.assert_frame_equal(opened.table, expected.table)
    pd.testing.assert_frame_equal(opened.adjustments, expected.adjustments)
    bare = fitted(time="sold", keep_sales=False)
    qconf.save(bare, tmp_path / "bare.qconf")
    found = comparables(qconf.load(tmp_path / "bare.qconf"), asked("sold"), sales=table()[:360])
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_arrays_and_pairs_that_hold_a_model_will_do() -> None:
    """A column of an array is called by its position."""
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 2, size=(300, 2))
    y = x[:, 0] * np.exp(rng.normal(scale=0.1, size=300))
    pair = ConfidentRegressor(TREES, "constant", keep_sales=True, random_state=0)
    found = comparables(pair.fit(x[:250], y[:250]), x[250:])
    assert {"x0"} < set(found.adjustments["property"])
    chosen = SelectiveRegressor(pair, outlier_rate=0.5, random_state=0).fit(x[:250], y[:250])
    assert len(comparables(chosen, x[250:]).table) == 250
    told = comparables(pair, x[250:], sales=x[:250], target=y[:250])
    pd.testing.assert_frame_equal(told.table, found.table)


def test_a_blend_has_an_error_forest_too() -> None:
    """One in each fold: rows are alike by all of them."""
    members = [qconf.ForestConfidence(8), qconf.CountConfidence()]
    blend = qconf.BlendConfidence(members, folds=2)
    found = comparables(fitted(LogTargetRegressor(LINEAR), blend), asked(), random_state=0)
    assert found.similarity == "the error forest"
    assert found.n_trees == 8


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"n": 0}, OptionError, "whole number >= 1, got 0"),
        ({"n": 2.5}, OptionError, "whole number >= 1, got 2.5"),
        ({"since": "soon"}, OptionError, "since must be a date"),
        (
            {"target": "prize", "sales": "all"},
            TableError,
            "no column 'prize'.*Did you mean 'price'",
        ),
        ({"sales": "unpriced"}, OptionError, "Which column of the sales is the price.*none"),
        ({"sales": "two"}, OptionError, "those that are no features: 'a', 'b'"),
        ({"sales": "no area"}, TableError, "no column 'area', which the model was fitted on"),
        ({"sales": "free"}, TableError, "0"),
        ({"sales": "all missing"}, TableError, "None of the 400 sales can be used: 400 without a"),
        ({"sales": "oldest"}, TableError, "None of the 5 sales can be used: 5 that the fit"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(options: Any, kind: Any, message: str) -> None:
    """The thing, the rule, what was found, what to do."""
    every = table()
    unpriced = features(every, "sold")
    tables = {
        "all": every,
        "unpriced": unpriced,
        "two": unpriced.assign(a=1.0, b=2.0),
        "no area": every.drop(columns=["area", "avm", "house"]),
        "free": every.assign(price=0.0),
        "all missing": every.assign(price=np.nan),
        "oldest": every[:5],
    }
    told = {**options, "sales": tables.get(options.get("sales"))}
    with pytest.raises(kind, match=message) as caught:
        comparables(in_time(), asked("sold"), **told)
    assert "\n" not in str(caught.value)


def test_models_that_cannot_be_explained_say_why() -> None:
    """No sales, no time, no trees, or no model at all."""
    with pytest.raises(OptionError, match=r"no sales.*sales=.*keep_sales=True"):
        comparables(fitted(keep_sales=False), asked())
    with pytest.raises(OptionError, match="needs the time of sales"):
        comparables(fitted(), asked(), since="2024-01-01")
    with pytest.raises(OptionError, match="need a fitted ConfidentRegressor, got a Linear"):
        comparables(LinearRegression(), asked())
    with pytest.raises(TableError, match="no column 'age'"):
        comparables(fitted(), asked().drop(columns="age"))
    old = fitted()
    del old.known_sales_
    with pytest.raises(OptionError, match="fit it again"):
        comparables(old, asked())
    known, _ = known_and_new()
    alone = ConfidentRegressor("column:avm", "constant", keep_sales=True, random_state=0)
    alone.fit(known[["avm"]], known["price"])
    with pytest.raises(EstimatorError, match="this model has none"):
        comparables(alone, known[["avm"]])


def test_numbers_may_tell_the_time() -> None:
    """And a pipeline may be the model: then a surrogate splits."""
    every = table().assign(sold=np.arange(N) // 2)
    pipe: Any = make_pipeline(TableEncoder(), TREES)
    model = ConfidentRegressor(pipe, "forest", keep_sales=True, random_state=0)
    model.fit(features(every[:360], "sold"), every["price"][:360], time="sold")
    found = comparables(model, features(every[350:], "sold"), since=150, random_state=0)
    when = every["sold"][found.table["sale"]]
    assert when.min() >= 150
    assert "surrogate" in found.split_by
    with pytest.raises(OptionError, match="since must be a number"):
        comparables(model, features(every[350:], "sold"), since="spring")


def test_one_sale_is_enough() -> None:
    """However many were asked for; one that is valued below zero has no ratio."""
    sale = table()[200:201]
    later = features(sale, "sold").assign(sold=pd.Timestamp("2024-07-15"))
    found = comparables(in_time(), later, sales=sale)
    assert found.table["sale"].tolist() == ["s200"]
    assert found.table["weight"].tolist() == [1]
    assert found.summary["effective_comparables"].tolist() == pytest.approx([1])
    given = fitted("column:avm", "forest", given="avm")
    sales = table().assign(avm=table()["avm"].where(table().index != "s7", -1.0))
    left = comparables(given, asked("avm"), sales=sales, random_state=0).left_out
    assert left == {"valued at zero or below": 1}


def test_comparables_show_themselves() -> None:
    """One row by its comparables and their largest adjustments, several by a summary."""
    one, several = (comparables(in_time(), asked("sold")[:n]) for n in (1, 12))
    text = str(one)
    assert "5 comparables say" in text
    assert str(one.table["sale"][0]) in text
    assert "area" in text
    html = one._repr_html_()
    assert "<table>" in html
    assert "largest adjustments" in html
    assert "Comparables of 12 rows among" in str(several)
    assert "left out" in str(several)
    assert repr(several).startswith("<Comparables of 12 rows among")
    with pytest.raises(OptionError, match="no row 12: rows are 0 to 11"):
        several.in_words(12)


def test_comparables_can_be_drawn() -> None:
    """Prices and adjusted prices, beside the value."""
    found = comparables(in_time(), asked("sold"))
    display = found.plot(3)
    own = found.table[found.table["row"] == 3]
    assert display.lines_["price"].get_xdata().tolist() == own["price"].tolist()
    assert display.lines_["adjusted price"].get_xdata().tolist() == own["adjusted_price"].tolist()
    plt.close(display.figure_)
