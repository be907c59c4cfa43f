"""Linear quantile regression on small and odd tables: the right values, or a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.exceptions import ConvergenceWarning

from qconf import LinearQuantileRegressor
from qconf._types import FloatArray, IntArray

REFERENCE = Path(__file__).parents[2] / "reference" / "quantreg_weighted.csv"
TARGETS = {"engel": "foodexp", "stackloss": "STACKLOSS", "longley": "TOTEMP"}
WEIGHTS: dict[str, Callable[[IntArray], Any]] = {
    "equal": lambda i: np.ones(len(i)),
    "1 to 5": lambda i: 1 + i % 5,
    "0 to 2": lambda i: i % 3,
    "1e-3 to 1e3": lambda i: 10.0 ** (i % 7 - 3),
}


def fitted(quantile: float, X: Any, y: Any, weight: Any = None) -> LinearQuantileRegressor:
    return LinearQuantileRegressor((quantile,)).fit(X, y, sample_weight=weight)


def loss_of(model: LinearQuantileRegressor, q: float, X: Any, y: Any, weight: Any = 1.0) -> float:
    """Compute the loss from the coefficients, in plain floats."""
    residual = np.asarray(y) - (np.asarray(X) @ model.coef_[0] + model.intercept_[0])
    return float(np.sum(weight * np.maximum(q * residual, (q - 1) * residual)))


def best_loss(q: float, X: FloatArray, y: FloatArray, weight: FloatArray) -> float:
    """Solve the linear programme with HiGHS, columns and weights scaled, as its tolerances ask."""
    n = len(y)
    size = np.abs(X).max(axis=0)
    design = np.column_stack([np.ones(n), X / np.where(size > 0, size, 1)])
    k, unit = design.shape[1], weight.max()
    solved = linprog(
        np.concatenate([np.zeros(k), q * weight / unit, (1 - q) * weight / unit]),
        A_eq=np.hstack([design, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * k + [(0, None)] * (2 * n),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert solved.fun is not None
    return float(solved.fun * unit)


def columns_of(rng: np.random.Generator, n: int, *, whole: bool) -> FloatArray:
    """Draw some columns out of many that say the same, or nearly the same, or nothing."""
    a, b = rng.integers(-3, 4, size=(2, n)).astype(float) if whole else rng.normal(size=(2, n))
    many = [
        a, 2 * a + 1, b, a + b, a.copy(), a - b + 1e-15 * rng.normal(size=n), b + 1e3,
        np.full(n, 2.5), np.zeros(n), a * 10.0 ** rng.integers(-6, 7), (a > 0).astype(float),
    ]  # fmt: skip
    return np.column_stack([many[i] for i in rng.permutation(len(many))[: rng.integers(1, 6)]])


def weights_of(kind: str, rng: np.random.Generator, n: int) -> FloatArray:
    if kind == "one dominates":
        return np.where(np.arange(n) == rng.integers(n), 1e6, 1.0)
    if kind == "many orders":
        return np.asarray(10.0 ** rng.uniform(-4, 4, size=n))
    kept = np.append(rng.uniform(size=n - 1) < 0.7, True)
    return np.asarray(kept * 10.0 ** rng.integers(-3, 4, size=n))


@pytest.mark.parametrize("row", pd.read_csv(REFERENCE).itertuples(), ids=str)
def test_the_numbers_of_quantreg_with_weights(row: Any) -> None:
    """Coefficients and loss of R's quantreg 5.94 (R 4.2.2): outer quantiles, uneven weights.

    The tables are those of statsmodels, written with ``to_csv`` and the target named y; i counts
    their rows from 0, and weights are 1 + i mod 5, i mod 3, or 10 to the power (i mod 7) - 3.
    In R: ``fit <- rq(y ~ ., tau = q, data = d, weights = w, method = "br")``, then
    ``r <- d$y - cbind(1, as.matrix(d[names(d) != "y"])) %*% coef(fit)``,
    ``format(sum(w * ifelse(r < 0, (q - 1) * r, q * r)), digits = 15)`` and
    ``format(coef(fit), digits = 12)``.
    """
    data = getattr(sm.datasets, row.table).load_pandas().data.astype(float)
    X, y = data.drop(columns=TARGETS[row.table]), data[TARGETS[row.table]]
    weight = WEIGHTS[row.weights](np.arange(len(y)))
    model = fitted(row.quantile, X, y, weight)
    expected = np.array(row.coefficients.split(), dtype=float)
    found = np.append(model.intercept_, model.coef_)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    assert model.primal_objective_[0] == pytest.approx(row.loss, rel=1e-8)
    assert model.duality_gap_[0] <= 1e-8


@pytest.mark.parametrize("table", sorted(TARGETS))
def test_not_worse_than_statsmodels_in_the_tails(table: str) -> None:
    """Its reweighted least squares come near the same loss, from above."""
    data = getattr(sm.datasets, table).load_pandas().data.astype(float)
    X, y = data.drop(columns=TARGETS[table]), data[TARGETS[table]]
    for quantile in (0.05, 0.95):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = sm.QuantReg(y, sm.add_constant(X)).fit(q=quantile, max_iter=5000)
        residual = theirs.resid.to_numpy()
        loss = np.maximum(quantile * residual, (quantile - 1) * residual).sum()
        assert fitted(quantile, X, y).primal_objective_[0] <= loss * (1 + 1e-9)


def test_collinear_columns_and_a_heavy_row() -> None:
    """Weights from 1e-3 to 1e3 on four rows: small coefficients, and the loss they have."""
    X, y, weight = [[1, 2, 1], [2, 1, 0], [1, 1, 0], [1, 1, 0]], [1, 3, 0, 1], [1e-3, 1e-3, 1e3, 1]
    model = fitted(0.25, X, y, weight)
    assert model.primal_objective_[0] == pytest.approx(0.25, rel=1e-9)
    assert loss_of(model, 0.25, X, y, np.array(weight)) == pytest.approx(0.25, rel=1e-9)
    assert np.abs(model.coef_).max() < 10


@settings(max_examples=60)
@given(
    seed=st.integers(0, 100_000),
    n=st.integers(1, 30),
    quantile=st.sampled_from([0.01, 0.25, 0.5, 0.9, 0.99]),
    kind=st.sampled_from(["one dominates", "many orders", "some are zero"]),
    whole=st.booleans(),
)
# A column that varies by its last digit only, beside columns that say the same as each other.
@example(seed=26080, n=2, quantile=0.01, kind="many orders", whole=True)
def test_collinear_columns_and_any_weights(
    seed: int, n: int, quantile: float, kind: str, whole: bool
) -> None:
    """The loss is HiGHS', computed from the coefficients as they are; or there is a warning."""
    rng = np.random.default_rng(seed)
    X, weight = columns_of(rng, n, whole=whole), weights_of(kind, rng, n)
    y = rng.integers(0, 5, size=n).astype(float) if whole else rng.normal(size=n)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = fitted(quantile, X, y, weight)
    loss = loss_of(model, quantile, X, y, weight)
    middle = np.quantile(y, 0.5, weights=weight, method="inverted_cdf")
    nothing = 1e-8 * float(weight @ np.abs(y - middle)) + 1e-15 * float(weight @ np.abs(y))
    assert model.primal_objective_[0] == pytest.approx(loss, rel=1e-6, abs=nothing)
    assert model.dual_objective_[0] <= loss + nothing
    if not caught:
        assert loss == pytest.approx(best_loss(quantile, X, y, weight), rel=1e-6, abs=nothing)
    else:
        assert [one.category for one in caught] == [ConvergenceWarning]


