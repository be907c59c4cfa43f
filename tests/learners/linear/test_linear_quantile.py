"""Linear quantile regression: its laws, its proofs, and reference numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from statsmodels.regression.quantile_regression import QuantReg

from qconf import LinearQuantileRegressor
from qconf._types import FloatArray
from qconf.errors import OptionError, TableError
from qconf.learners.linear import linear_quantile
from qconf.learners.linear.planes import exact
from qconf.learners.linear.planes.certificate import Certificate
from qconf.learners.linear.planes.fitting import FittedPlane

REFERENCE = Path(__file__).parents[2] / "reference" / "quantreg.csv"
TARGETS = {"engel": "foodexp", "stackloss": "STACKLOSS", "longley": "TOTEMP"}


@pytest.fixture
def line(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    x = rng.uniform(1, 3, size=(2000, 2))
    return x, 1.0 + x @ [2.0, -1.0] + x[:, 0] * rng.normal(size=2000)


def table_of(name: str) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Load one of the tables of the reference numbers."""
    if name == "diabetes":
        bunch = load_diabetes(as_frame=True, scaled=False)
        return bunch.data, bunch.target
    data: pd.DataFrame = getattr(sm.datasets, name).load_pandas().data.astype(float)
    return data.drop(columns=TARGETS[name]), data[TARGETS[name]]


def loss_of(residual: FloatArray, quantile: float) -> float:
    return float(np.maximum(quantile * residual, (quantile - 1) * residual).sum())


@pytest.mark.parametrize("row", pd.read_csv(REFERENCE).itertuples(), ids=str)
def test_the_numbers_of_quantreg(row: Any) -> None:
    """Coefficients and loss of R's quantreg 5.94 (R 4.2.2) on four tables, five quantiles.

    The tables are those of statsmodels and scikit-learn, written with ``to_csv`` and the target
    named y: engel, stackloss, longley (nearly collinear), diabetes (not scaled). In R:
    ``fit <- rq(y ~ ., tau = c(.1, .25, .5, .75, .9), data = read.csv(file), method = "br")``,
    then ``format(fit$rho, digits = 15)`` and ``format(coef(fit), digits = 12)``.
    """
    X, y = table_of(row.table)
    model = LinearQuantileRegressor(row.quantile).fit(X, y)
    expected = np.array(row.coefficients.split(), dtype=float)
    found = np.append(model.intercept_, model.coef_)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    assert model.primal_objective_[0] == pytest.approx(row.loss, rel=1e-10)
    assert model.duality_gap_[0] <= 1e-8


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.75])
def test_not_worse_than_statsmodels(quantile: float) -> None:
    """The same plane as QuantReg's, as far as that one has converged."""
    X, y = table_of("diabetes")
    model = LinearQuantileRegressor(quantile).fit(X, y)
    theirs = QuantReg(y, sm.add_constant(X)).fit(q=quantile, max_iter=5000, p_tol=1e-8)
    assert model.primal_objective_[0] <= loss_of(theirs.resid.to_numpy(), quantile) * (1 + 1e-12)
    np.testing.assert_allclose(model.predict(X), theirs.fittedvalues, rtol=1e-3)


def test_shapes_and_order(line: tuple[FloatArray, FloatArray]) -> None:
    """Several quantiles in one fit; rising in every row."""
    model = LinearQuantileRegressor((0.1, 0.5, 0.9)).fit(*line)
    assert model.coef_.shape == (3, 2)
    assert model.intercept_.shape == model.duality_gap_.shape == (3,)
    predicted = model.predict(line[0] * 100 - 200)
    assert predicted.shape == (2000, 3)
    assert (np.diff(predicted, axis=1) >= 0).all()


def test_shares_below_are_the_quantiles(line: tuple[FloatArray, FloatArray]) -> None:
    """A quarter of the rows lies below the lower plane, a quarter above the upper."""
    low, high = LinearQuantileRegressor().fit(*line).predict(line[0]).T
    assert abs((line[1] < low).sum() - 500) <= 3
    assert abs((line[1] > high).sum() - 500) <= 3


def test_the_certificate_is_true(line: tuple[FloatArray, FloatArray]) -> None:
    """The loss is that of the predictions, and no plane nearby beats the bound."""
    x, y = line
    model = LinearQuantileRegressor(0.3).fit(x, y)
    loss, bound = model.primal_objective_[0], model.dual_objective_[0]
    assert loss == pytest.approx(loss_of(y - model.predict(x), 0.3), rel=1e-12)
    assert loss * (1 - 1e-8) <= bound <= loss * (1 + 1e-12)
    for step in (1e-4 * np.eye(2)).tolist():
        assert loss_of(y - model.predict(x) - x @ step, 0.3) >= bound


