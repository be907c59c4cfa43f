"""The stream's error model: shrunken means of squares, and bounds that hold back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from qconf import (
    CountConfidence,
    EmpiricalBayesConfidence,
    OnlineConfidence,
    evaluate,
    progressive_validation,
)
from qconf._types import BoundName, FloatArray
from qconf.errors import TableError


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


@pytest.mark.slow
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


def world(name: str, n: int = 2000) -> tuple[pd.DataFrame, FloatArray]:
    """Make levels that are easy or hard in one of four ways, beside a number that says nothing."""
    rng = np.random.default_rng(7)
    level = rng.integers({"many levels": 200, "rare hard levels": 40}.get(name, 8), size=n)
    hard = {
        "halves": level < 4,
        "all alike": level < 0,
        "rare hard levels": level < 4,
        "many levels": level % 2 == 0,
    }[name]
    easy = 0.1 if name == "all alike" else 0.02
    table = pd.DataFrame({"level": level.astype(str), "x": rng.uniform(size=n)})
    return table, rng.normal(scale=np.where(hard, 0.3, easy))


@pytest.mark.parametrize("columns", [["level"], ["level", "x"]])
@pytest.mark.parametrize("name", ["halves", "all alike", "rare hard levels", "many levels"])
@pytest.mark.parametrize(
    "est",
    [
        OnlineConfidence(),
        OnlineConfidence("max", random_state=0),
        EmpiricalBayesConfidence(),
        CountConfidence(),
    ],
)
def test_what_was_never_seen_is_not_called_safe(est: Any, name: str, columns: list[str]) -> None:
    """A new level, and a gap where there was none: about the error of all rows, or more."""
    table, residual = world(name)
    est.fit(table[columns], residual)
    everywhere = np.sqrt(np.mean(residual**2))
    for never in ("never seen", None):
        told = est.predict(table.assign(level=never)[columns])
        assert told.mean() > 0.75 * everywhere
        assert (told > np.quantile(est.predict(table[columns]), 0.1)).all() or name == "all alike"
    if "x" in columns:
        # What the level says still counts: so the mean square, not the mean.
        told = est.predict(table.assign(x=np.nan)[columns])
        assert np.sqrt(np.mean(told**2)) > 0.75 * everywhere


def documented(level: NDArray[np.int64], residual: FloatArray) -> Any:
    """Give the root of (sum of squares + 5 * mean of all rows) / (count + 5) of each level."""
    square = pd.Series(residual**2)
    groups = square.groupby(level)
    return np.sqrt((groups.sum() + 5 * square.mean()) / (groups.count() + 5))


@pytest.mark.slow
@pytest.mark.parametrize("bound", ["mean", "max"])
def test_no_level_is_far_from_its_shrunken_mean(bound: BoundName) -> None:
    """50 levels of 100 Normal residuals: exact, and the largest replicate within 1.5 of it."""
    for seed in range(60 if bound == "mean" else 15):
        rng = np.random.default_rng(seed)
        level, residual = rng.integers(50, size=5000), rng.normal(scale=0.1, size=5000)
        est = OnlineConfidence(bound, random_state=seed).fit(level.astype(str)[:, None], residual)
        expected = documented(level, residual)
        found = est.predict(expected.index.astype(str).to_numpy()[:, None]) / expected.to_numpy()
        if bound == "mean":
            np.testing.assert_allclose(found, 1.0, rtol=1e-9)
        else:
            assert found.min() >= 1.0
            assert found.max() < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("first", [1, 10, 100, 101, 1000])
@pytest.mark.parametrize("tiny", [0.0, 1e-9])
def test_a_stream_that_begins_with_tiny_residuals(
    rng: np.random.Generator, first: int, tiny: float
) -> None:
    """One column: the documented mean; the pass over the stream, the one of the rows before."""
    level, residual = rng.integers(8, size=3000), rng.normal(scale=0.1, size=3000)
    residual[:first] = tiny
    X = level.astype(str)[:, None]
    expected = documented(level, residual)
    found = OnlineConfidence().fit(X, residual).predict(np.array(list("01234567"))[:, None])
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    told = progressive_validation(OnlineConfidence(), X, residual)
    for row in (first, first + 1, 1500, 2999):
        before = documented(level[:row], residual[:row])
        prior = np.sqrt(np.mean(residual[:row] ** 2))
        assert told[row] == pytest.approx(before.get(level[row], prior), rel=1e-9)


def test_refused_residuals_leave_no_trace(rng: np.random.Generator) -> None:
    """Neither in a model that has learned nor in one that has not, by whatever method."""
    X = pd.DataFrame({"zip": rng.choice(list("ab"), size=50), "size": rng.normal(size=50)})
    est = OnlineConfidence().fit(X, np.ones(50))
    before, new = est.predict(X), X.assign(zip="new", size="n/a")
    for method in (est.partial_fit, est.progressive_predict):
        with pytest.raises(TableError, match="The column 'size' held numbers"):
            method(new, np.ones(50))
    for method in (est.fit, est.partial_fit, est.progressive_predict):
        with pytest.raises(TableError, match=r"at most 1e\+100 in size, the largest is 1e\+200"):
            method(X, np.full(50, 1e200))
    with pytest.raises(ValueError, match="sample_weight"):
        est.progressive_predict(X, np.ones(50), sample_weight=-np.ones(50))
    np.testing.assert_array_equal(est.predict(X), before)
    first = OnlineConfidence()
    with pytest.raises(ValueError, match="sample_weight"):
        first.progressive_predict(X, np.ones(50), sample_weight=-np.ones(50))
    assert vars(first) == vars(OnlineConfidence())


@pytest.mark.parametrize(
    ("options", "name"),
    [({"bound": "mean-sd"}, "bound"), ({"bound": 1.0}, "bound"), ({"n_bootstrap": 1}, "n_boot")],
)
def test_parameters_out_of_rule(options: dict[str, object], name: str) -> None:
    """Named, with what was found."""
    with pytest.raises(ValueError, match=name):
        OnlineConfidence(**options).fit([["a"]] * 5, np.ones(5))  # type: ignore[arg-type]
