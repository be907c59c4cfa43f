"""A contest ranks, says what it did, and never leaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import BaggingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from worlds import sales_table

from qconf import (
    BlendConfidence,
    ColumnConfidence,
    Comparison,
    ConstantConfidence,
    CountConfidence,
    ResidualConfidence,
    SecondOpinionConfidence,
    compare,
    evaluate,
)
from qconf.encoding.encoder import TableEncoder
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.learners.trees.boosted import BoostedTrees

#: Fast, and of every kind: trees, counts, and a blend that splits its rows once more.
CONTENDERS = {
    "residual": ResidualConfidence(BoostedTrees("gamma", n_estimators=20)),
    "count": CountConfidence(),
    "blend": BlendConfidence([CountConfidence(), ConstantConfidence()], folds=2),
}
MODEL = BoostedTrees(n_estimators=20, random_state=0)


def run(table: pd.DataFrame, **options: Any) -> Comparison:
    settings: dict[str, Any] = {
        "drop": ["sold_on", "parcel"],
        "estimators": CONTENDERS,
        "model": MODEL,
        "folds": 3,
        "n_resamples": 20,
    }
    return compare(table, "price", **{**settings, **options})


def with_another_price(table: pd.DataFrame, row: int) -> pd.DataFrame:
    return table.assign(price=table["price"].where(table.index != row, table["price"] * 50))


def expected_errors(result: Comparison) -> pd.DataFrame:
    return result.scores.set_index("row")[list(CONTENDERS)]


@pytest.mark.parametrize("options", [{}, {"groups": "parcel"}, {"prediction": "given"}])
def test_a_rows_target_moves_neither_its_prediction_nor_its_scores(
    sales: pd.DataFrame, options: dict[str, Any]
) -> None:
    """Change a label wildly, and nothing that was said about its row moves."""
    table = sales.assign(given=sales["price"].mean())
    before = run(table, **options)
    for row in (3, 777):
        after = run(with_another_price(table, row), **options)
        columns = [*CONTENDERS, "prediction"]
        pd.testing.assert_frame_equal(
            before.scores.set_index("row").loc[[row], columns],
            after.scores.set_index("row").loc[[row], columns],
        )
        moved = expected_errors(before).ne(expected_errors(after)).any(axis=1)
        assert moved.any(), "the change must matter to other rows, or the test shows nothing"


@pytest.mark.parametrize("options", [{}, {"groups": "parcel"}, {"prediction": "given"}])
def test_forward_in_time_no_later_row_matters(sales: pd.DataFrame, options: dict[str, Any]) -> None:
    """Replace everything about the last rows, and nothing said about earlier ones moves."""
    table = sales.assign(given=sales["price"].mean())
    late = table["sold_on"] >= table["sold_on"].sort_values().iloc[600]
    changed = table.copy()
    changed.loc[late, "price"] *= 30
    changed.loc[late, "area"] = 1.0
    changed.loc[late, "zone"] = "never seen before"
    forward = {"time": "sold_on", "drop": [], **options}
    before, after = run(table, **forward), run(changed, **forward)
    columns = ["row", *CONTENDERS, "prediction", "signed_residual"]
    early = [
        one.scores.loc[one.scores["row"].isin(np.flatnonzero(~late)), columns]
        for one in (before, after)
    ]
    assert len(early[0]) > 150
    first, second = (one.reset_index(drop=True) for one in early)
    pd.testing.assert_frame_equal(first, second)


def test_forward_scores_ignore_their_own_and_later_labels(sales: pd.DataFrame) -> None:
    """Change one label in the middle: no row up to and including its moment moves."""
    moment = sales["sold_on"].to_numpy()
    row = int(np.argsort(moment, kind="stable")[500])
    before = run(sales, time="sold_on", drop=["parcel"])
    after = run(with_another_price(sales, row), time="sold_on", drop=["parcel"])
    upto = moment[before.scores["row"]] <= moment[row]
    pd.testing.assert_frame_equal(expected_errors(before)[upto], expected_errors(after)[upto])
    assert expected_errors(before)[~upto].ne(expected_errors(after)[~upto]).any(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"time": "sold_on"}, {"groups": "parcel"}, {"prediction": "given"}]
)
def test_who_is_told_targets_is_told_none_of_what_it_scores(options: dict[str, Any]) -> None:
    """Nor, in time, of anything later; a blend holds its own rows out once more."""
    table = sales_table(400).assign(given=lambda sales: sales["price"].mean())
    opinion = SecondOpinionConfidence(3)
    told = {"told": BlendConfidence([opinion, CountConfidence()], folds=2), "alone": opinion}
    drop = [name for name in ("sold_on", "parcel") if name not in options.values()]
    row = int(np.argsort(table["sold_on"].to_numpy(), kind="stable")[250])
    before, after = (
        run(one, estimators=told, **{**options, "drop": drop}).scores.set_index("row")[list(told)]
        for one in (table, with_another_price(table, row))
    )
    of_row = before.index.to_numpy() == row
    if "time" in options:
        moment = table["sold_on"].to_numpy()
        of_row = moment[before.index] <= moment[row]
    assert of_row.any()
    pd.testing.assert_frame_equal(before[of_row], after[of_row])
    assert (before[~of_row] != after[~of_row]).any().all(), "it must matter to others"


class TellsTime(ConstantConfidence):
    """Expects the mean time that it was told, so that scores show it."""

    def fit(self, X: Any, y: Any, time: Any = None) -> Any:
        self.told_ = 0.0 if time is None else float(np.mean(np.asarray(time, dtype=float)))
        return super().fit(X, y)

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.told_)


@pytest.mark.parametrize("time", [None, "moment"])
def test_estimators_that_ask_are_told_the_time_of_what_they_see(time: str | None) -> None:
    """The time of the rows they are fitted on, which is earlier than that of those they score."""
    table = sales_table(300).assign(moment=np.arange(300.0))
    result = run(table, time=time, estimators={"clock": TellsTime()})
    told = result.scores["clock"].to_numpy()
    if time is None:
        assert (told == 0).all()
    else:
        assert ((told > 0) & (told < table["moment"].to_numpy()[result.scores["row"]])).all()


def test_what_a_row_of_the_group_says_later_moves_nothing_before_or_of_its_own() -> None:
    """A parcel sold twice: neither label moves the other's score, behind the residuals either."""
    table = sales_table(600).sort_values("sold_on", ignore_index=True)
    table["parcel"] = np.arange(600)
    table.loc[[20, 560], "parcel"] = -1
    before = run(table, time="sold_on", groups="parcel", drop=[])
    after = run(with_another_price(table, 20), time="sold_on", groups="parcel", drop=[])
    columns = [*CONTENDERS, "prediction"]
    pd.testing.assert_frame_equal(
        before.scores.set_index("row").loc[[560], columns],
        after.scores.set_index("row").loc[[560], columns],
    )
    earlier = before.scores["row"] < 500
    moved = before.scores["residual"][earlier].ne(after.scores["residual"][earlier])
    assert moved.any(), "the change must matter to other rows, or the test shows nothing"


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"time": "sold_on"}, {"prediction": "given"}])
def test_a_copy_hands_no_label_over(options: dict[str, Any]) -> None:
    """Rows alike in all features but the id and the time: a label moves none of their scores."""
    table = sales_table(400).drop(columns="parcel").assign(given=1e6)
    copies = table.iloc[np.repeat([11, 12, 13], 10)]
    later = copies["sold_on"] + pd.to_timedelta(np.tile(np.arange(1, 11) * 40, 3), unit="D")
    table = pd.concat([table, copies.assign(sold_on=later)], ignore_index=True)
    table["id"] = np.arange(430)
    settings = {"drop": [] if "time" in options else ["sold_on"], **options}
    before, kept = run(table, **settings), run(table, copies="keep", **settings)
    like_11 = {11, *range(400, 410)}
    changed = table.assign(
        price=table["price"].where(~table.index.isin(list(like_11)), table["price"] * 50)
    )
    after, kept_after = run(changed, **settings), run(changed, copies="keep", **settings)
    columns = [*CONTENDERS, "prediction"]
    rows = before.scores["row"].isin(like_11).to_numpy()
    pd.testing.assert_frame_equal(before.scores.loc[rows, columns], after.scores.loc[rows, columns])
    rows = kept.scores["row"].isin(like_11).to_numpy()
    scores = kept.scores[columns].ne(kept_after.scores[columns])
    assert scores[rows].any(axis=None), "copies kept as different rows do hand labels over"


