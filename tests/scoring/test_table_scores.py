"""Rows that were read are scored; of those that cannot be it is told why."""

from __future__ import annotations

import numpy as np
import pytest
from saved_models import fitted, new_rows, table

from qconf._types import ErrorScaleName
from qconf.core.error_scale import error_scale
from qconf.scoring.table_scores import (
    error_of_one_fit,
    has_prediction,
    score_table,
    unusable,
)
from qconf.tables.schema import Schema


@pytest.mark.parametrize(
    ("scale", "bad"),
    [
        ("absolute", [False, False, False, True, True]),
        ("relative", [False, True, True, True, True]),
        ("log", [False, True, True, True, True]),
    ],
)
def test_what_nothing_can_be_said_of(scale: ErrorScaleName, bad: list[bool]) -> None:
    """No number and no finite one; and what has no logarithm, where errors are relative."""
    predicted = np.array([1.0, 0.0, -1.0, np.nan, np.inf])
    assert unusable(predicted, error_scale(scale)).tolist() == bad


def test_a_row_without_a_given_prediction_is_left_out_with_a_reason() -> None:
    """Others are scored as if it were not there; a row that was not read keeps its own reason."""
    model = fitted("given")
    rows = table()[0].head(6).copy()
    rows.loc[[1, 4], "low"] = [np.nan, np.inf]
    scored = score_table(model, rows, Schema.of_model(model), unread={2: "No date."})
    assert scored.rows.tolist() == [0, 3, 5]
    assert scored.reasons == {
        1: "The prediction 'low' is missing.",
        2: "No date.",
        4: "The prediction 'low' must be finite; found inf.",
    }
    alone = score_table(model, rows.iloc[[0, 3, 5]], Schema.of_model(model))
    for name, values in alone.scores.items():
        np.testing.assert_array_equal(scored.scores[name], values)


def test_a_confidence_estimator_alone_knows_no_values() -> None:
    """It says expected errors, in units that it does not know."""
    model = fitted("count")
    assert not has_prediction(model)
    assert has_prediction(fitted("given"))
    scored = score_table(model, new_rows(5), Schema.of_model(model))
    assert list(scored.scores) == ["expected_error"]
    np.testing.assert_array_equal(scored.scores["expected_error"], model.predict(new_rows(5)))


def test_probabilities_are_of_one_fit_and_not_of_a_bound() -> None:
    """With replicates the expected error is an upper bound, and what it bounds is asked for."""
    model, rows = fitted("model-replicates"), new_rows(20)
    bound = model.predict_error(rows)
    central = error_of_one_fit(model, rows, bound)
    assert (central < bound).any()
    plain = fitted("given")
    expected = plain.predict_error(rows)
    assert error_of_one_fit(plain, rows, expected) is expected
