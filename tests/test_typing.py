"""What a type checker says of the public API, typed as users type it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

import qconf
from qconf import _types
from qconf.core.error_scale import ERROR_SCALES
from qconf.datasets import EXAMPLES
from qconf.estimators.bounds import BOUNDS
from qconf.estimators.error_learners import LEARNERS
from qconf.estimators.error_targets import COMBINED, LOSSES
from qconf.evaluation.metrics.registry import METRICS
from qconf.learners.trees.boosted import BoostedTrees

ROOT = Path(__file__).parents[1]

RIGHT = """
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qconf import (
    Backtest, BlendConfidence, Certificate, Certificates, CertifiedModel, ComparablesRegressor,
    Comparison, ConfidentRegressor, FeedbackStore, FittedModel, InputConflict, OnlineConfidence,
    QuantileConfidence, RateMonitor, Reliability, ResidualConfidence, ReviewQueue,
    SelectiveRegressor, SliceAudit, audit_slices, backtest, certify, compare, evaluate,
    fit_certified, fit_model, load, load_example, reliability, review_queue, simulate, tiers,
)
from qconf.base import ConfidenceEstimator, ConfidenceLike


class Mine:
    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "Mine":
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.ones(len(X))


mine: ConfidenceLike = Mine()
table = pd.DataFrame({"price": [1.0], "area": [1.0]})
pipeline = make_pipeline(StandardScaler(), Ridge())
model = ConfidentRegressor(GridSearchCV(pipeline, {}), "residual", error="log", bound="mean+sd")
model.fit(table[["area"]], table["price"], groups=[1], time=[2])
prediction, spread = model.predict(table[["area"]], return_std=True)
spread.mean()
ConfidentRegressor(confidence=mine, bound=0.9, bootstrap="both", folds=3, copies="keep")
BlendConfidence([ResidualConfidence("glm", target="absolute"), Mine()], folds=3)
ResidualConfidence(Ridge(), replicates="refits", loss="squared")
QuantileConfidence("linear", quantiles=[0.1, 0.9])
found: Comparison = compare(
    table, "price", error="relative", estimators=["residual", Mine()], confidence_level=0.9
)
compare("sales.csv", "price", model=pipeline, estimators={"mine": Mine()}, groups="seller")
evaluate([0.1], [0.2], threshold=0.15, confidence_level=0.9).best_decile.outlier_rate.interval[0]
simulate(10, bootstrap=2)
sales = load_example("king-county").table
conflict = InputConflict({"floor area": ("sqft_tax", "sqft_listing")}, scale="ratio")
conflict.fit(table).transform(table).shape
compare(table, "price", metrics=["ppe10", "over-valuation-rate"], conflicts=[("a", "b")])
fitted: FittedModel = fit_model(table, "price", time="sold_on", estimator="auto")
fitted.save("avm.qconf")
certificate: Certificate = certify([0.1], [0.2], threshold=0.15, side="over")
several: Certificates = certify(
    [0.1], [0.2], threshold=0.15, outlier_rate=[0.02, 0.05], several="joint"
)
for rate, one in several.items():
    print(rate, one.cut_off, one.certified)
certified: CertifiedModel = fit_certified(table, "price", estimator="blend", outlier_rate=0.1)
certified.first.cut_off
SelectiveRegressor(model, outlier_rate=0.1, side="over").fit(table, table["price"]).accepts(table)
audit: SliceAudit = audit_slices(
    table, [0.1], [0.1], threshold=0.15, metrics=["bias", "calibration"], against="all"
)
played: Backtest = backtest(table, "price", models=["linear", pipeline], estimators=[Mine()])
kept = load("avm.qconf")
with FeedbackStore("queue.db") as store:
    queue: ReviewQueue = review_queue(model, table, truth="price", queued=store.queued())
    store.add_queue(queue)
sure: Reliability = reliability([0.5], [True])
names: np.ndarray = tiers([0.1, 0.2])
ComparablesRegressor().fit(table, [1.0]).predict(table)
OnlineConfidence().fit(table, [0.1]).predict(table)
alarm = RateMonitor(0.05).update([True])
"""

#: Each line is a mistake that a type checker finds before the program runs.
WRONG = """
from qconf import (
    BlendConfidence, ConfidentRegressor, InputConflict, IntervalConfidence, QuantileConfidence,
    ResidualConfidence, SelectiveRegressor, audit_slices, backtest, certify, compare, evaluate,
    fit_certified, fit_model, load_example, review_queue, simulate, value_curve,
)
from qconf.learners.online.regressor import OnlineLinearRegressor
from qconf.learners.trees.boosted import BoostedTrees

