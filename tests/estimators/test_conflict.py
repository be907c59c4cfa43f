"""A confidence estimator sees conflicts, the valuation model does not, and no row is leaked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

import qconf
from benchmarks.two_sources import two_sources
from qconf import (
    BlendConfidence,
    ColumnConfidence,
    ConfidentRegressor,
    CountConfidence,
    ForestConfidence,
    ResidualConfidence,
    SecondOpinionConfidence,
    compare,
    fit_certified,
    fit_model,
    score_batch,
)
from qconf.checks import check_confidence_estimator
from qconf.errors import OptionError, TableError
from qconf.estimators.conflict import ConflictConfidence, with_conflicts
from qconf.learners.trees.boosted import BoostedTrees

PAIR = [("tax", "listing")]
NOISE = [("noise", "more noise")]
FAST = ResidualConfidence(BoostedTrees("gamma", n_estimators=30))


def valued(n_rows: int, seed: int = 0) -> pd.DataFrame:
    """Make houses with a price and somebody's prediction."""
    table, residual = two_sources(n_rows, seed)
    price = 200.0 * table["listing"]
    return table.assign(price=price, avm=price * (1 + residual))


def ranked(table: pd.DataFrame, estimator: Any, conflicts: Any) -> tuple[float, float]:
    found = compare(
        table, "price", prediction="avm", estimators={"it": estimator}, conflicts=conflicts,
        n_resamples=2,
    )  # fmt: skip
    (one,) = found.ranking
    return one.evaluation.best_decile.outlier_rate.value, one.evaluation.aurc.value


def test_conflicts_tell_the_safe_rows() -> None:
    """Where errors hang on a conflict, seeing it lowers the area under the curve by a third."""
    table = valued(1500)
    (_, without), (_, seen) = ranked(table, FAST, ()), ranked(table, FAST, PAIR)
    assert seen < 0.67 * without


@pytest.mark.slow
def test_conflicts_help_and_noise_does_no_harm() -> None:
    """Over eight worlds: a pair helps in each; two columns of noise cost at most 3 % of AURC."""
    area = {
        name: [ranked(valued(2000, seed), "residual", pairs)[1] for seed in range(8)]
        for name, pairs in {"none": (), "pair": PAIR, "noise": NOISE}.items()
    }
    assert (np.array(area["pair"]) < 0.8 * np.array(area["none"])).all()
    assert np.mean(area["noise"]) < 1.03 * np.mean(area["none"])


def test_a_pair_that_tells_nothing_of_errors_is_not_used() -> None:
    """Of thirty pairs of noise a few at most; the pair that tells is, and so is a gap that does."""
    used = []
    for seed in range(30):
        table, residual = two_sources(400, seed)
        est = ConflictConfidence(CountConfidence(), [*PAIR, *NOISE]).fit(table, residual)
        used.append(est.used_)
    assert all(pair for pair, _ in used)
    assert sum(noise for _, noise in used) <= 2
    table, residual = two_sources(400, wrong=0.0)
    table.loc[np.abs(residual) > 0.07, "tax"] = np.nan
    est = ConflictConfidence(CountConfidence(), PAIR).fit(table, residual)
    assert est.used_ == [True]
    alone = ConflictConfidence(CountConfidence(), NOISE).fit(table, residual)
    plain = CountConfidence().fit(table, residual)
    np.testing.assert_array_equal(alone.predict(table), plain.predict(table))


class Watched(ResidualConfidence):
    """Keeps what it was shown."""

    shown: list[pd.DataFrame] = []  # noqa: RUF012 - shared by clones on purpose

    def fit(self, X: Any, y: Any) -> Any:
        self.shown.append(X)
        return super().fit(X, y)


