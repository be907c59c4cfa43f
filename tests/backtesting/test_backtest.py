"""A backtest judges every pair on the same rows, as a comparison judges one, and never leaks."""

from __future__ import annotations

import json
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from worlds import sales_table

from qconf import (
    Backtest,
    BlendConfidence,
    ConstantConfidence,
    CountConfidence,
    ResidualConfidence,
    backtest,
    compare,
)
from qconf.encoding.encoder import TableEncoder
from qconf.errors import EstimatorError, OptionError, TableError
from qconf.learners.trees.boosted import BoostedTrees

#: Fast, and of every kind: trees, counts, and a blend that splits its rows once more.
ESTIMATORS = {
    "residual": ResidualConfidence(BoostedTrees("gamma", n_estimators=10)),
    "count": CountConfidence(),
    "blend": BlendConfidence([CountConfidence(), ConstantConfidence()], folds=2),
}
MODELS: dict[str, Any] = {
    "trees": BoostedTrees(n_estimators=10, random_state=0),
    "linear": "linear",
    "given": "column:avm",
}
SAID = ["prediction", *ESTIMATORS]


class Counted(RegressorMixin, BaseEstimator):
    """The mean of the target; counts its fits, over all clones."""

    fits = 0

    def __init__(self, shift: float = 0.0) -> None:
        self.shift = shift

    def fit(self, X: Any, y: Any) -> Self:
        Counted.fits += 1
        self.mean_ = float(np.mean(y)) + self.shift
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.mean_)


class CountedConfidence(ConstantConfidence):
    """No skill; counts its fits, over all clones."""

    fits = 0

    def fit(self, X: Any, y: Any) -> Any:
        CountedConfidence.fits += 1
        return super().fit(X, y)


