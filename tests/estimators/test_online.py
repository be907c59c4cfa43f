"""The stream's error model: shrunken means of squares, and bounds that hold back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf import OnlineConfidence, evaluate
from qconf._types import FloatArray


def test_one_column_is_the_shrunken_mean_square(rng: np.random.Generator) -> None:
    """Once the mean of all rows has settled: (5 m + sum of squares) / (5 + n)."""
    X = np.array([["a"], ["b"]], dtype=object)[rng.integers(2, size=20_000)]
    residual = rng.normal(scale=np.where(X[:, 0] == "a", 0.05, 0.1))
    est = OnlineConfidence().fit(X, residual)
    for level in "ab":
        mean_square = (residual[X[:, 0] == level] ** 2).mean()
        assert est.predict([[level]])[0] == pytest.approx(np.sqrt(mean_square), rel=0.005)
    assert est.predict([["never"]])[0] == pytest.approx(np.sqrt((residual**2).mean()), rel=0.01)


def test_rare_levels_stay_near_the_mean_of_all(rng: np.random.Generator) -> None:
    """Two lucky rows do not make a level safe."""
    X = pd.DataFrame({"seller": ["big"] * 500 + ["lucky"] * 2})
    residual = np.append(rng.normal(scale=0.1, size=500), [0.001, -0.001])
    est = OnlineConfidence().fit(X, residual)
    lucky = est.predict(pd.DataFrame({"seller": ["lucky"]}))[0]
    assert 0.07 < lucky < 0.1


def test_bounds_are_above_the_mean_and_larger_for_rare_levels(rng: np.random.Generator) -> None:
    """max >= 90 % quantile >= mean; the rarer, the further apart."""
    X = pd.DataFrame({"seller": ["common"] * 2000 + ["rare"] * 10})
    residual = rng.normal(scale=0.1, size=2010)
    new = pd.DataFrame({"seller": ["common", "rare"]})
    found = {
        bound: OnlineConfidence(bound, n_bootstrap=50, random_state=1).fit(X, residual).predict(new)
        for bound in ("mean", "mean+sd", 0.5, 0.9, "max")
    }
    assert (found["max"] >= found[0.9]).all()
    assert (found[0.9] > found[0.5]).all()
    assert (found["mean+sd"] > found["mean"] * 0.99).all()
    reach = found["max"] - found["mean"]
    assert reach[1] > 2 * reach[0]


def test_it_tells_noise_from_calm(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """On a table of every kind of column, the safest tenth is safer."""
    X, residual = noisy_rows
    est = OnlineConfidence().fit(X[:2000], residual[:2000])
    found = evaluate(est.predict(X[2000:]), residual[2000:], threshold=0.15)
    assert found.best_decile.outlier_rate.value < 0.5 * found.overall.outlier_rate.value


def test_partial_fit_goes_on(rng: np.random.Generator) -> None:
    """Two batches are one fit; new levels are welcome; bad residuals change nothing."""
    X = rng.choice(list("abcd"), size=(400, 2)).astype(object)
    residual = rng.normal(size=400)
    at_once = OnlineConfidence(random_state=0).fit(X, residual)
    in_two = OnlineConfidence(random_state=0)
    in_two.partial_fit(X[:100], residual[:100]).partial_fit(X[100:], residual[100:])
    np.testing.assert_allclose(at_once.predict(X), in_two.predict(X))
    with pytest.raises(ValueError, match="NaN"):
        in_two.partial_fit(X[:2], [np.nan, 1.0])
    np.testing.assert_allclose(at_once.predict(X), in_two.predict(X))


@pytest.mark.parametrize(
    ("options", "name"),
    [({"bound": "mean-sd"}, "bound"), ({"bound": 1.0}, "bound"), ({"n_bootstrap": 1}, "n_boot")],
)
def test_parameters_out_of_rule(options: dict[str, object], name: str) -> None:
    """Named, with what was found."""
    with pytest.raises(ValueError, match=name):
        OnlineConfidence(**options).fit([["a"]] * 5, np.ones(5))  # type: ignore[arg-type]