def test_the_valuation_model_does_not_see_conflicts() -> None:
    """It gets the features alone; the confidence estimator gets four columns more for a pair."""
    table = valued(300)
    features = table.drop(columns=["price", "avm"])
    Watched.shown.clear()
    model = ConfidentRegressor(
        LinearRegression(), Watched("glm"), conflicts=PAIR, folds=2, random_state=0
    ).fit(features, 1000 * table["avm"] / table["price"])
    assert list(model.regressor_.feature_names_in_) == list(features.columns)
    made = list(model.confidence_.conflict_.get_feature_names_out())
    assert list(Watched.shown[0].columns) == [*features.columns, "prediction", *made]


def test_each_fit_learns_what_is_usual_from_its_own_rows() -> None:
    """Scores of a block stay to the bit when the areas of other scored rows and truths change."""
    table = valued(400).assign(day=np.arange(400))

    def scores(changed: pd.DataFrame) -> Any:
        found = compare(
            changed, "price", prediction="avm", time="day", estimators={"it": FAST},
            conflicts=PAIR, n_resamples=2,
        )  # fmt: skip
        return found.scores.set_index("row")["it"]

    plain = scores(table)
    late = table.copy()
    late.loc[350:, ["tax", "price"]] *= 3.0
    changed = scores(late)
    early = plain.index < 320
    np.testing.assert_array_equal(plain[early], changed[early])
    assert (plain[plain.index >= 350] != changed[changed.index >= 350]).any()


def test_a_source_that_begins_later_is_no_obstacle() -> None:
    """Early fits see one source alone, later ones both."""
    table = valued(400).assign(day=np.arange(400))
    table.loc[:200, "listing"] = np.nan
    found = compare(
        table, "price", prediction="avm", time="day", estimators=["count", "residual"],
        conflicts=PAIR, n_resamples=2,
    )  # fmt: skip
    assert np.isfinite(found.scores[["count", "residual"]]).all(axis=None)


def test_saved_loaded_and_scored_alike(tmp_path: Path) -> None:
    """A file keeps what is usual; parts of the rows are scored as the whole, to the bit."""
    table = valued(300)
    features = table.drop(columns=["price", "avm"])
    pairs = {"floor area": ("tax", "listing")}
    model = ConfidentRegressor(
        BoostedTrees(n_estimators=10), ForestConfidence(4), conflicts=pairs, random_state=0
    ).fit(features, table["price"])
    features.loc[::7, "tax"] = np.nan
    said = model.predict_error(features)
    qconf.save(model, tmp_path / "m.qconf")
    loaded = qconf.load(tmp_path / "m.qconf")
    np.testing.assert_array_equal(loaded.predict_error(features), said)
    assert loaded.conflicts == pairs
    told = loaded.confidence_.conflict_.describe(features)
    assert told["about"].unique().tolist() == ["floor area"]
    batches = [loaded.predict_error(features[i : i + 37]) for i in range(0, 300, 37)]
    np.testing.assert_array_equal(np.concatenate(batches), said)
    import pyarrow as pa  # noqa: PLC0415

    scored = score_batch(loaded, pa.RecordBatch.from_pandas(features))
    np.testing.assert_array_equal(scored["expected_error"], said)
    with pytest.raises(ValueError, match="tax"):
        loaded.predict_error(features.drop(columns="tax"))


@pytest.mark.slow
def test_fit_and_certify_keep_the_pairs() -> None:
    """What is judged saw conflicts, and so does the model that is kept."""
    table = valued(600)
    named = {"floor area": PAIR[0]}
    asked: dict[str, Any] = {"prediction": "avm", "conflicts": named, "estimator": "count"}
    fitted = fit_model(table, "price", **asked)
    certified = fit_certified(table, "price", **asked)
    for model in (fitted.model, certified.model):
        assert isinstance(model.confidence_, ConflictConfidence)
        assert model.conflicts == named
        assert model.confidence_.conflict_.agreements_[0].bias < 0


