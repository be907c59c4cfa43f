"""The errors of rows in the same leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from worlds import mixed_table, noise_of

from qconf import ForestConfidence
from qconf._types import FloatArray


def test_tells_easy_rows_from_hard_ones(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Splits at random blur the zones, but keep their order and the level of all together."""
    table, residual = noisy_rows
    est = ForestConfidence(40, random_state=0).fit(table, residual)
    new = mixed_table(2000, seed=9)
    expected, sigma = est.predict(new), noise_of(new)
    assert np.median(expected[sigma == 0.04]) < 0.6 * np.median(expected[sigma == 0.16])
    assert np.sqrt(np.mean(expected**2)) == pytest.approx(np.sqrt(np.mean(sigma**2)), rel=0.1)


def test_the_first_signal_is_the_prediction(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """A blend sees what `predict` says, and how far the trees disagree beside it."""
    table, residual = noisy_rows
    est = ForestConfidence(5, random_state=0).fit(table, residual)
    signals = est.signals(table)
    np.testing.assert_array_equal(signals[:, 0], est.predict(table))
    assert (signals[:, 1] >= 0).all()


def test_shares_add_up() -> None:
    """All folds together have as many trees as one forest, and keep its other settings."""
    share = ForestConfidence(100, min_samples_leaf=7).share(5)
    assert (share.n_estimators, share.min_samples_leaf) == (20, 7)
    assert ForestConfidence(2).share(5).n_estimators == 1
