"""What a model says of a row hangs on that row alone: to the last bit, whatever is beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import mixed_table, noise_of, sales_table

from qconf import ConfidentRegressor
from qconf._types import FloatArray
from qconf.estimators.blend import BlendConfidence
from qconf.estimators.conflict import ConflictConfidence
from qconf.estimators.nearby import NearbyConfidence
from qconf.estimators.quantile import QuantileConfidence
from qconf.estimators.registry import BUILT_IN, make_estimator
from qconf.estimators.residual import ResidualConfidence
from qconf.learners.linear.linear_quantile import LinearQuantileRegressor
from qconf.learners.online.regressor import OnlineLinearRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.quantile_forest import QuantileForest

Predict = Callable[[Any], Any]
N_ROWS = 400


def with_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Add what vendors may say of each row, with gaps."""
    fsd = 0.02 + 0.001 * table["rooms"]
    return table.assign(fsd=fsd.mask(table["rooms"] == 3), low=100.0 - table["rooms"], high=110.0)


def asked(n_rows: int = 1100) -> pd.DataFrame:
    """Draw rows that are like no others: levels and gaps that were never there, and extremes."""
    table = mixed_table(n_rows, seed=1)
    table.loc[::9, "zone"] = "never seen"
    table["rooms"] = table["rooms"].astype(float)
    table.loc[::13, "rooms"] = np.nan
    table.loc[::17, "area"] = 1e6
    return table


def assert_row_by_row(predict: Predict, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold rows alone, in sevens, in another order and in one thread against all at once."""

    def said(rows: Any) -> FloatArray:
        part = table.iloc[rows] if isinstance(table, pd.DataFrame) else table[rows]
        return np.asarray(predict(part))

    whole = said(slice(None))
    for row in (*range(10), len(table) - 1):
        np.testing.assert_array_equal(said([row]), whole[[row]])
    for start in range(0, 35, 7):
        part = slice(start, start + 7)
        np.testing.assert_array_equal(said(part), whole[part])
    order = np.random.default_rng(0).permutation(len(table))
    np.testing.assert_array_equal(said(order), whole[order])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    np.testing.assert_array_equal(said(slice(None)), whole)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    np.testing.assert_array_equal(said(slice(None)), whole)


SPECS = [name for name in BUILT_IN if name not in {"column", "interval", "blend"}]


def estimators() -> dict[str, Any]:
    """Make one of each kind, and those with replicates, targets and learners of their own."""
    made = {spec: make_estimator(spec) for spec in [*SPECS, "column:fsd", "interval:low,high"]}
    residual = ResidualConfidence
    return made | {
        "leaves": residual(n_bootstrap=20, bound="mean+sd"),
        "quantile of leaves": residual(n_bootstrap=20, bound=0.9),
        "refits": residual(n_bootstrap=9, bound="mean+sd", replicates="refits"),
        "combined": residual(target="combined"),
        "glm": residual("glm", bound=0.9),
        "prior": residual("glm", prior={"area": (0.01, 0.01), "zone=q": (1.0, 1.0)}, bound=0.9),
        "conflict": ConflictConfidence(residual(), [("rooms", "area")]),
        "online learner": residual("online", target="log"),
        "outlier": residual(target="outlier"),
        "linear": QuantileConfidence("linear", quantiles=(0.1, 0.3, 0.7, 0.9)),
        "statsmodels": QuantileConfidence("statsmodels"),
        "quantile forest": QuantileConfidence("forest"),
        "online with replicates": make_estimator("online").set_params(bound="mean+sd"),
    }


@pytest.mark.parametrize("name", estimators())
def test_every_estimator(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expected errors, and where there are such, the signals."""
    table = mixed_table(N_ROWS)
    residual = np.random.default_rng(0).normal(scale=noise_of(table))
    one = estimators()[name].fit(with_scores(table), residual)
    assert_row_by_row(one.predict, with_scores(asked()), monkeypatch)
    if hasattr(one, "signals"):
        assert_row_by_row(one.signals, with_scores(asked()), monkeypatch)


def test_a_blend(monkeypatch: pytest.MonkeyPatch) -> None:
    """All families, in nine folds: so many numbers NumPy would add up in pairs."""
    table = mixed_table(N_ROWS)
    residual = np.random.default_rng(0).normal(scale=noise_of(table))
    one = BlendConfidence(folds=9, random_state=0).fit(table, residual)
    assert_row_by_row(one.predict, asked(), monkeypatch)


def test_rows_nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of rows whose place is not known, or not on earth."""

    def placed(table: pd.DataFrame) -> pd.DataFrame:
        rng = np.random.default_rng(len(table))
        where = rng.uniform([47, -123], [48, -122], size=(len(table), 2))
        value = np.exp(rng.normal(size=len(table)))
        return table.assign(lat=where[:, 0], long=where[:, 1], prediction=value)

    residual = np.random.default_rng(0).normal(size=N_ROWS)
    one = NearbyConfidence().fit(placed(mixed_table(N_ROWS)), residual)
    rows = placed(asked())
    rows.loc[::5, "lat"] = np.nan
    rows.loc[::7, "long"] = 1000.0
    rows.loc[::3, "prediction"] = np.nan
    assert_row_by_row(one.predict, rows, monkeypatch)
    assert_row_by_row(one.signals, rows, monkeypatch)


@pytest.mark.parametrize("loss", ["squared", "gamma", "quantile", "binary"])
def test_boosted_trees(loss: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each loss."""
    table = mixed_table(N_ROWS)
    y = np.random.default_rng(0).random(N_ROWS) + noise_of(table)
    target = y > 0.6 if loss == "binary" else y
    model = BoostedTrees(loss, random_state=0).fit(table, target.astype(float))
    assert_row_by_row(model.predict, asked(), monkeypatch)


def test_other_learners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quantiles by planes and by a forest, and what is learned row by row."""
    table = mixed_table(N_ROWS)
    y = np.random.default_rng(0).normal(scale=noise_of(table))
    forest = QuantileForest(n_estimators=20, random_state=0).fit(table, y)
    assert_row_by_row(forest.predict, asked(), monkeypatch)
    online = OnlineLinearRegressor(n_bootstrap=10, random_state=0).fit(table, y)
    assert_row_by_row(online.predict, asked(), monkeypatch)
    assert_row_by_row(online.predict_replicates, asked(), monkeypatch)
    X = np.random.default_rng(0).normal(size=(2000, 9))
    planes = LinearQuantileRegressor((0.1, 0.5, 0.9)).fit(X, X.sum(axis=1))
    assert_row_by_row(planes.predict, X, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"n_bootstrap": 9, "bound": "mean+sd"}])
def test_a_confident_regressor(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The prediction, its standard deviation, and the expected error, with time and replicates."""
    table = sales_table(N_ROWS).drop(columns="parcel")
    confidence = "residual" if options else "blend"
    model = ConfidentRegressor(confidence=confidence, random_state=0, **options)
    model.fit(table.drop(columns="price"), table["price"], time="sold_on")
    new = asked().assign(sold_on=pd.Timestamp("2021-06-01"))
    assert_row_by_row(
        lambda X: np.column_stack(model.predict(X, return_std=True)), new, monkeypatch
    )
    assert_row_by_row(model.predict_error, new, monkeypatch)
