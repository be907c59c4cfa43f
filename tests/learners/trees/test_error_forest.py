"""The forest finds where errors are large, and where it knows little."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf._types import FloatArray
from qconf.learners.trees.error_forest import ErrorForest


def test_mean_square_is_that_of_rows_alike(rng: np.random.Generator) -> None:
    """Where one column says it all, new rows get the variance of theirs."""
    x = rng.uniform(size=(4000, 1))
    sigma = np.where(x[:, 0] < 0.5, 0.04, 0.16)
    forest = ErrorForest(n_estimators=40, random_state=0).fit(x, rng.normal(scale=sigma))
    mean_square, _ = forest.moments(np.linspace(0, 1, 200)[:, None])
    for half, level in zip(np.split(mean_square, 2), (0.04, 0.16), strict=True):
        assert np.sqrt(half.mean()) == pytest.approx(level, rel=0.1)


def test_trees_disagree_where_errors_change_side(rng: np.random.Generator) -> None:
    """Where errors jump from below zero to above it, random splits fall on either side."""
    x = rng.uniform(size=4000)
    error = np.where(x < 0.5, -1.0, 1.0) + 0.1 * rng.normal(size=4000)
    forest = ErrorForest(n_estimators=60, random_state=0).fit(x[:, None], error)
    near, away = (forest.moments(at[:, None])[1] for at in (np.array([0.4999]), x[x < 0.45]))
    assert near[0] > 10 * np.median(away)


def test_scale_of_the_errors_is_the_scale_of_the_answer(
    noisy_rows: tuple[pd.DataFrame, FloatArray],
) -> None:
    """A thousand times the error is a million times its square."""
    table, error = noisy_rows
    plain = ErrorForest(n_estimators=5, random_state=0).fit(table, error).moments(table)
    large = ErrorForest(n_estimators=5, random_state=0).fit(table, 1000 * error).moments(table)
    for one, other in zip(plain, large, strict=True):
        np.testing.assert_allclose(other, 1e6 * one, rtol=1e-4, atol=1e-9)


def test_threads_change_nothing(
    noisy_rows: tuple[pd.DataFrame, FloatArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are independent of how they are cut and of who counts them."""
    table, error = noisy_rows
    forest = ErrorForest(n_estimators=5, random_state=0).fit(table, error)
    whole = forest.moments(table)
    monkeypatch.setattr("qconf.core.threads._ROWS_A_THREAD_OF_OURS", 70)
    forest.n_jobs = 2
    cut = forest.moments(table)
    np.testing.assert_array_equal(whole, cut)


def test_no_errors_at_all() -> None:
    """Without any error the mean square is zero, and nobody disagrees."""
    x = np.arange(40.0)[:, None]
    for part in ErrorForest(n_estimators=3, random_state=0).fit(x, np.zeros(40)).moments(x):
        np.testing.assert_array_equal(part, 0.0)


def test_levels_and_gaps_never_seen(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """A new level, or a gap in a column that had none, is an answer and no error."""
    table, error = noisy_rows
    forest = ErrorForest(n_estimators=5, random_state=0).fit(table, error)
    strange = table.iloc[:2].assign(zone="never seen", rooms=[np.nan, 3.0])
    assert np.isfinite(forest.moments(strange)[0]).all()