@pytest.mark.slow
def test_copies_do_not_look_safe() -> None:
    """Eight rows twelve times leave the figures where they are without the copies."""
    once = sales_table(600).drop(columns=["parcel", "sold_on"])
    table = pd.concat([once, *[once.head(8)] * 11], ignore_index=True)
    options: dict[str, Any] = {"drop": [], "estimators": ["residual"], "folds": 5}
    options["n_resamples"] = 200
    alone, together = run(once, **options), run(table, **options)
    naive = run(table, copies="keep", **options)
    decile = [one.ranking[0].evaluation.best_decile for one in (alone, together, naive)]
    assert decile[1].mae.value in decile[0].mae
    assert decile[2].mae.value < decile[0].mae.interval[0], "or copies would not matter"


class TellsGroups(ConstantConfidence):
    """Expects the number of groups that it was told, so that scores show it."""

    def fit(self, X: Any, y: Any, groups: Any = None) -> Any:
        self.told_ = 0.0 if groups is None else float(len(np.unique(groups)))
        return super().fit(X, y)

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.told_)


@pytest.mark.parametrize("groups", [None, "parcel"])
def test_estimators_that_ask_are_told_the_groups_of_what_they_see(groups: str | None) -> None:
    """None without groups; with them those of the rows they are fitted on."""
    result = run(sales_table(300), groups=groups, drop=[], estimators={"census": TellsGroups()})
    told = result.scores["census"]
    assert (told == 0).all() if groups is None else ((told > 50) & (told < 150)).all()


