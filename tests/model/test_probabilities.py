"""Probabilities and intervals of a fitted regressor, and what they were learned from."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score
from worlds import noise_of, sales_table

from qconf import ConfidentRegressor, brier_within_scorer, fit_error_distribution, reliability
from qconf._types import FloatArray, IntArray
from qconf.errors import EstimatorError, OptionError
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model import probabilities
from qconf.model.probabilities import UnusablePredictionWarning
from qconf.residuals.schedules import Round, Schedule, schedule

FAST = BoostedTrees(n_estimators=20, random_state=0)
FEATURES = ["zone", "rooms", "area", "garden", "built"]


def regressor(**options: Any) -> ConfidentRegressor:
    settings: dict[str, Any] = {"error": "log", "probabilities": True, "random_state": 0}
    return ConfidentRegressor(FAST, "residual", **{**settings, **options})


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return sales_table(2000)


@pytest.fixture(scope="module")
def fitted(table: pd.DataFrame) -> ConfidentRegressor:
    return regressor().fit(table[FEATURES], table["price"])


@pytest.fixture(scope="module")
def new() -> pd.DataFrame:
    return sales_table(3000, seed=9)


def test_probabilities_come_true(fitted: ConfidentRegressor, new: pd.DataFrame) -> None:
    """Of new houses as many are within 10 % as was told, the surest and the least sure ones."""
    probability = fitted.predict_within(new[FEATURES])
    hit = np.abs(fitted.predict(new[FEATURES]) / new["price"] - 1) <= 0.1
    told = reliability(probability, hit, bins=4, n_resamples=50)
    assert np.abs(told.bins["probability"] - told.bins["rate"]).max() < 0.06
    assert told.decomposition.resolution > 0.01
    assert probability[noise_of(new) < 0.1].mean() > 0.2 + probability[noise_of(new) > 0.1].mean()


def test_values_not_above_0_have_no_interval() -> None:
    """On the relative scale they are not a number, everywhere, and a warning counts them."""
    x = np.linspace(1, 10, 400)[:, None]
    y = x[:, 0] * np.exp(np.random.default_rng(0).normal(scale=0.1, size=400))
    model = ConfidentRegressor(LinearRegression(), "constant", probabilities=True, random_state=0)
    model.fit(x, y)
    rows = np.array([[5.0], [-3.0], [-4.0]])
    for ask in (
        model.predict_within,
        lambda new: model.predict_interval(new)[0],
        lambda new: model.predict_interval(new)[1],
        lambda new: model.predict_quantiles(new, [0.5])[:, 0],
    ):
        with pytest.warns(UnusablePredictionWarning, match="relative error scale; 2 of 3 are not"):
            told = ask(rows)
        assert np.isnan(told).tolist() == [False, True, True]
    with pytest.warns(UnusablePredictionWarning):
        assert np.isfinite(brier_within_scorer(model, rows, np.array([5.0, 1.0, 1.0])))


def test_intervals_hold_the_truth(fitted: ConfidentRegressor, new: pd.DataFrame) -> None:
    """Eighty per cent of new prices lie in their intervals, which are above 0."""
    low, high = fitted.predict_interval(new[FEATURES])
    assert ((low <= new["price"]) & (new["price"] <= high)).mean() == pytest.approx(0.8, abs=0.03)
    assert (low > 0).all()
    quantiles = fitted.predict_quantiles(new[FEATURES], [0.1, 0.5, 0.9])
    np.testing.assert_allclose(quantiles[:, [0, 2]], np.column_stack([low, high]))
    assert (np.diff(quantiles, axis=1) > 0).all()


def test_a_distribution_of_rows_held_out(fitted: ConfidentRegressor, table: pd.DataFrame) -> None:
    """Each fold was held out once; nothing but arrays and plain numbers is kept of it."""
    known = fitted.error_distribution_
    assert known is not None
    assert known.n_rows == len(table)
    assert known.error == "log"
    for value in (*vars(known).values(), *vars(known.standardised).values()):
        assert isinstance(
            value, np.ndarray | float | int | str | type(None) | type(known.standardised)
        )


class Watch:
    """See what goes into the distribution, and of which rows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[IntArray] = []
        self.told: list[FloatArray] = []
        find = probabilities._rounds

        def rounds(plan: Schedule, **in_time: bool) -> list[Round]:
            found = find(plan, **in_time)
            self.rows.append(np.concatenate([one.scored for one in found]))
            return found

        def fit(residual: FloatArray, expected: FloatArray, **more: Any) -> Any:
            self.told.append(expected)
            return fit_error_distribution(residual, expected, **more)

        monkeypatch.setattr(probabilities, "_rounds", rounds)
        monkeypatch.setattr(probabilities, "fit_error_distribution", fit)

    def expected_of(self, row: int, fit: int) -> float:
        (place,) = np.flatnonzero(self.rows[fit] == row)
        return float(self.told[fit][place])


