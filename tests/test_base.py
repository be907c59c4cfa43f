"""The base class validates, and scores what it fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV

from qconf import ConstantConfidence, ResidualConfidence
from qconf.learners.trees.boosted import BoostedTrees


def test_score_prefers_the_truth(rng: np.random.Generator) -> None:
    """QLIKE is best at the right size of error: too large and too small are both worse."""
    residual = rng.normal(scale=0.1, size=5000)
    table = np.zeros((5000, 1))
    scores = [
        ConstantConfidence().fit(table, residual * factor).score(table, residual)
        for factor in (0.5, 1.0, 2.0)
    ]
    assert scores[1] == max(scores)


def test_works_in_a_grid_search(rng: np.random.Generator) -> None:
    """Model selection by the default score finds the learner that sees the noise."""
    x = rng.uniform(size=(1000, 1))
    residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.02, 0.2))
    trees = [BoostedTrees("gamma", n_estimators=n, random_state=0) for n in (1, 50)]
    search = GridSearchCV(ResidualConfidence(), {"learner": trees}, cv=2).fit(x, residual)
    assert search.best_params_["learner"].n_estimators == 50


@pytest.mark.parametrize(
    ("table", "residual", "words"),
    [
        (pd.DataFrame({"x": []}), [], "0 rows"),
        (pd.DataFrame(index=range(2)), [1.0, 2.0], "0 feature"),
        (pd.DataFrame({"x": [1.0, np.inf]}), [1.0, 2.0], "'x' has 1 infinite"),
        (pd.DataFrame({"x": [1.0, 2.0]}), [1.0], "inconsistent numbers of samples"),
        (pd.DataFrame({"x": [1.0, 2.0]}), [1.0, np.nan], "NaN"),
        (pd.DataFrame({"x": [1.0, 2.0]}), None, "y is None"),
    ],
)
def test_bad_tables_and_residuals(table: pd.DataFrame, residual: object, words: str) -> None:
    """DataFrames are held to the same rules as arrays."""
    with pytest.raises(ValueError, match=words):
        ConstantConfidence().fit(table, residual)  # type: ignore[arg-type]


def test_columns_must_come_back() -> None:
    """Other columns than those of `fit` are refused, in scikit-learn's words."""
    est = ConstantConfidence().fit(pd.DataFrame({"x": [1.0, 2.0]}), [1.0, 2.0])
    with pytest.raises(ValueError, match="feature names"):
        est.predict(pd.DataFrame({"y": [1.0]}))