def test_a_feature_may_be_called_time() -> None:
    """The time beside it gets another name, and the feature stays what it is."""
    table = sales_table(400)
    moments = np.arange(400)
    by_area = run(table, time=moments, drop=["parcel", "sold_on"])
    renamed = table.rename(columns={"area": "time"})
    by_time = run(renamed, time=moments, drop=["parcel", "sold_on"])
    assert by_time.overall == by_area.overall


def test_a_column_that_begins_later_is_not_there_yet() -> None:
    """Whether the last row has a value in it moves nothing that was said before."""
    table = sales_table(400).sort_values("sold_on", ignore_index=True)
    options: dict[str, Any] = {"time": "sold_on", "drop": ["parcel"]}
    never = run(table.assign(energy=np.nan), **options)
    last = run(table.assign(energy=np.where(table.index == 399, 1.0, np.nan)), **options)
    pd.testing.assert_frame_equal(never.scores, last.scores)
    assert "'energy' has no values" in " ".join(never.warnings)


def test_without_a_feature_the_prediction_is_one() -> None:
    """Truth and prediction are enough, and a score alone needs no feature at all."""
    table = sales_table(400)[["price"]].assign(avm=lambda t: t["price"].iloc[::-1].to_numpy())
    result = run(table, prediction="avm", drop=[])
    assert result.overall.n == 400
    scored = table.assign(fsd=0.1)
    assert run(scored, prediction="avm", drop=[], estimators=["column:fsd"]).best == "column:fsd"
    with pytest.raises(TableError, match="No feature is left"):
        run(table[["price"]], drop=[])


