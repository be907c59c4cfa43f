"""The benchmark of explanations counts what it says, and the committed results keep the promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from new_rows import features, fitted_model, new_rows

from benchmarks import explanations
from qconf import explain_error

RESULTS = Path(explanations.__file__).parent / "results"


def test_the_top_reason_is_taken_away() -> None:
    """Its column is set to the typical cell, in its row alone, and the model is asked again."""
    model, X = fitted_model(), features(new_rows(12)).drop(columns="parcel").assign(parcel=1)
    X = X[list(model.feature_names_in_)]
    each = explanations.of_model(model, X.reset_index(drop=True))
    reasons = explain_error(model, X.reset_index(drop=True)).table.groupby("row").head(1)
    assert each["top"].tolist() == reasons["property"].tolist()
    typical: Any = model.background_.typical
    for row in range(3):
        name = each["top"][row]
        one = X.iloc[[row]].assign(**{name: typical[name].astype(X[name].dtype).to_numpy()})
        moved = np.log(model.predict_error(X.iloc[[row]]) / model.predict_error(one))
        assert each["change"][row] == pytest.approx(moved[0])
    assert each["product_error"].max() < 1e-9
    assert each["sum_error"].max() < 1e-9


def test_what_moved_as_told_is_counted() -> None:
    """With Jeffreys' interval; one that did not move did not move as told."""
    each = pd.DataFrame(
        {
            "contribution": [0.1, -0.2, 0.3, 0.4],
            "change": [0.1, -0.1, -0.1, 0.0],
            "told": [0.0, 1.0, 2.0, 3.0],
            "asked": [0.0, 1.0, 2.0, 3.0],
            "cpu_seconds": 0.1,
        }
    )
    found = explanations.summed(each)
    assert found["moved_as_told"] == 0.5
    assert found["low"] == pytest.approx(1 - found["high"], abs=1e-4)
    assert found["fidelity"] == 1.0
    assert found["mean_change"] == pytest.approx((0.1 + 0.1 - 0.1 + 0.0) / 4)


def test_committed_results_keep_the_promise() -> None:
    """95 % of 1,000 rows on two tables, sums exact, 0.3 s a row."""
    table = pd.read_csv(RESULTS / "explanations.csv")
    own = table[table["reasons"] == "model itself"]
    assert own["table"].tolist() == ["king-county", "seattle"]
    assert (own["rows"] == 1000).all()
    assert (own["moved_as_told"] >= 0.95).all()
    assert (own[["product_error", "sum_error"]] <= 1e-9).all(axis=None)
    assert (own["cpu_seconds_a_row"] <= 0.3).all()
