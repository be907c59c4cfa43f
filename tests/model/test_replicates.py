"""Models fitted again on resampled rows: no copy of a row is behind its own prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from qconf import ResidualConfidence
from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.model.pair_fitter import PairFitter
from qconf.model.replicates import fit_replicates, resamples
from qconf.residuals.schedules import schedule

N_ROWS = 60


def fitter_of(y: FloatArray, regressor: Any = None, **plan: Any) -> PairFitter:
    """Ten rows to a fold, on one number."""
    fits = schedule(len(y), **{"folds": 6, **plan}).residual_fits
    table = np.arange(len(y), dtype=float).reshape(-1, 1)
    learner = KNeighborsRegressor(1) if regressor is None else regressor
    return PairFitter(
        table, y, error_scale("absolute"), fits, learner, ResidualConfidence(learner), ()
    )


def test_resamples_are_of_whole_groups() -> None:
    """All rows of a group are drawn as often; without groups rows are drawn alone."""
    fits = fitter_of(np.zeros(N_ROWS)).fits
    group = np.repeat(np.arange(20), 3)
    for counts in resamples(fits, N_ROWS, 5, np.random.RandomState(0), group):
        assert (counts.reshape(20, 3) == counts[::3, None]).all()
        assert counts[::3].sum() == 20
    drawn = list(resamples(fits, N_ROWS, 200, np.random.RandomState(0)))
    assert len(drawn) == 200
    assert {int(counts.sum()) for counts in drawn} == {N_ROWS}
    assert np.mean(drawn) == 1
    assert np.var(drawn) == pytest.approx(1 - 1 / N_ROWS, rel=0.05)


@pytest.mark.parametrize("time", [None, np.arange(N_ROWS)])
def test_no_resample_leaves_a_fit_without_rows(time: Any) -> None:
    """With two groups, every second resample would; those are drawn again."""
    group = np.repeat([0, 1], N_ROWS // 2) if time is None else np.repeat(np.arange(10), 6)
    fits = fitter_of(np.zeros(N_ROWS), folds=2, groups=group, time=time).fits
    for counts in resamples(fits, N_ROWS, 50, np.random.RandomState(0), group):
        assert all(counts[fit.train].any() for fit in fits)
        assert any(counts[fit.held_out[0]].any() for fit in fits)


def test_a_label_is_not_behind_its_own_prediction_in_any_resample(
    rng: np.random.Generator,
) -> None:
    """The nearest neighbour of a row is its copy: if one were seen, the label would show."""
    y = rng.normal(size=N_ROWS)
    changed = y.copy()
    changed[30] += 100
    before, after = fitter_of(y), fitter_of(changed)
    copies, moved = 0, False
    for counts in resamples(before.fits, N_ROWS, 30, np.random.RandomState(0)):
        one, other = (
            fitter.held_out_predictions(fitter.regressor, counts) for fitter in (before, after)
        )
        assert one[30] == other[30]
        copies = max(copies, int(counts[30]))
        moved |= bool((one != other).any())
    assert copies > 1
    assert moved


def test_drawing_each_row_once_changes_nothing(rng: np.random.Generator) -> None:
    """The rows as they are, are one resample."""
    fitter = fitter_of(rng.normal(size=N_ROWS), LinearRegression())
    once = np.ones(N_ROWS, dtype=np.intp)
    plain, drawn = (fitter.held_out_predictions(fitter.regressor, c) for c in (None, once))
    np.testing.assert_array_equal(plain, drawn)
    expected = [
        fitter.fit_confidence(plain, np.random.RandomState(0), c).predict(
            np.column_stack([fitter.table, plain])
        )
        for c in (None, once)
    ]
    np.testing.assert_array_equal(*expected)


def test_a_row_drawn_twice_counts_twice(rng: np.random.Generator) -> None:
    """For the valuation model and for the confidence estimator."""
    y = rng.normal(size=N_ROWS)
    fitter = fitter_of(y, LinearRegression())
    counts = rng.integers(0, 3, N_ROWS)
    fitted = fitter.fit_regressor(fitter.regressor, counts)
    weighted = LinearRegression().fit(fitter.table, y, sample_weight=counts)
    np.testing.assert_allclose(fitted.coef_, weighted.coef_)
    (model,) = fitter.fit_confidence(np.zeros(N_ROWS), np.random.RandomState(0), counts).models_
    described = np.column_stack([fitter.table, np.zeros(N_ROWS)])
    weighted.fit(described, y**2, sample_weight=counts)
    np.testing.assert_allclose(model.predict(described), weighted.predict(described))


def test_shortage_tells_how_many_rows_the_residuals_lack() -> None:
    """Six folds leave five sixths; forward in time the histories grow."""
    np.testing.assert_allclose(fitter_of(np.zeros(N_ROWS)).shortage, 6 / 5)
    forward = fitter_of(np.zeros(N_ROWS), folds=3, time=np.arange(N_ROWS)).shortage
    assert np.isnan(forward[:10]).all()
    np.testing.assert_allclose(forward[10:].reshape(5, 10), [[6 / k] * 10 for k in range(1, 6)])


def test_both_levels_draw_the_same_rows(rng: np.random.Generator) -> None:
    """And differ by what they fit again on them."""
    y = rng.normal(size=N_ROWS)
    fitter = fitter_of(y, LinearRegression())
    prediction = fitter.held_out_predictions(fitter.regressor)
    made = {}
    for level in ("error", "both"):
        source = np.random.RandomState(3)
        drawn = resamples(fitter.fits, N_ROWS, 4, source)
        made[level] = fit_replicates(fitter, prediction, drawn, level, source)
    assert made["error"].held_out_variance is None
    assert [pair.regressor for pair in made["error"].pairs] == [None] * 4
    counts = next(resamples(fitter.fits, N_ROWS, 1, np.random.RandomState(3)))
    again = fitter.fit_regressor(fitter.regressor, counts)
    np.testing.assert_allclose(made["both"].pairs[0].regressor.coef_, again.coef_)


def test_variances_are_those_of_the_replicates_predictions(rng: np.random.Generator) -> None:
    """Of held-out ones for the rows of `fit`, of the models on all rows for others."""
    y = np.exp(rng.normal(size=N_ROWS))
    fitter = fitter_of(y, KNeighborsRegressor(3))
    prediction = fitter.held_out_predictions(fitter.regressor)
    drawn = list(resamples(fitter.fits, N_ROWS, 5, np.random.RandomState(0)))
    made = fit_replicates(fitter, prediction, iter(drawn), "both", np.random.RandomState(0))
    held_out = [fitter.held_out_predictions(fitter.regressor, counts) for counts in drawn]
    assert made.held_out_variance is not None
    np.testing.assert_allclose(made.held_out_variance, np.var(held_out, axis=0, ddof=1))
    whole = [pair.regressor.predict(fitter.table) for pair in made.pairs]
    absolute = made.model_variance(fitter.table, prediction, error_scale("absolute"))
    np.testing.assert_allclose(absolute, np.var(whole, axis=0, ddof=1), atol=1e-12)
    in_logs = made.model_variance(fitter.table, prediction, error_scale("log"))
    np.testing.assert_allclose(in_logs, np.var(np.log(whole), axis=0, ddof=1), atol=1e-12)


def test_replicates_expect_errors_of_their_own_predictions() -> None:
    """Shape (n_replicates, n_rows); each confidence estimator sees its own model's prediction."""
    y = np.arange(N_ROWS, dtype=float) ** 2
    fitter = fitter_of(y, LinearRegression())
    prediction = fitter.held_out_predictions(fitter.regressor)
    drawn = resamples(fitter.fits, N_ROWS, 3, np.random.RandomState(0))
    made = fit_replicates(fitter, prediction, drawn, "both", np.random.RandomState(0))
    found = made.squared_errors(fitter.table, prediction)
    assert found.shape == (3, N_ROWS)
    pair = made.pairs[1]
    described = np.column_stack([fitter.table, pair.regressor.predict(fitter.table)])
    np.testing.assert_allclose(found[1], pair.confidence.predict(described) ** 2)


def test_a_single_replicate_has_no_variance() -> None:
    """There is nothing to compare it with."""
    y = np.arange(N_ROWS, dtype=float)
    fitter = fitter_of(y)
    drawn = resamples(fitter.fits, N_ROWS, 1, np.random.RandomState(0))
    made = fit_replicates(fitter, y, drawn, "both", np.random.RandomState(0))
    assert made.held_out_variance is None
    assert len(made.pairs) == 1
