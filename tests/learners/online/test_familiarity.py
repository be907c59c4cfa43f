"""Counts, and what falls out of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf import OnlineLinearRegressor


def test_counts_and_what_falls_out_of_them() -> None:
    """n of each level, the stability score of the paper, and the uncertainty of a mean."""
    X = pd.DataFrame({"zip": ["a"] * 8 + ["b"], "kind": ["x"] * 9})
    model = OnlineLinearRegressor(prior_count=1.0).fit(X, np.arange(9.0))
    new = pd.DataFrame({"zip": ["a", "b", "never"], "kind": ["x"] * 3})
    assert model.counts(new).tolist() == [[8, 9], [1, 9], [0, 9]]
    one = 1 / np.sqrt(10)
    np.testing.assert_allclose(model.stability(new), [1 / 3 + one, 1 / np.sqrt(2) + one, 1 + one])
    np.testing.assert_allclose(model.novelty(new), [1 / 9 + 0.1, 0.6, 1.1])


def test_one_level_known_and_one_not() -> None:
    """A model of one coordinate has nothing to look further up."""
    model = OnlineLinearRegressor().fit([["a"]] * 3, [1.0, 2.0, 3.0])
    assert model.counts([["a"], ["never"]]).tolist() == [[3], [0]]


def test_a_missing_number_has_a_count_of_its_own() -> None:
    """The number itself is absent then: NaN."""
    model = OnlineLinearRegressor().fit([[1.0], [3.0], [np.nan]], [1.0, 2.0, 3.0])
    counts = model.counts([[2.0], [np.nan]])
    assert np.isnan(counts[0, 1])
    assert np.isnan(counts[1, 0])
    assert counts[1, 1] == 1.0
