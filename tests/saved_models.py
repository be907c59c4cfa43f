"""Small fitted models of every kind, and the table that they are fitted on.

``python tests/saved_models.py FOLDER`` writes files of the main kinds there, and beside each what
the model says of new rows: so `tests/saving/formats` was made.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import qconf
from qconf import (
    BlendConfidence,
    ColumnConfidence,
    ComparablesRegressor,
    ConfidentRegressor,
    ConstantConfidence,
    CountConfidence,
    EmpiricalBayesConfidence,
    ForestConfidence,
    IntervalConfidence,
    LinearQuantileRegressor,
    NeighborConfidence,
    OnlineConfidence,
    OnlineLinearRegressor,
    QuantileConfidence,
    ResidualConfidence,
    SecondOpinionConfidence,
    SelectiveRegressor,
)
from qconf.estimators.nearby import NearbyConfidence
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.error_forest import ErrorForest
from qconf.learners.trees.quantile_forest import QuantileForest
from qconf.learners.trees.value_forest import ValueForest

__all__ = ["KEPT", "MODELS", "answers", "fitted", "new_rows", "table"]

_ROWS = 300
_OF_PROBABILITIES = ("predict_quantiles", "predict_within", "predict_interval")
#: Of these there is a file of each format.
KEPT = (
    "blend-informed", "blend-told", "count", "empirical-bayes", "given", "model",
    "model-replicates", "neighbors", "online-max", "planes", "quantile-linear", "residual-glm",
    "residual-leaves", "second-opinion-boosted", "second-opinion-forest", "second-opinion-told",
    "trees-of-quantiles",
)  # fmt: skip


@cache
def table() -> tuple[pd.DataFrame, Any, Any]:
    """Return features of every kind with gaps, a target, and residuals."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "area": rng.normal(100, 20, _ROWS).round(1),
            "zone": rng.choice(np.array(["a", "b", "c\u00e9", None], dtype=object), _ROWS),
            "grade": pd.Categorical(rng.integers(1, 5, _ROWS)),
            "age": np.where(rng.uniform(size=_ROWS) < 0.1, np.nan, rng.integers(0, 90, _ROWS)),
            "sold": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, _ROWS), "D"),
            "low": rng.uniform(1, 2, _ROWS),
            "high": rng.uniform(2, 3, _ROWS),
        }
    )
    noise = rng.normal(scale=np.where(X["zone"] == "a", 0.05, 0.1))
    return X, np.exp(10 + X["area"].to_numpy() / 100 + noise), noise


def new_rows(n_rows: int) -> pd.DataFrame:
    """Make rows that were not in `fit`, some with levels and gaps that were not either."""
    rng = np.random.default_rng(1)
    X = table()[0].sample(n_rows, replace=True, random_state=1, ignore_index=True)
    X["area"] += rng.normal(size=n_rows)
    X.loc[rng.uniform(size=n_rows) < 0.1, "zone"] = "never seen"
    X.loc[rng.uniform(size=n_rows) < 0.1, "sold"] = pd.NaT
    return X


def _numbers(X: pd.DataFrame) -> Any:
    return X[["area", "low", "high"]].to_numpy()


def _on_residuals(estimator: Any) -> Any:
    X, _, residual = table()
    return estimator.fit(X, residual)


def _on_squares(estimator: Any) -> Any:
    X, _, residual = table()
    return estimator.fit(X, residual**2)


def _on_target(model: Any, **roles: Any) -> Any:
    X, target, _ = table()
    return model.fit(X, target, **roles)


def _opinion() -> Any:
    return SecondOpinionConfidence(4, n_error_trees=8, random_state=0)


def _small_blend() -> Any:
    members = [
        ResidualConfidence(BoostedTrees("gamma", n_estimators=8)),
        QuantileConfidence(BoostedTrees("quantile", n_estimators=8)),
        ForestConfidence(4),
        NeighborConfidence(),
        OnlineConfidence(),
        CountConfidence(),
    ]
    return BlendConfidence(members, folds=2, random_state=0)


_TREES = BoostedTrees(n_estimators=8, random_state=0)