def test_what_is_not_proven_is_said(
    line: tuple[FloatArray, FloatArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap above 1e-8 gives a warning that names it and the way out."""
    plane = FittedPlane(np.zeros(2), 0.0, Certificate(1.0, 0.9, 0.1))
    monkeypatch.setattr(linear_quantile, "fit_planes", lambda *_, **__: [plane])
    with pytest.warns(ConvergenceWarning, match=r"0.5 is not proven exact.* 1.0e-01.* rescale"):
        model = LinearQuantileRegressor(0.5).fit(*line)
    assert model.duality_gap_[0] == 0.1


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(30, 1500),
    quantile=st.sampled_from([0.123, 0.37, 0.617, 0.877]),
    size=st.floats(1e-3, 1e3),
    shift=st.floats(-1e3, 1e3),
)
def test_equivariance(seed: int, n: int, quantile: float, size: float, shift: float) -> None:
    """Koenker & Bassett (1978), theorem 3.2: scale, shift, regression, reflection, new columns."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    y = x[:, 0] + rng.standard_t(3, size=n)
    added = rng.normal(size=3)
    mixed = rng.normal(size=(3, 3)) + 3 * np.eye(3)

    def predicted(q: float, features: FloatArray, target: FloatArray) -> FloatArray:
        return LinearQuantileRegressor(q).fit(features, target).predict(features)

    plain = predicted(quantile, x, y)

    def assert_same(found: FloatArray, expected: FloatArray) -> None:
        atol = 1e-7 * (1 + size + abs(shift))
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=atol)

    assert_same(predicted(quantile, x, size * y + shift), size * plain + shift)
    assert_same(predicted(quantile, x, y + x @ added), plain + x @ added)
    assert_same(predicted(1 - quantile, x, -y), -plain)
    assert_same(predicted(quantile, x @ mixed + shift, y), plain)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), n=st.integers(20, 1200))
def test_whole_weights_are_repeated_rows(seed: int, n: int) -> None:
    """A weight of three is a row three times, a weight of zero none."""
    rng = np.random.default_rng(seed)
    x, y, weight = rng.normal(size=(n, 2)), rng.normal(size=n), rng.integers(0, 4, size=n)
    weight[0] = 1
    weighted = LinearQuantileRegressor((0.2537, 0.7391)).fit(x, y, sample_weight=weight)
    repeated = LinearQuantileRegressor((0.2537, 0.7391)).fit(x.repeat(weight, 0), y.repeat(weight))
    np.testing.assert_allclose(weighted.primal_objective_, repeated.primal_objective_, rtol=1e-9)
    np.testing.assert_allclose(weighted.predict(x), repeated.predict(x), rtol=1e-7, atol=1e-7)


def test_columns_that_say_nothing_new_change_nothing(line: tuple[FloatArray, FloatArray]) -> None:
    """Constant columns get no coefficient, twins share one, and predictions stay."""
    x, y = line
    more = np.column_stack([x, np.full(2000, 7.0), x[:, 0], x.sum(axis=1)])
    plain, collinear = (LinearQuantileRegressor(0.3).fit(table, y) for table in (x, more))
    np.testing.assert_allclose(collinear.predict(more), plain.predict(x), rtol=1e-9)
    assert collinear.coef_[0, 2] == 0.0
    assert collinear.coef_[0, 0] == pytest.approx(collinear.coef_[0, 3])


def test_fewer_rows_than_columns(rng: np.random.Generator) -> None:
    """Every row is met, with the smallest coefficients in units of standard deviations."""
    x, y = rng.normal(size=(10, 30)), rng.normal(size=10)
    model = LinearQuantileRegressor(0.5).fit(x, y)
    np.testing.assert_allclose(model.predict(x), y, atol=1e-9)
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    smallest = np.linalg.lstsq(scaled, y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(model.coef_[0] * x.std(axis=0), smallest, atol=1e-9)


def test_a_level_that_hardly_occurs(rng: np.random.Generator) -> None:
    """A level of three rows in 30,000, which no sample has, gets its own quantile."""
    levels = rng.integers(0, 20, size=30_000)
    levels[[5, 500, 25_000]] = 20
    y = levels + rng.normal(size=30_000)
    model = LinearQuantileRegressor(0.45).fit(np.eye(21)[levels], y)
    middle = np.sort(y[levels == 20])[1]
    assert model.predict(np.eye(21)[[20]])[0] == pytest.approx(middle)
    assert model.duality_gap_[0] <= 1e-8


@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1e6, 1e150])
def test_huge_and_tiny_numbers(scale: float, line: tuple[FloatArray, FloatArray]) -> None:
    """Units do not matter."""
    x, y = line
    plain = LinearQuantileRegressor(0.3).fit(x, y)
    scaled = LinearQuantileRegressor(0.3).fit(x * scale, y / scale)
    np.testing.assert_allclose(scaled.predict(x * scale) * scale, plain.predict(x), rtol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint8, bool])