ConfidentRegressor(error="relativ")
ConfidentRegressor(bootstrap="all")
ConfidentRegressor(bound="maximum")
ConfidentRegressor(copies="drop")
ConfidentRegressor(cv=3)
ConfidentRegressor(3)
ConfidentRegressor(confidence=3)
ConfidentRegressor(confidence=ResidualConfidence)
ResidualConfidence(target="sqaured")
ResidualConfidence("gml")
ResidualConfidence(loss="gama")
ResidualConfidence(replicates="leafs")
QuantileConfidence("liner")
IntervalConfidence(error="rel")
BlendConfidence(["residual"])
OnlineLinearRegressor(link="logit")
BoostedTrees("gama")
compare("sales.csv", "price", error="relativ")
compare("sales.csv", "price", copies="drop")
compare("sales.csv", "price", group="seller")
compare("sales.csv", "price", estimators=[3])
evaluate([0.1], [0.2], threshold=0.15, level=0.9)
simulate(replicates=10)
load_example("kings-county")
InputConflict(scale="log")
compare("sales.csv", "price", metrics=["ppe"])
evaluate([0.1], [0.2], threshold=0.15, metrics=["aurc"])
fit_model("sales.csv", "price", error="relativ")
fit_model("sales.csv", "price", copies="drop")
fit_certified("sales.csv", "price", side="under")
fit_certified("sales.csv", "price", several="all")
certify([0.1], [0.2], threshold=0.15, side="under")
certify([0.1], [0.2], threshold=0.15, outlier_rate=[0.1, 0.2], several="all")
value_curve([0.1], [0.2], threshold=0.15, side="under")
SelectiveRegressor(side="under")
audit_slices([[1]], [0.1], [0.1], threshold=0.15, metrics=["biass"])
audit_slices([[1]], [0.1], [0.1], threshold=0.15, against="none")
backtest("sales.csv", "price", models=[3])
backtest("sales.csv", "price", error="relativ")
review_queue("avm.qconf", "new.csv", conflict=[("a", "b")])
"""


def mypy(path: Path, source: str) -> list[str]:
    """Check a file as strictly as mypy can; return its lines of complaint."""
    pytest.importorskip("mypy")
    path.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--disable-error-code", "type-arg", str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,  # where mypy's settings are, and what it remembers
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if " error: " in line]


def test_every_public_name_has_a_type() -> None:
    """What is imported lazily is imported for type checkers, too; no more, from the same place."""
    tree = ast.parse((ROOT / "qconf" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [one for one in tree.body if isinstance(one, ast.If)]
    typed = {
        str(name.asname): str(one.module)
        for one in block.body
        if isinstance(one, ast.ImportFrom) and one.module != "typing"
        for name in one.names
    }
    assert typed == qconf._HOME
    assert sorted(typed) == sorted(qconf.__all__)


@pytest.mark.slow
def test_right_calls_pass(tmp_path: Path) -> None:
    """A pipeline, a search, an estimator of one's own, names, and every option."""
    assert mypy(tmp_path / "right.py", RIGHT) == []


@pytest.mark.slow
def test_each_wrong_option_is_told_by_its_line(tmp_path: Path) -> None:
    """A mistyped option, a former name, a class for an instance."""
    told = {int(line.split(":")[1]) for line in mypy(tmp_path / "wrong.py", WRONG)}
    lines = WRONG.splitlines()
    assert told == {number for number, line in enumerate(lines, 1) if re.match(r"\w+\(", line)}


@pytest.mark.parametrize(
    ("literal", "values"),
    [
        (_types.ErrorScaleName, ERROR_SCALES),
        (_types.BoundName, BOUNDS),
        (_types.ErrorTargetName, [*LOSSES, COMBINED]),
        (_types.ErrorLearner, ["boosted", *LEARNERS]),
        (_types.ExampleName, EXAMPLES),
        (_types.RowMetricName, [*METRICS, *(name.replace("_", "-") for name in METRICS)]),
        (_types.BoostingLoss, BoostedTrees._parameter_constraints["loss"][0].options),
    ],
)
def test_what_is_typed_is_what_there_is(literal: Any, values: Any) -> None:
    """An option that a type allows is one that the program has, and the other way round."""
    assert set(get_args(literal)) == set(values)
