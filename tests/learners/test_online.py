"""The online learner keeps scikit-learn's habits, and its own promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score
from worlds import mixed_table

from qconf import OnlineLinearRegressor
from qconf.errors import OptionError, TableError


def houses(n: int = 400, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "zone": rng.choice(list("abcde"), size=n),
            "size": rng.normal(100, 20, size=n),
            "code": rng.integers(4, size=n),
        }
    )
    table.loc[rng.random(n) < 0.1, "zone"] = None
    table.loc[rng.random(n) < 0.1, "size"] = np.nan
    effect = table["zone"].map(dict(zip("abcde", [0, 1, 2, 3, 4], strict=True))).fillna(2)
    y = effect + 0.05 * table["size"].fillna(100) + rng.normal(scale=0.2, size=n)
    return table, y.to_numpy()


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-50, 50)), min_size=1, max_size=30))
def test_one_category_is_its_shrunken_mean(seen: list[tuple[str, float]]) -> None:
    """sum(y) / (prior_count + n), in whatever batches."""
    X = np.array([[level] for level, _ in seen], dtype=object)
    y = np.array([value for _, value in seen])
    model = OnlineLinearRegressor(prior_count=2.0, fit_intercept=False)
    model.partial_fit(X[:1], y[:1])
    if len(y) > 1:
        model.partial_fit(X[1:], y[1:])
    for level in "abc":
        of_level = y[X[:, 0] == level]
        assert model.predict([[level]])[0] == pytest.approx(
            of_level.sum() / (2.0 + len(of_level)), abs=1e-9
        )


def test_it_learns_a_linear_model_of_mixed_columns() -> None:
    """Levels, numbers and gaps: most of the variance is explained by one pass."""
    X, y = houses(5000)
    model = OnlineLinearRegressor().fit(X, y)
    X_new, y_new = houses(500, seed=1)
    assert r2_score(y_new, model.predict(X_new)) > 0.9
    # Five zones and a gap, and two for each of two numbers.
    assert model.n_coordinates_ == 6 + 4


def test_bins_find_what_is_not_linear(rng: np.random.Generator) -> None:
    """A parabola is nothing to a line and plain to bins."""
    X = rng.uniform(-1, 1, size=(4000, 1))
    y = X[:, 0] ** 2
    assert r2_score(y, OnlineLinearRegressor().fit(X, y).predict(X)) < 0.1
    assert r2_score(y, OnlineLinearRegressor(bins=16).fit(X, y).predict(X)) > 0.95


def test_batches_and_one_pass_agree() -> None:
    """partial_fit twice is fit once, replicates too."""
    X, y = houses()
    at_once = OnlineLinearRegressor(n_bootstrap=5, random_state=3).fit(X, y)
    in_two = OnlineLinearRegressor(n_bootstrap=5, random_state=3)
    in_two.partial_fit(X[:150], y[:150]).partial_fit(X[150:], y[150:])
    np.testing.assert_allclose(at_once.predict(X), in_two.predict(X))
    np.testing.assert_allclose(at_once.predict_replicates(X), in_two.predict_replicates(X))


def test_progressive_predict_is_predict_then_partial_fit() -> None:
    """The compiled pass gives what single steps give, numbers and all."""
    X, y = houses(120)
    told = OnlineLinearRegressor().progressive_predict(X, y)
    model = OnlineLinearRegressor().partial_fit(X[:1], y[:1])
    for i in range(1, 120):
        assert told[i] == pytest.approx(model.predict(X[i : i + 1])[0])
        model.partial_fit(X[i : i + 1], y[i : i + 1])


def test_a_weight_is_so_many_rows() -> None:
    """For one category, where the order of rows does not matter; a row of weight 0 is none."""
    X = np.array([["a"], ["b"], ["a"], ["c"]], dtype=object)
    y = np.array([1.0, 2.0, 5.0, 9.0])
    weight = [2, 1, 3, 0]
    model = OnlineLinearRegressor(fit_intercept=False)
    weighted = model.fit(X, y, weight).predict(X[:3])
    repeated = model.fit(X.repeat(weight, axis=0), y.repeat(weight)).predict(X[:3])
    np.testing.assert_allclose(weighted, repeated)


def test_counts_and_what_falls_out_of_them() -> None:
    """n of each level, the stability score of the paper, and the uncertainty of a mean."""
    X = pd.DataFrame({"zip": ["a"] * 8 + ["b"], "kind": ["x"] * 9})
    model = OnlineLinearRegressor(prior_count=1.0).fit(X, np.arange(9.0))
    new = pd.DataFrame({"zip": ["a", "b", "never"], "kind": ["x"] * 3})
    assert model.counts(new).tolist() == [[8, 9], [1, 9], [0, 9]]
    one = 1 / np.sqrt(10)
    np.testing.assert_allclose(model.stability(new), [1 / 3 + one, 1 / np.sqrt(2) + one, 1 + one])
    np.testing.assert_allclose(model.novelty(new), [1 / 9 + 0.1, 0.6, 1.1])


def test_refused_rows_change_nothing() -> None:
    """A gap in the target is refused, and what was learned is kept."""
    X, y = houses()
    model = OnlineLinearRegressor().fit(X, y)
    before = model.predict(X)
    bad = y.copy()
    bad[3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(X, bad)
    with pytest.raises(ValueError, match="sample_weight must not be negative; 1 weights are"):
        model.partial_fit(X, y, np.where(np.arange(400) == 0, -1.0, 1.0))
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(X.rename(columns={"zone": "zona"}), y)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"categorical_features": ["zona"]}, "'zona', which is not a column. There are: zone"),
        ({"categorical_features": [9]}, "names 9, which is not a column"),
        ({"link": "log"}, "there are 2 columns of numbers: cut them with bins=32"),
        ({"link": "log", "bins": 8, "fit_intercept": False}, "needs fit_intercept=True"),
        ({"prior_count": 0.0}, "prior_count"),
        ({"bins": 1}, "bins"),
        ({"buckets": 0}, "buckets"),
        ({"link": "logit"}, "link"),
    ],
)
def test_parameters_out_of_rule(options: dict[str, Any], message: str) -> None:
    """Each is named, with what was found."""
    X, y = houses()
    with pytest.raises(ValueError, match=message):
        OnlineLinearRegressor(**options).fit(X, np.abs(y))


def test_log_link_refuses_negative_targets() -> None:
    """A product of factors cannot be negative."""
    X, y = houses()
    model = OnlineLinearRegressor(link="log", bins=8)
    with pytest.raises(TableError, match="1 of 400 are negative"):
        model.fit(X, np.append(-1.0, np.abs(y[1:])))


def test_no_replicates_to_predict_with() -> None:
    """Said with what to do."""
    X, y = houses()
    with pytest.raises(OptionError, match="n_bootstrap >= 1"):
        OnlineLinearRegressor().fit(X, y).predict_replicates(X)


def test_categories_by_name_and_by_position() -> None:
    """Integer codes are numbers unless they are called levels."""
    X, y = houses()
    by_name = OnlineLinearRegressor(categorical_features=["code"]).fit(X, y)
    by_position = OnlineLinearRegressor(categorical_features=[2]).fit(X.to_numpy(), y)
    assert by_name.n_coordinates_ == 6 + 2 + 4
    np.testing.assert_allclose(by_name.predict(X), by_position.predict(X.to_numpy()))


def test_every_kind_of_column(rng: np.random.Generator) -> None:
    """Dates, booleans, categories and mixed objects are read."""
    X = mixed_table(300)
    model = OnlineLinearRegressor(buckets=50).fit(X, rng.normal(size=300))
    assert np.isfinite(model.predict(X)).all()