def test_score_columns_are_counted_over_the_table(sales: pd.DataFrame) -> None:
    """Not over what one fit happens to see."""
    table = sales.assign(fsd=np.where(sales.index < 123, -1.0, 0.1))
    with pytest.raises(TableError, match="123 of 800 values are negative"):
        run(table, estimators=["column:fsd"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["polars", "arrow", "path"])
def test_other_tables_give_the_same(kind: str, sales: pd.DataFrame, tmp_path: Path) -> None:
    """polars, Arrow, and the path of a file are read."""
    if kind == "path":
        sales.to_parquet(tmp_path / "sales.parquet")
        table: Any = tmp_path / "sales.parquet"
    elif kind == "arrow":
        table = pa.Table.from_pandas(sales)
    else:
        table = pytest.importorskip("polars").from_pandas(sales)
    settings: dict[str, Any] = {"estimators": ["count"]}
    pd.testing.assert_frame_equal(run(table, **settings).scores, run(sales, **settings).scores)


@pytest.mark.slow
def test_names_are_taken_as_people_give_them(sales: pd.DataFrame) -> None:
    """One name to drop, a number for a column, features as an index."""
    settings: dict[str, Any] = {"estimators": ["count"], "model": MODEL, "n_resamples": 20}
    one = run(sales.drop(columns="parcel"), **{**settings, "drop": "sold_on"})
    pd.testing.assert_frame_equal(one.scores, run(sales, **settings).scores)
    numbered = sales.rename(columns={"price": 0})
    some: Any = pd.Index(["area", "rooms"])
    by_number = compare(numbered, 0, features=some, **settings)
    by_name = compare(sales, "price", features=["area", "rooms"], **settings)
    pd.testing.assert_frame_equal(by_number.scores, by_name.scores)


def test_finds_the_easy_rows() -> None:
    """Where noise hangs on the zone, the error model's safest tenth lies in the easy zones."""
    table = sales_table(3000)
    result = run(table, estimators=["residual", "constant"], n_resamples=200)
    residual, constant = result.ranking
    assert (residual.name, constant.name) == ("residual", "constant")
    assert residual.evaluation.best_decile.outlier_rate.value < 0.03
    assert result.overall.outlier_rate.value in constant.evaluation.best_decile.outlier_rate
    assert constant.distinguishable
    assert "Every other estimator is behind" in result.verdict


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"time": "sold_on", "drop": ["parcel"]}])
def test_the_constant_has_no_skill(options: dict[str, Any]) -> None:
    """Its expected error differs from block to block; its best decile is random all the same."""
    held = []
    for seed in range(12):
        result = run(sales_table(800, seed), estimators=["constant"], n_resamples=200, **options)
        assert result.scores["constant"].nunique() == 3
        decile = result.ranking[0].evaluation.best_decile
        held.append(result.overall.outlier_rate.value in decile.outlier_rate)
    assert sum(held) >= 10


def test_the_ranking_can_be_had_again_from_the_scores(sales: pd.DataFrame) -> None:
    """`evaluate` on the scores and their blocks gives the rates of the ranking."""
    result = run(sales, n_resamples=20)
    for one in result.ranking:
        again = evaluate(
            result.scores[one.name],
            result.scores["signed_residual"],
            threshold=0.15,
            blocks=result.scores["block"],
            n_resamples=20,
        )
        assert again.to_dict() == one.evaluation.to_dict()