#: By name, how each is made and fitted.
MODELS: dict[str, Callable[[], Any]] = {
    "constant": lambda: _on_residuals(ConstantConfidence()),
    "column": lambda: _on_residuals(ColumnConfidence("low")),
    "interval": lambda: _on_residuals(IntervalConfidence("low,high")),
    "count": lambda: _on_residuals(CountConfidence(bins=8)),
    "online": lambda: _on_residuals(OnlineConfidence()),
    "online-max": lambda: _on_residuals(OnlineConfidence("max", n_bootstrap=4, random_state=0)),
    "empirical-bayes": lambda: _on_residuals(EmpiricalBayesConfidence(["zone", "grade", "age"])),
    "neighbors": lambda: _on_residuals(NeighborConfidence(random_state=0)),
    "nearby": lambda: _on_residuals(NearbyConfidence(places=("area", "age"))),
    "forest": lambda: _on_residuals(ForestConfidence(5, random_state=0)),
    "residual": lambda: _on_residuals(ResidualConfidence(random_state=0)),
    "residual-leaves": lambda: _on_residuals(
        ResidualConfidence(
            BoostedTrees("gamma", n_estimators=8), n_bootstrap=5, bound="max", random_state=0
        )
    ),
    "residual-refits": lambda: _on_residuals(
        ResidualConfidence(
            BoostedTrees("gamma", n_estimators=8),
            n_bootstrap=3,
            replicates="refits",
            bound=0.9,
            random_state=np.random.RandomState(3),
        )
    ),
    "residual-combined": lambda: _on_residuals(
        ResidualConfidence(target="combined", monotonic={"area": 1}, random_state=0)
    ),
    "residual-log": lambda: _on_residuals(ResidualConfidence(target="log", random_state=0)),
    "residual-outlier": lambda: _on_residuals(
        ResidualConfidence(target="outlier", threshold=0.1, random_state=0)
    ),
    "residual-absolute": lambda: _on_residuals(
        ResidualConfidence(target="absolute", early_stopping=True, random_state=0)
    ),
    "residual-glm": lambda: _on_residuals(ResidualConfidence("glm", bound="mean+sd")),
    "residual-prior": lambda: _on_residuals(
        ResidualConfidence(
            "glm",
            prior={"age": (0.01, 0.01), "zone=a": (-0.5, 0.3), "zone missing": (0.2, 0.2)},
            bound="mean+sd",
        )
    ),
    "residual-rules-learned": lambda: _on_residuals(
        ResidualConfidence.from_rules(0.08, {"age": (0.01, 0.01)}, typical={"age": 30})
    ),
    "residual-online": lambda: _on_residuals(ResidualConfidence("online", target="log")),
    "quantile": lambda: _on_residuals(
        QuantileConfidence(BoostedTrees("quantile", n_estimators=8), random_state=0)
    ),
    "quantile-forest": lambda: _on_residuals(QuantileConfidence("forest", random_state=0)),
    "quantile-linear": lambda: _on_residuals(QuantileConfidence("linear")),
    "quantile-statsmodels": lambda: _on_residuals(QuantileConfidence("statsmodels")),
    "blend": lambda: _on_residuals(_small_blend()),
    "second-opinion": lambda: _on_residuals(_opinion()),
    "second-opinion-told": lambda: _on_target(
        ConfidentRegressor(_TREES, _opinion(), error="absolute", folds=2, random_state=0)
    ),
    "blend-told": lambda: _on_target(
        ConfidentRegressor(
            _TREES, BlendConfidence([_opinion(), CountConfidence()], folds=2), random_state=0
        )
    ),
    "boosted-trees": lambda: _on_residuals(BoostedTrees(n_estimators=8, random_state=0)),
    "boosted-gamma": lambda: _on_squares(BoostedTrees("gamma", n_estimators=8, random_state=0)),
    "comparables": lambda: _on_target(ComparablesRegressor(n_estimators=8, random_state=0)),
    "error-forest": lambda: _on_residuals(ErrorForest(n_estimators=4, random_state=0)),
    "value-forest": lambda: _on_residuals(ValueForest(n_estimators=4, random_state=0)),
    "trees-of-quantiles": lambda: _on_residuals(QuantileForest(n_estimators=5, random_state=0)),
    "glm": lambda: _on_squares(GammaGLM()),
    "online-learner": lambda: _on_residuals(
        OnlineLinearRegressor(n_bootstrap=3, bins=None, random_state=0)
    ),
    "model": lambda: _on_target(ConfidentRegressor(_TREES, _small_blend(), random_state=0)),
    "model-sales": lambda: _on_target(
        ConfidentRegressor(_TREES, "constant", keep_sales=True, random_state=0),
        time="sold",
    ),
    "model-log": lambda: _on_target(
        ConfidentRegressor(confidence="residual", error="log", folds=2, random_state=0), time="sold"
    ),
    "model-replicates": lambda: _on_target(
        ConfidentRegressor(
            _TREES,
            ForestConfidence(3),
            bootstrap="both",
            n_bootstrap=3,
            bound="mean+sd",
            folds=2,
            random_state=0,
        ),
        groups="grade",
    ),
    "given": lambda: _on_target(
        ConfidentRegressor("column:low", "count", error="absolute", random_state=0), time="sold"
    ),
    "model-absolute": lambda: _on_target(
        ConfidentRegressor(
            _TREES, "online", error="absolute", n_bootstrap=2, bound="max", random_state=0
        )
    ),
    "model-conflicts": lambda: _on_target(
        ConfidentRegressor(
            _TREES, "online", conflicts={"price": ("low", "high")}, folds=2, random_state=0
        )
    ),
    "model-probabilities": lambda: _on_target(
        ConfidentRegressor(
            _TREES, "constant", error="log", folds=3, probabilities=True, random_state=0
        )
    ),
    "selective": lambda: _on_target(
        SelectiveRegressor(
            ConfidentRegressor(_TREES, "constant", folds=2), threshold=0.3, random_state=0
        ),
        time="sold",
    ),
    "selective-nothing": lambda: _on_target(
        SelectiveRegressor(
            ConfidentRegressor(_TREES, "constant", folds=2),
            threshold=0.05,
            outlier_rate=0.001,
            random_state=0,
        )
    ),
}
# Kept files of these are of versions in which opinions had no models of errors, or had some that
# the answer did not ask, beside boosted trees or not.
MODELS["blend-informed"] = MODELS["blend-told"]
MODELS["second-opinion-boosted"] = MODELS["second-opinion-told"]
MODELS["second-opinion-forest"] = MODELS["second-opinion-told"]
#: Models of plain matrices.
_OF_MATRICES: dict[str, Callable[[], Any]] = {
    "planes": lambda: LinearQuantileRegressor((0.1, 0.9)).fit(_numbers(table()[0]), table()[2]),
    "matrix": lambda: ConfidentRegressor(_TREES, "residual", random_state=0).fit(
        _numbers(table()[0]), table()[1]
    ),
    "objects": lambda: ResidualConfidence("glm").fit(
        table()[0][["area", "zone"]].to_numpy(dtype=object), table()[2]
    ),
}
MODELS |= _OF_MATRICES