def test_other_numbers_than_float64(dtype: Any, rng: np.random.Generator) -> None:
    """They give what their values give as float64."""
    x = rng.integers(0, 2 if dtype is bool else 9, size=(5000, 3)).astype(dtype)
    y = x @ [1.0, 2.0, 3.0] + rng.normal(size=5000)
    found = LinearQuantileRegressor(0.37).fit(x, y).predict(x)
    np.testing.assert_allclose(
        found, LinearQuantileRegressor(0.37).fit(x.astype(float), y).predict(x.astype(float))
    )


def test_tables_with_names(line: tuple[FloatArray, FloatArray]) -> None:
    """A DataFrame is as good as its array, in either order of memory."""
    x, y = line
    plain = LinearQuantileRegressor().fit(x, y).coef_
    frame = LinearQuantileRegressor().fit(pd.DataFrame(x, columns=["a", "b"]), y)
    np.testing.assert_allclose(frame.coef_, plain)
    assert list(getattr(frame, "feature_names_in_")) == ["a", "b"]  # noqa: B009
    np.testing.assert_allclose(LinearQuantileRegressor().fit(np.asfortranarray(x), y).coef_, plain)


def test_without_intercept(line: tuple[FloatArray, FloatArray]) -> None:
    """The plane goes through zero."""
    model = LinearQuantileRegressor(0.5, fit_intercept=False).fit(*line)
    assert model.predict([[0.0, 0.0]]) == [0.0]
    assert model.duality_gap_[0] <= 1e-8


def test_no_column_and_no_intercept() -> None:
    """Where nothing can be fitted, zero is predicted, and that is proven."""
    model = LinearQuantileRegressor(0.5, fit_intercept=False).fit(np.zeros((4, 1)), [1, 2, 3, 4])
    assert model.predict([[0.0]]) == [0.0]
    assert model.primal_objective_[0] == model.dual_objective_[0] == 5.0


def test_weights_must_weigh_something(line: tuple[FloatArray, FloatArray]) -> None:
    """All zero is refused."""
    with pytest.raises(TableError, match="at least one row must have a positive weight"):
        LinearQuantileRegressor().fit(*line, sample_weight=np.zeros(2000))


@pytest.mark.parametrize("quantiles", [(0.75, 0.25), (0.0, 0.5), (0.5, 1.0), (), (0.5, 0.5)])
def test_quantiles_must_rise_inside_of_0_and_1(quantiles: Any) -> None:
    """Anything else is named."""
    with pytest.raises(OptionError, match="must rise and lie strictly between 0 and 1"):
        LinearQuantileRegressor(quantiles).fit([[0.0], [1.0]], [0.0, 1.0])


@pytest.mark.parametrize(("shape", "one"), [((11_803, 1), True), ((120_000, 100), False)])
def test_threads_by_the_size_of_the_work(
    shape: tuple[int, int], one: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Narrow tables are solved with one thread; wide and long ones with those that are there."""
    entered = []

    def solved(*_: Any, **__: Any) -> list[FittedPlane]:
        return [FittedPlane(np.zeros(shape[1]), 0.0, Certificate(0.0, 0.0, 0.0))]

    @contextmanager
    def limit() -> Iterator[None]:
        entered.append(True)
        yield

    monkeypatch.setattr(linear_quantile, "fit_planes", solved)
    monkeypatch.setattr(linear_quantile, "one_blas_thread", limit)
    LinearQuantileRegressor(0.5).fit(np.zeros(shape, dtype=np.int8), np.zeros(shape[0]))
    assert entered == [True] * one


def test_few_rows_need_no_interior_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quartiles of 235 rows are unique, and a descent over the vertices is enough."""
    monkeypatch.setattr(exact, "interior_point", None)
    X, y = table_of("engel")
    assert (LinearQuantileRegressor().fit(X, y).duality_gap_ <= 1e-8).all()