@pytest.mark.parametrize("role", ["time", "groups"])
def test_intervals_are_of_stretches_of_time_and_of_groups(role: str) -> None:
    """They are those of `evaluate` with the times or groups, wider than those of single rows."""
    rng = np.random.default_rng(0)
    day = np.repeat(np.arange(60), 10)
    price = np.exp(rng.normal(scale=0.3, size=600))
    table = pd.DataFrame({"size": rng.uniform(size=600), "day": day, "price": price})
    # All houses of a day are off together.
    table["guess"] = price * np.exp(0.2 * rng.normal(size=60)[day])
    options: dict[str, Any] = {role: "day", "prediction": "guess", "n_resamples": 50}
    result = compare(table, "price", estimators=["constant"], **options)
    scores = result.scores
    shared: dict[str, Any] = {"threshold": 0.15, "blocks": scores["block"], "n_resamples": 50}
    told: dict[str, Any] = {role: table["day"].iloc[scores["row"]]}
    expected, residual = scores["constant"], scores["signed_residual"]
    found = result.ranking[0].evaluation.to_dict()
    assert found == evaluate(expected, residual, **shared, **told).to_dict()
    alone = evaluate(expected, residual, **shared).overall.outlier_rate.interval
    low, high = found["overall"]["interval"]
    assert high - low > 1.3 * (alone[1] - alone[0])


def test_constant_alone_is_said_to_have_no_skill(sales: pd.DataFrame) -> None:
    """If the best cannot be told from chance, the verdict says so first."""
    result = run(sales, estimators=["constant"])
    assert result.verdict.startswith("No estimator is shown to have skill")


def test_what_cannot_be_told_apart_is_said(sales: pd.DataFrame) -> None:
    """The same estimator twice is not distinguishable from itself."""
    result = run(sales, estimators={"a": CountConfidence(), "b": CountConfidence()})
    assert not result.ranking[1].distinguishable
    assert "Not distinguishable from it: b." in result.verdict


def test_result_is_plain_data(sales: pd.DataFrame) -> None:
    """The documented keys are there, and JSON can write them."""
    result = run(sales, n_resamples=50)
    plain = json.loads(json.dumps(result.to_dict()))
    assert {"rows", "threshold", "error", "overall", "ranking", "left_out"} <= set(plain)
    first = plain["ranking"][0]
    assert {"estimator", "best_decile", "aurc", "difference_to_best", "seconds"} <= set(first)
    assert {"outlier_rate", "interval", "mae", "n"} <= set(first["best_decile"])
    assert first["difference_to_best"] == {"value": 0.0, "interval": [0.0, 0.0]}
    assert plain["rows"] == 800
    assert plain["overall"]["n"] + plain["history"] + sum(plain["left_out"].values()) == 800
    assert list(result.table.index) == [one["estimator"] for one in plain["ranking"]]
    assert result.best == first["estimator"]


def test_same_seed_same_result(sales: pd.DataFrame) -> None:
    """Two runs agree in everything but the time they took."""
    first, second = run(sales).to_dict(), run(sales).to_dict()
    for result in (first, second):
        del result["seconds"]
        for one in result["ranking"]:
            del one["seconds"]
    assert first == second


def test_an_estimators_result_does_not_hang_on_who_else_takes_part(sales: pd.DataFrame) -> None:
    """Alone or in company, the expected errors are the same."""
    alone = run(sales, estimators={"residual": ResidualConfidence()})
    company = run(sales, estimators={"count": CountConfidence(), "residual": ResidualConfidence()})
    pd.testing.assert_series_equal(alone.scores["residual"], company.scores["residual"])


def test_score_columns_are_contenders_and_not_features(sales: pd.DataFrame) -> None:
    """A column that is judged is used as it stands, and by nobody else."""
    rng = np.random.default_rng(0)
    table = sales.assign(fsd=rng.random(len(sales)))
    result = run(table, estimators={"column:fsd": ColumnConfidence("fsd"), **CONTENDERS})
    np.testing.assert_array_equal(
        result.scores["column:fsd"], table["fsd"].to_numpy()[result.scores["row"]]
    )
    other = run(
        table.assign(fsd=1.0), estimators={"column:fsd": ColumnConfidence("fsd"), **CONTENDERS}
    )
    pd.testing.assert_frame_equal(expected_errors(result), expected_errors(other))