@pytest.mark.slow
@pytest.mark.parametrize("in_time", [False, True])
@pytest.mark.parametrize("given_regressor", [FAST, "column:avm"])
def test_a_label_does_not_move_its_own_expected_error(
    table: pd.DataFrame,
    in_time: bool,
    given_regressor: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What scores a row in the distribution has not seen that row's target, nor has a neighbour's.

    Its label does move the expected errors of other rows: it is learned from.
    """
    watch = Watch(monkeypatch)
    rows = table.sort_values("sold_on").reset_index(drop=True).iloc[:1200]
    features = rows[FEATURES].assign(avm=rows["price"].to_numpy()[::-1].copy())
    price = rows["price"].copy()
    moved = price.copy()
    # Late in time, so that it is in one of the newest blocks, but not in the last one.
    row = 900
    moved.iloc[row] *= 5
    for target in (price, moved):
        model = clone(regressor()).set_params(regressor=given_regressor)
        model.fit(features, target, time=rows["sold_on"] if in_time else None)
    assert watch.expected_of(row, 0) == watch.expected_of(row, 1)
    assert (watch.told[0] != watch.told[1]).any()


def test_the_newest_blocks_are_held_out(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a time, the newest three of eight blocks, each told of by what is earlier."""
    watch = Watch(monkeypatch)
    model = regressor(copies="keep").fit(table[FEATURES], table["price"], time=table["sold_on"])
    held_out = watch.rows[0]
    assert len(held_out) == pytest.approx(len(table) * 3 / 8, abs=30)
    others = np.setdiff1d(np.arange(len(table)), held_out)
    assert table["sold_on"].iloc[held_out].min() > table["sold_on"].iloc[others].max()
    assert model.error_distribution_ is not None
    assert model.error_distribution_.n_rows == len(held_out)


@pytest.mark.slow
def test_groups_are_held_out_whole(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """No label of a row's group moves its expected error."""
    watch = Watch(monkeypatch)
    rows = table.iloc[:600]
    group = np.arange(600) // 3
    price = rows["price"].copy()
    moved = price.copy()
    moved.iloc[30:33] *= 5
    for target in (price, moved):
        regressor(copies="keep").fit(rows[FEATURES], target, groups=group)
    for row in (30, 31, 32):
        assert watch.expected_of(row, 0) == watch.expected_of(row, 1)


def test_two_folds_are_too_few_without_a_time(table: pd.DataFrame) -> None:
    """Nothing would be left to learn from; said before anything is fitted."""
    with pytest.raises(OptionError, match="no time the 'folds' must be at least 3"):
        regressor(folds=2).fit(table[FEATURES], table["price"])


def test_folds_until_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a time as many folds as give 2,500 rows; a few of them on large tables."""
    watch = Watch(monkeypatch)
    x = np.random.default_rng(0).uniform(1, 2, size=(7000, 1))
    y = x[:, 0] * np.exp(np.random.default_rng(1).normal(scale=0.1, size=7000))
    model = ConfidentRegressor(LinearRegression(), "constant", probabilities=True, random_state=0)
    model.fit(x, y)
    assert len(watch.rows[0]) == pytest.approx(2800, abs=2)


def test_the_first_fits_of_a_plan_made_the_residuals() -> None:
    """Rounds take predictions from residual fits by number: both schedules keep that order."""
    for plan in (schedule(60, folds=3), schedule(60, folds=3, time=np.arange(60))):
        for fit, first in zip(plan.residual_fits, plan.fits, strict=False):
            np.testing.assert_array_equal(fit.train, first.train)
            np.testing.assert_array_equal(fit.held_out[0], first.held_out[0])


def test_other_results_do_not_hang_on_it(fitted: ConfidentRegressor, table: pd.DataFrame) -> None:
    """Holding rows out changes neither predictions nor expected errors."""
    plain = regressor(probabilities=False).fit(table[FEATURES], table["price"])
    assert plain.error_distribution_ is None
    for one in ("predict", "predict_error"):
        np.testing.assert_array_equal(
            getattr(plain, one)(table[FEATURES]), getattr(fitted, one)(table[FEATURES])
        )


def test_without_rows_held_out_there_are_no_probabilities(table: pd.DataFrame) -> None:
    """It is said why, and what to do: too few rows, or not asked for."""
    few = regressor().fit(table[FEATURES][:40], table["price"][:40])
    plain = regressor(probabilities=False).fit(table[FEATURES][:200], table["price"][:200])
    for model in (few, plain):
        for ask in (
            model.predict_within,
            model.predict_interval,
            partial(model.predict_quantiles, probabilities=[0.5]),
        ):
            with pytest.raises(EstimatorError, match=r"has no distribution of errors: .*Fit again"):
                ask(table[FEATURES])


def test_too_high_a_level_is_refused(table: pd.DataFrame) -> None:
    """A hundred rows say nothing of the last per mille."""
    model = regressor().fit(table[FEATURES][:100], table["price"][:100])
    with pytest.raises(OptionError, match="needs at least 1999 residuals, and there are 100"):
        model.predict_interval(table[FEATURES], 0.999)


@pytest.mark.slow
def test_an_upper_bound_is_no_probability(table: pd.DataFrame) -> None:
    """Replicates widen expected errors on purpose; probabilities stay those of one fit."""
    rows = table[:400]
    plain, bounded = (
        regressor(**more).fit(rows[FEATURES], rows["price"])
        for more in ({}, {"n_bootstrap": 2, "bound": "max"})
    )
    assert bounded.predict_error(rows[FEATURES]).mean() > plain.predict_error(rows[FEATURES]).mean()
    distribution = bounded.error_distribution_
    assert distribution is not None
    within = bounded.predict_within(rows[FEATURES])
    expected = plain.predict_error(rows[FEATURES])
    np.testing.assert_array_equal(within, distribution.probability_within(expected, 0.1))


def test_the_absolute_scale_is_in_units_of_the_target(
    table: pd.DataFrame, new: pd.DataFrame
) -> None:
    """Within 20,000, for a target that may be anything."""
    model = clone(regressor()).set_params(error="absolute")
    model.fit(table[FEATURES], table["price"] - 150_000)
    hit = np.abs(model.predict(new[FEATURES]) - (new["price"] - 150_000)) <= 20_000
    probability = model.predict_within(new[FEATURES], 20_000)
    assert probability.mean() == pytest.approx(hit.mean(), abs=0.04)


@pytest.mark.slow
def test_a_scorer_for_searches(table: pd.DataFrame) -> None:
    """Minus the Brier score of P(within x), by scikit-learn's own hands; other models are told."""
    X, y = table[FEATURES], table["price"]
    model = regressor()
    (score,) = cross_val_score(
        model, X, y, scoring=brier_within_scorer, cv=[(np.arange(1500), np.arange(1500, 2000))]
    )
    fitted = model.fit(X[:1500], y[:1500])
    hit = np.abs(fitted.predict(X[1500:]) / y[1500:] - 1) <= 0.1
    assert score == pytest.approx(-np.mean((fitted.predict_within(X[1500:]) - hit) ** 2))
    wide = partial(brier_within_scorer, x=0.5)(fitted, X[1500:], y[1500:])
    assert score < wide <= 0
    with pytest.raises(EstimatorError, match="needs an estimator with predict_within; LinearReg"):
        brier_within_scorer(LinearRegression(), X, y)
