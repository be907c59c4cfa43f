"""Score rows that were read: values, expected errors, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.conventions import PREDICTION
from qconf.core.error_scale import ErrorScale, error_scale
from qconf.core.validation import select_rows
from qconf.scoring.decisions import Decisions
from qconf.tables.schema import Schema

__all__ = [
    "EXPECTED_ERROR",
    "ScoredTable",
    "error_of_one_fit",
    "has_prediction",
    "score_table",
    "unusable",
]

EXPECTED_ERROR = "expected_error"
_NOTHING_SAID = Decisions()


@dataclass(frozen=True, eq=False)
class ScoredTable:
    """Rows that a model has read, scored.

    Attributes
    ----------
    rows : ndarray of int
        Which rows could be scored.
    reasons : dict of int to str
        Why others could not.
    table : DataFrame or ndarray of shape (n_scored, n_features)
    scores : dict of str to array-like of shape (n_scored,)
        All that is said of rows, by column.
    """

    rows: IntArray
    reasons: dict[int, str]
    table: Any
    scores: dict[str, Any]


def score_table(
    model: Any,
    table: Any,
    schema: Schema,
    decisions: Decisions = _NOTHING_SAID,
    unread: Mapping[int, str] | None = None,
) -> ScoredTable:
    """Score rows that `Schema.read` has read, or that were made as it makes them.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
    table : DataFrame or ndarray of shape (n_rows, n_features)
    schema : Schema
    decisions : Decisions
    unread : mapping of int to str, default=None
        Why some rows could not be read.
    """
    reasons = {**(unread or {}), **_bad_givens(model, table, schema)}
    rows = np.setdiff1d(np.arange(len(table)), list(reasons)).astype(np.intp)
    table = select_rows(table, rows) if reasons else table
    prediction, expected = _estimates(model, table)
    if prediction is not None:
        bad = unusable(prediction, error_scale(model.error))
        for at in np.flatnonzero(bad):
            reasons[int(rows[at])] = _why_unusable(prediction[at])
        if bad.any():
            rows, prediction, expected = rows[~bad], prediction[~bad], expected[~bad]
            table = select_rows(table, np.flatnonzero(~bad))
    scores = _scores(model, table, prediction, expected, decisions)
    return ScoredTable(rows, reasons, table, scores)


def has_prediction(model: Any) -> bool:
    """Tell a regressor, which predicts values, too, from a confidence estimator alone."""
    return hasattr(model, "predict_with_error")


def _estimates(model: Any, table: Any) -> tuple[FloatArray | None, FloatArray]:
    """Return predictions, if the model makes them, and expected errors."""
    if len(table) == 0:
        return (np.empty(0) if has_prediction(model) else None), np.empty(0)
    if has_prediction(model):
        prediction, expected = model.predict_with_error(table)
        return prediction, np.asarray(expected, dtype=np.float64)
    return None, np.asarray(model.predict(table), dtype=np.float64)


def _bad_givens(model: Any, table: Any, schema: Schema) -> dict[int, str]:
    """Find rows whose prediction is given in a column, and cannot be used."""
    column = getattr(getattr(model, "regressor_", None), "column", None)
    if not isinstance(table, pd.DataFrame) or column not in schema.names:
        return {}
    given = table[column].to_numpy(dtype=np.float64)
    bad = np.flatnonzero(unusable(given, error_scale(model.error)))
    return {int(at): _why_unusable(given[at], f"The prediction {column!r}") for at in bad}


def unusable(prediction: FloatArray, scale: ErrorScale) -> BoolArray:
    """Tell predictions that nothing can be said of, shape (n_rows,)."""
    bad: BoolArray = ~np.isfinite(prediction)
    if scale.needs_positive:
        bad |= ~(prediction > 0)
    return bad


def _why_unusable(prediction: float, what: str = "The model's prediction") -> str:
    if np.isnan(prediction):
        return f"{what} is missing."
    found = f"{prediction:g}"
    rule = "finite" if np.isinf(prediction) else "positive on the relative and the log error scale"
    return f"{what} must be {rule}; found {found}."


def _scores(
    model: Any,
    table: Any,
    prediction: FloatArray | None,
    expected: FloatArray,
    decisions: Decisions,
) -> dict[str, Any]:
    """Return all that is said of rows, by column."""
    if prediction is None:
        return {EXPECTED_ERROR: expected, **decisions.of_rows(model, expected, expected)}
    scale, central = error_scale(model.error), error_of_one_fit(model, table, expected)
    known = decisions.between(model, prediction, central)
    low, high = scale.around(expected, prediction) if known is None else known
    return {
        PREDICTION: prediction,
        EXPECTED_ERROR: expected,
        "fsd": scale.relative_spread(expected, prediction),
        "std": scale.spread(expected, prediction),
        "low": low,
        "high": high,
        **decisions.of_rows(model, expected, central),
    }


def error_of_one_fit(model: Any, table: Any, expected: FloatArray) -> FloatArray:
    """Return expected errors that are no upper bounds, as probabilities are made of."""
    if getattr(model, "replicates_", None) is None or len(expected) == 0:
        return expected
    central: FloatArray = model.predict_central_error(table)
    return central