def test_a_score_column_may_be_judged_under_two_names(sales: pd.DataFrame) -> None:
    """The same column twice is two contenders that cannot be told apart."""
    table = sales.assign(fsd=np.random.default_rng(0).random(len(sales)))
    twice = {"ours": ColumnConfidence("fsd"), "theirs": "column:fsd"}
    result = run(table, estimators=twice)
    assert not result.ranking[1].distinguishable


def test_given_predictions_are_judged(sales: pd.DataFrame) -> None:
    """With predictions, no valuation model is fitted."""
    table = sales.assign(avm=sales["price"] * 1.3)
    result = run(table, prediction="avm")
    np.testing.assert_allclose(result.scores["signed_residual"], 0.3)
    assert result.overall.outlier_rate.value == 1.0
    assert result.seconds["valuation"] < 0.01


@pytest.mark.parametrize(
    ("error", "expected"), [("relative", 0.25), ("log", np.log(1.25)), ("absolute", 25.0)]
)
def test_error_scales(error: str, expected: float, sales: pd.DataFrame) -> None:
    """A prediction of 125 for 100 is off by the scale's own number."""
    price = np.where(np.arange(800) % 2, 100.0, 100.0001)
    table = sales.assign(price=price, avm=price * 1.25)
    result = run(table, prediction="avm", error=error, threshold=1.0, estimators=["constant"])
    np.testing.assert_allclose(result.scores["signed_residual"], expected, rtol=1e-5)


@pytest.mark.slow
def test_arrays_are_as_good_as_columns(sales: pd.DataFrame) -> None:
    """Target, time and group may be given beside the features."""
    features = sales[["rooms", "area"]].fillna(0.0)
    settings: dict[str, Any] = {"estimators": ["count"], "model": MODEL, "folds": 3}
    roles: dict[str, Any] = {"time": "sold_on", "groups": "parcel", "drop": []}
    by_name = run(sales, features=["rooms", "area"], **roles, **settings)
    time, groups = sales["sold_on"], sales["parcel"].to_numpy()
    beside = compare(features, sales["price"].to_numpy(), time=time, groups=groups, **settings)
    assert beside.overall.n == by_name.overall.n
    plain = compare(features.to_numpy(), sales["price"], **settings)
    assert plain.overall.n == 800


def test_any_scikit_learn_model_can_be_the_valuation_model(sales: pd.DataFrame) -> None:
    """The default model is one of many."""
    for regressor in (LinearRegression(), BaggingRegressor(n_estimators=3)):
        model = make_pipeline(TableEncoder(), regressor)
        assert run(sales, model=model, features=["rooms", "garden"], drop=[]).overall.n == 800
    assert run(sales, model=BaggingRegressor(n_estimators=3), features=["rooms"]).overall.n == 800


def test_rows_that_cannot_be_used_are_counted(sales: pd.DataFrame) -> None:
    """Rows without target, prediction or time are left out, each under its first reason."""
    table = sales.assign(avm=sales["price"])
    table.loc[:9, "price"] = np.nan
    table.loc[5:14, "avm"] = np.nan
    table.loc[[20], "sold_on"] = pd.NaT
    result = run(table, prediction="avm", time="sold_on", drop=[])
    assert result.left_out == {"missing_target": 10, "missing_prediction": 5, "missing_time": 1}
    assert result.rows == 800
    assert not set(range(15)) & set(result.scores["row"])


def test_progress_is_told(sales: pd.DataFrame) -> None:
    """Steps go up by one, from none to all."""
    steps: list[tuple[int, int, str]] = []
    run(sales, progress=lambda done, total, label: steps.append((done, total, label)))
    done = [step for step, _, _ in steps]
    assert done == sorted(done)
    assert set(done) == set(range(steps[-1][1] + 1))
    assert {"valuation model", "residual", "intervals"} <= {label for _, _, label in steps}


class Broken(ConstantConfidence):
    def _predict(self, X: Any) -> Any:
        msg = "the cable\nis cut"
        raise RuntimeError(msg)