def test_few_of_these_tables_are_warned_about() -> None:
    """An exact answer is the rule: at least 97 in 100, with weights over eight orders."""
    warned = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(5, 30))
        X, weight = columns_of(rng, n, whole=False), weights_of("many orders", rng, n)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fitted(0.25, X, rng.normal(size=n), weight)
        warned += bool(caught)
    assert warned <= 3


def test_what_hangs_on_rounding_is_said() -> None:
    """A heavy row far from zero: the loss of the light ones is lost in its last digits."""
    X = 1e9 + np.arange(5.0).reshape(-1, 1)
    with pytest.warns(ConvergenceWarning, match=r"hangs on rounding.*centre them; or for weights"):
        fitted(0.5, X, [0.0, 0.1, 3.0, 1.0, 2.0], [1.0, 1.0, 1e9, 1.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(0.5, X - 1e9, [0.0, 0.1, 3.0, 1.0, 2.0], [1.0, 1.0, 1e9, 1.0, 1.0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_loss_is_that_of_the_coefficients_as_written(rng: np.random.Generator) -> None:
    """To the last digits, also where writing them in the columns' units costs a few of them."""
    X = np.column_stack([1e6 + rng.normal(size=(40, 2)), rng.normal(size=40)])
    y, weight = rng.normal(size=40), np.where(np.arange(40) < 3, 1e8, 1.0)
    for quantile in (0.25, 0.75):
        model = fitted(quantile, X, y, weight)
        loss = loss_of(model, quantile, X, y, weight)
        assert model.primal_objective_[0] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("quantile", [0.01, 0.25, 0.5, 0.99])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_no_more_rows_than_coefficients(n: int, quantile: float, rng: np.random.Generator) -> None:
    """Every row is met, whatever the quantile; a single one by the intercept alone."""
    X, y = rng.normal(size=(n, 3)), rng.normal(size=n)
    model = fitted(quantile, X, y)
    np.testing.assert_allclose(model.predict(X)[:, 0], y, atol=1e-12)
    assert model.primal_objective_[0] == pytest.approx(0, abs=1e-12)
    if n == 1:
        assert (model.coef_ == 0).all()
        assert model.intercept_[0] == y[0]


def test_a_constant_target(rng: np.random.Generator) -> None:
    """It is its own quantile, and no column matters."""
    model = LinearQuantileRegressor((0.01, 0.5, 0.99)).fit(rng.normal(size=(50, 3)), np.full(50, 7))
    assert (model.coef_ == 0).all()
    assert (model.intercept_ == 7).all()
    assert (model.primal_objective_ == 0).all()


@settings(max_examples=30)
@given(
    y=st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    quantile=st.floats(0.02, 0.98),
)
def test_without_columns_it_is_the_quantile(y: list[int], quantile: float) -> None:
    """Between the lower and the upper one of NumPy, where these differ."""
    found = fitted(quantile, np.zeros((len(y), 1)), y).intercept_[0]
    below = sum(one < found - 1e-9 for one in y)
    above = sum(one > found + 1e-9 for one in y)
    assert below <= quantile * len(y) + 1e-9
    assert above <= (1 - quantile) * len(y) + 1e-9


@settings(max_examples=25)
@given(seed=st.integers(0, 100_000), n=st.integers(2, 60), ties=st.booleans())
def test_one_answer_for_rows_in_any_order_or_number(seed: int, n: int, ties: bool) -> None:
    """At the default quartiles, which are often not unique: repeated rows, weights, any order."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, size=(n, 2)).astype(float) if ties else rng.normal(size=(n, 2))
    y = rng.normal(size=n)
    weight = np.append(rng.integers(0, 4, size=n - 1), 1)
    order = rng.permutation(weight.sum())
    weighted = LinearQuantileRegressor().fit(X, y, sample_weight=weight)
    repeated = LinearQuantileRegressor().fit(X.repeat(weight, 0)[order], y.repeat(weight)[order])
    np.testing.assert_allclose(weighted.primal_objective_, repeated.primal_objective_, atol=1e-11)
    there = X[weight > 0]
    np.testing.assert_allclose(weighted.predict(there), repeated.predict(there), atol=1e-8)


def test_indicators_have_the_quantiles_of_their_rows(rng: np.random.Generator) -> None:
    """One column a level, most of them zero: each level's own quartile, to the last digit."""
    level = np.repeat(np.arange(30), 7)
    y = rng.standard_t(2, size=210)
    model = LinearQuantileRegressor().fit(np.eye(30)[level], y)
    predicted = model.predict(np.eye(30))
    expected = np.sort(y.reshape(30, 7), axis=1)[:, [1, 5]]
    np.testing.assert_allclose(predicted, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_any_units_of_the_weights(scale: float, rng: np.random.Generator) -> None:
    """Only their ratios matter, and the loss is in their units."""
    X, y, weight = rng.normal(size=(40, 2)), rng.normal(size=40), rng.uniform(1, 2, size=40)
    plain, scaled = fitted(0.3, X, y, weight), fitted(0.3, X, y, weight * scale)
    np.testing.assert_allclose(scaled.coef_, plain.coef_, rtol=1e-12)
    assert scaled.primal_objective_[0] == pytest.approx(plain.primal_objective_[0] * scale)


def test_skewed_noise(rng: np.random.Generator) -> None:
    """The planes of exponential noise are its quantiles, log(1 / (1 - q)), above the line."""
    X = rng.uniform(size=(20_000, 2))
    y = 1 + X @ [1.0, 2.0] + rng.exponential(size=20_000)
    for quantile in (0.1, 0.5, 0.9):
        model = fitted(quantile, X, y)
        assert model.intercept_[0] == pytest.approx(1 - np.log1p(-quantile), abs=0.15)
        np.testing.assert_allclose(model.coef_[0], [1, 2], atol=0.15)
        assert np.mean(y < model.predict(X)[:, 0]) == pytest.approx(quantile, abs=3e-4)


def test_many_heavy_rows_among_light_ones(rng: np.random.Generator) -> None:
    """A hundred rows of weight 1e9 among 20,000: what is proven is proven for all of them."""
    X, y = rng.normal(size=(20_000, 3)), rng.standard_t(4, size=20_000)
    weight = np.ones(20_000)
    weight[rng.choice(20_000, 100, replace=False)] = 1e9
    model = LinearQuantileRegressor().fit(X, y, sample_weight=weight)
    heavy = LinearQuantileRegressor().fit(X[weight > 1], y[weight > 1])
    assert (model.duality_gap_ <= 1e-8).all()
    np.testing.assert_allclose(model.coef_, heavy.coef_, atol=1e-3)