@cache
def fitted(name: str) -> Any:
    """Return a fitted model; it must not be changed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MODELS[name]()


def _has_none(model: Any) -> bool:
    """Tell whether probabilities were left out of a regressor that could have had them."""
    able = hasattr(model, "predict_within")
    return able and getattr(model, "error_distribution_", None) is None


def _levels(model: Any) -> tuple[Any, ...]:
    """Return what a model has to be told beside the rows: regressors of quantiles know theirs."""
    return ([0.1, 0.5],) if hasattr(model, "predict_within") else ()


def answers(name: str, model: Any, n_rows: int = 50) -> dict[str, Any]:
    """Ask a model of new rows."""
    X: Any = new_rows(n_rows)
    if name in ("planes", "matrix"):
        X = _numbers(X)
    elif name == "objects":
        X = X[["area", "zone"]].to_numpy(dtype=object)
    asked = (
        "predict", "predict_error", "decompose", "moments", "factors", "accepts",
        *_OF_PROBABILITIES,
    )  # fmt: skip
    said = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in asked:
            if not hasattr(model, method) or (method == "decompose" and model.cuts_ is None):
                continue
            if method in _OF_PROBABILITIES and _has_none(model):
                continue
            given = {"factors": (), "predict_quantiles": (X, *_levels(model))}.get(method, (X,))
            found = getattr(model, method)(*given)
            said[method] = found.to_numpy() if isinstance(found, pd.DataFrame) else np.array(found)
    return said


def _keep(folder: Path) -> None:
    for name in KEPT:
        model = fitted(name)
        qconf.save(model, folder / f"{name}.qconf")
        said = {method: found.tolist() for method, found in answers(name, model, 20).items()}
        (folder / f"{name}.json").write_text(json.dumps(said) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
