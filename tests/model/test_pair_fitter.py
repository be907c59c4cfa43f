"""What both models of a pair are fitted on, and what the confidence estimator is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from qconf import ResidualConfidence
from qconf.core.error_scale import error_scale
from qconf.model.pair_fitter import PairFitter, with_prediction
from qconf.residuals.schedules import schedule

N_ROWS = 60


def fitter_of(**plan: Any) -> PairFitter:
    """A line and its residuals, all of them 0."""
    table = np.arange(N_ROWS, dtype=float).reshape(-1, 1)
    fits = schedule(N_ROWS, folds=6, **plan).residual_fits
    scale, confidence = error_scale("absolute"), ResidualConfidence("glm")
    return PairFitter(table, 2 * table[:, 0], scale, fits, LinearRegression(), confidence, ())


def test_a_fold_leaves_out_its_share_of_the_rows() -> None:
    """With six folds the model behind a residual has seen five sixths of the table."""
    np.testing.assert_allclose(fitter_of().shortage, 6 / 5)


def test_forward_in_time_the_first_models_have_seen_least() -> None:
    """Their share falls as the history grows; rows that nothing comes before have none."""
    shortage = fitter_of(time=np.arange(N_ROWS)).shortage
    known = shortage[np.isfinite(shortage)]
    assert np.isnan(shortage[0])
    assert (np.diff(known) <= 0).all()
    assert known[0] > 5
    assert 1 < known[-1] < 1.5


@pytest.mark.parametrize("time", [None, np.arange(N_ROWS)])
def test_predictions_are_made_where_a_model_could_see_other_rows(time: Any) -> None:
    """And only there; a line that is known from any rows is right in all others."""
    fitter = fitter_of(time=time)
    predicted = fitter.held_out_predictions(fitter.regressor)
    known = np.isfinite(predicted)
    np.testing.assert_array_equal(known, np.isfinite(fitter.shortage))
    np.testing.assert_allclose(predicted[known], fitter.target[known])


def test_confidence_sees_the_prediction_and_not_what_is_hidden() -> None:
    """In a table by name, all names as text; in an array as the last column."""
    table = pd.DataFrame({"sold": [1, 2], 7: [3, 4]})
    seen = with_prediction(table, np.array([5.0, 6.0]), ["sold"])
    assert seen.to_dict("list") == {"7": [3, 4], "prediction": [5.0, 6.0]}
    assert list(table.columns) == ["sold", 7]
    assert with_prediction(np.array([[1.0]]), np.array([2.0])).tolist() == [[1.0, 2.0]]