def test_replicates_see_conflicts_too() -> None:
    """Each with what is usual in its own resample."""
    table = valued(200)
    model = ConfidentRegressor(
        LinearRegression(), CountConfidence(), conflicts=PAIR, n_bootstrap=2, bound="max",
        random_state=0,
    )  # fmt: skip
    model.fit(table.drop(columns=["price", "avm"]), table["price"])
    assert model.replicates_ is not None
    biases = [pair.confidence.conflict_.agreements_[0].bias for pair in model.replicates_.pairs]
    assert len(set(biases)) == 2


class NeverFitted(LinearRegression):
    """A valuation model that nobody may fit."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        raise AssertionError


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("tax", "listin")], "there is no feature 'listin'. Did you mean 'listing'?"),
        ([("tax", "price")], "there is no feature 'price'"),
        ([("tax", "avm")], "there is no feature 'avm'"),
    ],
)
def test_doors_refuse_what_is_no_feature(pairs: Any, words: str) -> None:
    """A target and a prediction have other roles; it is said before anything is fitted."""
    table = valued(100)
    for door in (compare, fit_model, fit_certified):
        with pytest.raises(TableError) as refused:
            door(table, "price", prediction="avm", conflicts=pairs)
        assert words in str(refused.value)
    with pytest.raises(TableError, match="there is no feature"):
        ConfidentRegressor("column:avm", "count", conflicts=pairs).fit(
            table.drop(columns="price"), table["price"]
        )
    never_fitted: Any = NeverFitted
    with pytest.raises(TableError, match="there is no feature"):
        ConfidentRegressor(never_fitted(), "count", conflicts=pairs).fit(
            table.drop(columns=["price", "avm"]), table["price"]
        )


def test_a_score_that_is_taken_as_it_stands_learns_nothing_of_conflicts() -> None:
    """Beside others it is left alone; by itself that is said."""
    column = ColumnConfidence("age")
    assert with_conflicts(column, PAIR) is column
    table = valued(100)
    found = compare(
        table, "price", prediction="avm", estimators=["column:age", "count"], conflicts=PAIR,
        n_resamples=2,
    )  # fmt: skip
    assert len(found.ranking) == 2
    with pytest.raises(OptionError, match="learns nothing of conflicts"):
        fit_model(table, "price", prediction="avm", estimator="column:age", conflicts=PAIR)
    with pytest.raises(OptionError, match="learns nothing of conflicts"):
        ConfidentRegressor("column:avm", "column:age", conflicts=PAIR).fit(
            table.drop(columns="price"), table["price"]
        )


def test_it_passes_on_what_its_estimator_asks_for() -> None:
    """Targets, signals and shares of a second opinion, which a blend weighs."""
    table, residual = two_sources(200)
    table["prediction"] = 200.0 * table["tax"]
    opinion = SecondOpinionConfidence(4, random_state=0)
    seeing = ConflictConfidence(opinion, PAIR)
    seeing.fit(table, residual, target=table["prediction"] / (1 + residual))
    assert seeing.estimator_.on_logs_
    assert seeing.signals(table).shape == (200, 6)
    assert seeing.share(2).estimator.n_trees == 2
    assert not seeing.in_error_units
    assert not hasattr(ConflictConfidence(CountConfidence(), PAIR), "signals")
    blend = BlendConfidence([seeing, ConflictConfidence(FAST, PAIR)], folds=2, random_state=0)
    assert np.isfinite(blend.fit(table, residual).predict(table)).all()
    assert clone(seeing).pairs == PAIR


def test_a_column_of_the_name_of_a_conflict_is_refused() -> None:
    """Two columns of one name would be taken for each other."""
    table, residual = two_sources(400)
    with pytest.raises(TableError, match="'tax~listing' has the name that a conflict gets"):
        ConflictConfidence(CountConfidence(), PAIR).fit(
            table.assign(**{"tax~listing": 1.0}), residual
        )


def test_it_keeps_the_contract_of_its_estimator() -> None:
    """All that is checked of confidence estimators, where no pair is named."""
    check_confidence_estimator(ConflictConfidence(CountConfidence(), ()))