def with_avm(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(avm=table["price"].mean() * (1 + 0.01 * table["rooms"]))


def run(table: pd.DataFrame, **options: Any) -> Backtest:
    settings: dict[str, Any] = {
        "drop": ["sold_on", "parcel"],
        "estimators": ESTIMATORS,
        "models": MODELS,
        "folds": 3,
        "n_resamples": 20,
        "crosses": [("trees", "linear"), ("trees", "given")],
    }
    return backtest(table, "price", **{**settings, **options})


def with_another_price(table: pd.DataFrame, row: int) -> pd.DataFrame:
    return table.assign(price=table["price"].where(table.index != row, table["price"] * 50))


def said(result: Backtest, model: str) -> pd.DataFrame:
    return result.scores[result.scores["model"] == model].set_index("row")


def run_and_cross(
    monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame, **options: Any
) -> tuple[Backtest, list[pd.DataFrame]]:
    """Return also what each confidence said of another model's predictions, row by row."""
    from qconf.comparison.rounds import Contest  # noqa: PLC0415

    told = []
    plain = Contest.evaluate

    def spying(self: Contest, **settings: Any) -> Any:
        if settings.get("scores") is not None:
            told.append(pd.DataFrame(settings["scores"]))
        return plain(self, **settings)

    with monkeypatch.context() as patched:
        patched.setattr(Contest, "evaluate", spying)
        result = run(table, **options)
    return result, told


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"groups": "parcel"}])
def test_a_rows_target_moves_nothing_that_is_said_of_it(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its values, nor any expected error, nor those of a confidence fitted elsewhere."""
    table = with_avm(sales_table(200))
    changed = with_another_price(table, 77)
    results, swapped = zip(
        *(run_and_cross(monkeypatch, one, **options) for one in (table, changed)), strict=True
    )
    for model in MODELS:
        before, after = (said(one, model) for one in results)
        pd.testing.assert_frame_equal(before.loc[[77], SAID], after.loc[[77], SAID])
        moved = before[list(ESTIMATORS)].ne(after[list(ESTIMATORS)]).any(axis=1)
        assert moved.any(), "the change must matter to other rows, or the test shows nothing"
    assert len(swapped[0]) == 4
    for old, new in zip(*swapped, strict=True):
        pd.testing.assert_frame_equal(old.loc[[77]], new.loc[[77]])
        assert old.ne(new).any(axis=None)


@pytest.mark.slow
def test_forward_in_time_no_later_row_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace everything about the last rows, and nothing that was decided earlier moves."""
    table = with_avm(sales_table(400))
    late = table["sold_on"] >= table["sold_on"].sort_values().iloc[300]
    changed = table.copy()
    changed.loc[late, "price"] *= 30
    changed.loc[late, "avm"] *= 3
    changed.loc[late, "area"] = 1.0
    changed.loc[late, "zone"] = "never seen before"
    forward: dict[str, Any] = {"time": "sold_on", "drop": ["parcel"]}
    results, swapped = zip(
        *(run_and_cross(monkeypatch, one, **forward) for one in (table, changed)), strict=True
    )
    early = np.flatnonzero(~late)
    for model in MODELS:
        before, after = (said(one, model) for one in results)
        rows = before.index[np.isin(before.index, early)]
        assert len(rows) > 50
        pd.testing.assert_frame_equal(before.loc[rows], after.loc[rows])
    for old, new in zip(*swapped, strict=True):
        pd.testing.assert_frame_equal(old.loc[early], new.loc[early])


@pytest.mark.slow
def test_each_pair_is_judged_as_a_comparison_judges_it() -> None:
    """The same residuals, scores, rates and intervals, for a model and for its predictions."""
    table = with_avm(sales_table(300))
    shared: dict[str, Any] = {"folds": 3, "n_resamples": 50, "estimators": ESTIMATORS}
    result = run(table, n_resamples=50)
    alone = compare(
        table, "price", model=MODELS["trees"], drop=["sold_on", "parcel", "avm"], **shared
    )
    given = compare(table, "price", prediction="avm", drop=["sold_on", "parcel"], **shared)
    for name, one in (("trees", alone), ("given", given)):
        pd.testing.assert_frame_equal(
            said(result, name).drop(columns="model"), one.scores.set_index("row")
        )
        for ranked in one.ranking:
            pair = next(
                each
                for each in result.ranking
                if (each.model, each.estimator) == (name, ranked.name)
            )
            assert pair.evaluation.to_dict() == ranked.evaluation.to_dict()


@pytest.mark.slow
def test_all_pairs_are_on_the_same_rows() -> None:
    """Also where predictions are given, which alone would be judged from earlier on."""
    table = with_avm(sales_table(400)).assign(
        avm=lambda t: t["avm"].where(np.arange(len(t)) % 50 > 0)
    )
    result = run(table, time="sold_on", drop=["parcel"])
    rows = [set(said(result, model).index) for model in MODELS]
    assert rows[0] == rows[1] == rows[2]
    assert result.left_out == {"missing_prediction": 8}
    assert not any(row % 50 == 0 for row in rows[0])
    columns = run(table, models=["column:avm"], crosses=[], time="sold_on", drop=["parcel"])
    assert len(columns.scores) > len(rows[0])


def test_residuals_of_a_model_are_made_once() -> None:
    """However many estimators there are, and under how many names the model goes."""
    Counted.fits = CountedConfidence.fits = 0
    table = sales_table(200)
    models = {"a": Counted(), "b": Counted(1000.0), "again": Counted()}
    estimators = {"counted": CountedConfidence(), "count": "count"}
    crosses = [("a", "again"), ("a", "b")]
    result = run(table, models=models, estimators=estimators, crosses=crosses)
    assert Counted.fits == result.fits["valuation"] == 2 * (3 + 3)
    assert 2 * CountedConfidence.fits == result.fits["estimators"] == 2 * 3 * 2
    assert [one.same_as for one in result.models] == [None, None, "a"]
    twins = [
        said(result, name).drop(columns="model").reset_index(drop=True) for name in ("a", "again")
    ]
    pd.testing.assert_frame_equal(twins[0], twins[1])
    assert "again is the same model as a" in str(result)
    step = result.cross("a", "again").steps["both"]
    assert (step.best_decile.value, step.accepted.value) == (0.0, 0.0)


@pytest.mark.slow
def test_predictions_are_no_features() -> None:
    """A column of one valuation model moves no other model, nor its confidence."""
    table = with_avm(sales_table(300))
    before = said(run(table), "trees")
    after = said(run(table.assign(avm=table["price"] * 1.01)), "trees")
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.slow
def test_what_is_equally_good_is_not_distinguishable() -> None:
    """And what is worse for sure is told: of one that ranks at random, and of one that knows."""
    rng = np.random.default_rng(3)
    size = rng.uniform(0.02, 0.3, 3000)
    table = pd.DataFrame({"x": rng.normal(size=3000), "price": 100.0})
    table["price"] *= np.exp(rng.normal(scale=0.5, size=3000))
    noise = rng.normal(size=(2, 3000))
    table["one"], table["two"] = (table["price"] * (1 + size * each) for each in noise)
    table["known"], table["none"] = size, rng.uniform(size=3000)
    result = backtest(
        table,
        "price",
        models=["column:one", "column:two"],
        estimators=["column:known", "column:none"],
        n_resamples=200,
    )
    best = result.best
    assert best[1] == "column:known"
    (twin,) = result.not_distinguishable
    assert twin[1] == "column:known"
    assert all(one.distinguishable for one in result.ranking if one.estimator == "column:none")
    assert "Not distinguishable from it: column:" in result.verdict
    assert "~: not distinguishable from the best (95 %, all pairs at once)." in str(result)
    alone = backtest(
        table, "price", models=["column:one"], estimators=["column:known", "column:none"],
        n_resamples=200,
    )  # fmt: skip
    assert "~" not in str(alone)
    assert "all differences are more than chance (95 %, all pairs at once)." in str(alone)
    assert result.ranking[0].difference_to_best.interval == (0.0, 0.0)


@pytest.mark.slow
def test_result_is_plain_data() -> None:
    """A stable table, JSON without surprises, a picture a model, and a line in a notebook."""
    table = with_avm(sales_table(300))
    result = run(table, time="sold_on", drop=["parcel"])
    assert list(result.table.index.names) == ["model", "estimator"]
    expected = {
        "overall_outlier_rate", "overall_mae", "outlier_rate", "aurc", "coverage_at_0.05",
        "coverage_at_0.1", "calibration_ratio", "difference_to_best", "distinguishable", "seconds",
    }  # fmt: skip
    assert expected <= set(result.table.columns)
    assert len(result.table) == 9
    numbers = json.loads(json.dumps(result.to_dict()))
    assert {"models", "ranking", "best", "crosses", "fits", "scheme"} <= set(numbers)
    assert len(numbers["crosses"]) == 2
    assert list(result._evaluations()) == [
        next(one.name for one in result.ranking if one.model == model)
        for model in dict.fromkeys(one.model for one in result.ranking)
    ]
    assert repr(result).startswith("<Backtest of 9 pairs on ")
    assert "<table>" in result._repr_html_()
    assert set(result.seconds) == {"valuation", "estimators", "evaluation", "other"}


@pytest.mark.slow
def test_same_seed_same_result() -> None:
    """Also of models that have no seed of their own."""
    table = sales_table(200)
    models = {"forest": "forest", "trees": BoostedTrees(n_estimators=10)}
    first, second, other = (
        run(table, models=models, crosses=[], random_state=seed).scores for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)


def test_progress_is_told() -> None:
    """From nothing to all, step by step, with the name of the model."""
    told: list[tuple[int, int, str]] = []
    run(
        with_avm(sales_table(200)),
        progress=lambda *step: told.append(step),
        crosses=[("trees", "given")],
        estimators=["count"],
    )
    done = [one[0] for one in told]
    assert done == sorted(done)
    assert {one[1] for one in told} == {(6 + 3 + 1) * 2 + 4 + 2}
    assert told[-1][0] == told[-1][1]
    assert any(one[2] == "trees: valuation model" for one in told)


@pytest.mark.slow
def test_any_regressor_can_be_a_model() -> None:
    """A pipeline of scikit-learn, on tables with gaps and words."""
    pipeline = make_pipeline(TableEncoder(), BoostedTrees(n_estimators=5))
    result = run(sales_table(200), models={"old": "linear", "new": pipeline}, crosses=None)
    assert list(result.crosses) == [("old", "new")]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"models": []}, OptionError, "At least one valuation model"),
        ({"models": ["linear", "linear"]}, OptionError, "'linear' is named twice"),
        ({"models": ["boostd"]}, OptionError, "Did you mean 'boosted'"),
        ({"models": ["column:"]}, OptionError, "needs the name of a column"),
        ({"models": ["column:price"]}, TableError, "cannot be judged as a prediction of itself"),
        ({"models": ["column:zone"]}, TableError, "'zone'"),
        ({"models": {"a": LinearRegression}}, OptionError, "is a class"),
        ({"models": {"a": 3}}, OptionError, "must have fit, predict and get_params"),
        ({"models": {"a": LinearRegression()}}, EstimatorError, "valuation model 'a' failed"),
        ({"crosses": [("trees", "treees")]}, OptionError, "Did you mean 'trees'"),
        ({"crosses": [("trees", "trees")]}, OptionError, "got 'trees' twice"),
        ({"crosses": ["trees"]}, OptionError, "A cross is a pair of names"),
        ({"estimators": []}, OptionError, "At least one estimator"),
        ({"threshold": -1.0}, OptionError, "threshold"),
        ({"error": "log", "models": ["column:below"]}, TableError, "positive prediction 'below'"),
    ],
)
def test_errors_say_what_to_do(options: dict[str, Any], error: type[Exception], words: str) -> None:
    """The thing, the rule, what was found."""
    table = with_avm(sales_table(120)).assign(below=-1.0)
    with pytest.raises(error, match=words):
        run(table, **{"crosses": [], **options})


@pytest.mark.slow
def test_crosses_that_were_not_asked_for_are_told_how_to_ask() -> None:
    """Three models have none by themselves."""
    result = run(with_avm(sales_table(200)), crosses=None, estimators=["count"])
    with pytest.raises(OptionError, match=r"crosses=\[\('trees', 'linear'\)\]"):
        result.cross("trees", "linear")
    with pytest.raises(OptionError, match="Did you mean 'linear'"):
        result.cross("trees", "linea")
    crossing = run(with_avm(sales_table(200)), estimators=["count"])
    with pytest.raises(OptionError, match="estimator"):
        crossing.cross("trees", "linear", "residual")
