"""Contenders are made from names or estimators, and held to the contract."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf import ConstantConfidence, CountConfidence
from qconf.comparison.contenders import make_contenders, score_columns
from qconf.errors import EstimatorError, OptionError


def test_names_estimators_and_mappings_are_taken() -> None:
    """An estimator without a name goes by its class."""
    made = make_contenders(["count", ConstantConfidence(), "column:fsd"])
    assert [one.name for one in made][::2] == ["count", "column:fsd"]
    assert "onstant" in made[1].name
    assert [one.name for one in make_contenders({"mine": "count"})] == ["mine"]
    assert score_columns(made) == ["fsd"]


def test_scores_of_all_rounds_are_put_together() -> None:
    """Rows that no round scored are not a number."""
    (one,) = make_contenders({"counts": CountConfidence()})
    X = pd.DataFrame({"zone": list("aab") * 4})
    residual = np.linspace(-0.1, 0.1, 12)
    parts = np.arange(8), np.arange(8, 11), np.random.RandomState(0)
    one.keep(parts[1], one.play(X, X[[]], residual, *parts))
    scores = one.expected_error(12)
    assert np.isfinite(scores[8:11]).all()
    assert np.isnan(np.delete(scores, [8, 9, 10])).all()
    assert one.seconds > 0


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ([], OptionError, "At least one"),
        (["count", "count"], OptionError, "named twice"),
        (["cuont"], EstimatorError, "Did you mean 'count'"),
    ],
)
def test_what_is_no_contender_is_refused(
    given: list[str], error: type[Exception], words: str
) -> None:
    """Before any work is done."""
    with pytest.raises(error, match=words):
        make_contenders(given)
