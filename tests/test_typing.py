"""What a type checker says of the public API, typed as users type it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from qconf import _types
from qconf.core.error_scale import ERROR_SCALES
from qconf.estimators.bounds import BOUNDS
from qconf.estimators.error_learners import LEARNERS
from qconf.estimators.error_targets import COMBINED, LOSSES
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
    BlendConfidence, Comparison, ConfidentRegressor, QuantileConfidence, ResidualConfidence,
    compare, evaluate, load_example, simulate,
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
"""

#: Each line is a mistake that a type checker finds before the program runs.
WRONG = """
from qconf import (
    BlendConfidence, ConfidentRegressor, IntervalConfidence, QuantileConfidence,
    ResidualConfidence, compare, evaluate, simulate,
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
        (_types.BoostingLoss, BoostedTrees._parameter_constraints["loss"][0].options),
    ],
)
def test_what_is_typed_is_what_there_is(literal: Any, values: Any) -> None:
    """An option that a type allows is one that the program has, and the other way round."""
    assert set(get_args(literal)) == set(values)
