"""A forest of quantiles: right ones, in order, on any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_regression
from sklearn.metrics import r2_score
from worlds import noise_of

from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.learners.trees.quantile_forest import QuantileForest, _quantiles_of_groups


def test_quantiles_of_zones(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Where sigma is 0.04 or 0.16, quartiles are 0.674 of it away from zero."""
    table, residual = noisy_rows
    quartiles = QuantileForest(random_state=0).fit(table, residual).predict(table)
    for sigma in (0.04, 0.16):
        near = quartiles[noise_of(table) == sigma].mean(axis=0)
        np.testing.assert_allclose(near, [-0.674 * sigma, 0.674 * sigma], rtol=0.25)


def test_never_crossing(rng: np.random.Generator) -> None:
    """Rising in the quantile, in every row, and a row's quantiles are within the target's range."""
    x, y = rng.normal(size=(900, 3)), rng.standard_cauchy(size=900)
    predicted = QuantileForest((0.05, 0.3, 0.5, 0.95), random_state=0).fit(x, y).predict(x)
    assert predicted.shape == (900, 4)
    assert (np.diff(predicted, axis=1) >= 0).all()
    assert predicted.min() >= y.min()
    assert predicted.max() <= y.max()


def test_same_seed_same_forest(rng: np.random.Generator) -> None:
    """And another one with another seed."""
    x, y = rng.normal(size=(500, 3)), rng.normal(size=500)
    first, again, other = (
        QuantileForest(0.5, random_state=seed).fit(x, y).predict(x) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_very_few_rows(rows: int) -> None:
    """Without a split every row gets the quantiles of all."""
    y = np.arange(rows, dtype=float)
    predicted = QuantileForest(0.5, random_state=0).fit(np.zeros((rows, 1)), y).predict([[0.0]])
    assert predicted[0] == pytest.approx(np.median(y))


@given(
    data=st.lists(st.tuples(st.integers(0, 5), st.floats(-100, 100)), min_size=1, max_size=60),
    quantile=st.floats(0.01, 0.99),
)
def test_quantiles_of_groups(data: list[tuple[int, float]], quantile: float) -> None:
    """Those of NumPy, group by group; an empty group has those of all rows."""
    groups = np.array([group for group, _ in data], dtype=np.intp)
    target = np.array([value for _, value in data])
    order = np.argsort(target, kind="stable")
    found = _quantiles_of_groups(groups[order], 7, target[order], np.array([quantile]))
    for group in range(7):
        own = target[groups == group]
        expected = np.quantile(own if len(own) else target, quantile)
        assert found[group, 0] == pytest.approx(expected, abs=1e-9)


def test_quantiles_are_checked() -> None:
    """Anything that does not rise is named."""
    with pytest.raises(OptionError, match="must rise"):
        QuantileForest((0.9, 0.1)).fit([[0.0], [1.0]], [0.0, 1.0])


def test_the_middle_is_predicted_too() -> None:
    """Though grown on distances from the median: R² above 0.5 on scikit-learn's own table."""
    x, y = make_regression(200, 10, n_informative=1, bias=5.0, noise=20, random_state=42)
    assert r2_score(y, QuantileForest(0.5, random_state=0).fit(x, y).predict(x)) > 0.5