class Infinite(ConstantConfidence):
    def _predict(self, X: Any) -> Any:
        return np.full(len(X), np.inf)


class Flat(ConstantConfidence):
    def predict(self, X: Any) -> Any:
        return 1.0


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"estimators": []}, OptionError, "At least one estimator"),
        ({"estimators": ["count", "count"]}, OptionError, "'count' is named twice"),
        ({"estimators": {"block": "count"}}, OptionError, "cannot be named 'block'"),
        ({"estimators": ["cuont"]}, EstimatorError, "Did you mean 'count'"),
        ({"estimators": [object()]}, EstimatorError, "must have fit, predict"),
        ({"estimators": [ResidualConfidence]}, EstimatorError, r"class; .* ResidualConfidence\(\)"),
        ({"estimators": {"x": CountConfidence}}, EstimatorError, "'x' is a class"),
        ({"copies": "drop"}, OptionError, "copies must be one of group, keep, got 'drop'"),
        ({"estimators": {"x": Broken()}}, EstimatorError, "'x' failed: the cable is cut"),
        ({"estimators": {"x": Infinite()}}, EstimatorError, "finite expected errors >= 0"),
        ({"estimators": {"x": Flat()}}, EstimatorError, r"it gave shape \(\)"),
        ({"error": "squared"}, OptionError, "one of relative, log, absolute"),
        ({"error": "absolute"}, OptionError, "needs a threshold"),
        ({"threshold": -1.0}, OptionError, "threshold must be"),
        ({"fraction": 2.0}, OptionError, "fraction must lie"),
        ({"folds": 1}, OptionError, "folds must be at least 2"),
        ({"time": "zone"}, TableError, "dates in one format"),
    ],
)
def test_errors_say_what_to_do(
    options: dict[str, Any], error: type, words: str, sales: pd.DataFrame
) -> None:
    """Bad options and broken estimators are one clear line."""
    with pytest.raises(error, match=words):
        run(sales, **options)


def test_a_model_that_predicts_below_zero_has_no_log_error(sales: pd.DataFrame) -> None:
    """A straight line through prices that are mostly zero dips below it."""
    price = np.where(sales["rooms"] > 6, 1e6, 1e-6)
    table = pd.DataFrame({"rooms": sales["rooms"], "price": price})
    with pytest.raises(TableError, match="predicts values <= 0"):
        compare(table, "price", model=LinearRegression(), error="log", estimators=["constant"])


def test_strict_refuses_what_is_warned_of(sales: pd.DataFrame) -> None:
    """The warning is the error, before any model is fitted; without warnings nothing changes."""
    with pytest.raises(TableError, match="Refused with --strict: The column 'gone' has no values"):
        run(sales.assign(gone=np.nan), strict=True, model=object())
    assert run(sales, strict=True).warnings == ()


def test_words_that_come_late_make_no_numbers_of_the_rows_before() -> None:
    """A column is judged once: as names in all rounds, or as numbers in all."""
    table = sales_table(400).sort_values("sold_on", ignore_index=True)
    late = pd.Series([f"{a}" if i > 340 else a for i, a in enumerate(table["rooms"])], dtype=object)
    mixed = table.assign(rooms=late.where(table.index < 340, "on request"))
    assert run(mixed, time="sold_on", drop=["parcel"]).overall.n > 200


def test_warnings_call_a_prediction_by_its_column() -> None:
    """A formula that names it can be looked up in the table."""
    rng = np.random.default_rng(0)
    avm, area = rng.uniform(100, 200, 300).round(4), rng.integers(40, 200, 300)
    table = pd.DataFrame({"price": avm * area * 0.011, "avm": avm, "area": area})
    told = compare(
        table, "price", prediction="avm", estimators=["constant"], n_resamples=2
    ).warnings
    assert any("price = 0.011 * avm * area" in line for line in told)
