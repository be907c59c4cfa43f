"""Residuals forward in time are measured against shuffled ones, on the same rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from benchmarks import drift, scenarios
from benchmarks.scenarios import Scenario


def test_both_kinds_score_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row a kind and estimator; tables without time are left out."""
    sales_table(240).to_parquet(tmp_path / "sales.parquet")
    timed = Scenario("sales", "sales", "price", "sold_on", (), ("parcel",))
    timeless = Scenario("houses", "sales", "price", None, (), ("parcel", "sold_on"))
    monkeypatch.setattr(scenarios, "SCENARIOS", (timed, timeless))
    monkeypatch.setattr(drift, "ESTIMATORS", ("count", "constant"))
    measured = drift.run(tmp_path, seeds=1)
    assert set(measured["scenario"]) == {"sales"}
    assert list(measured["residuals"]) == ["forward", "shuffled"] * 2
    assert len(set(measured["overall_rate"])) == 1


def test_shuffled_predictions_have_not_seen_their_row() -> None:
    """They come from other folds: another label of a row leaves its own prediction alone."""
    table = pd.DataFrame({"x": np.arange(60.0)})
    y = np.random.default_rng(0).normal(size=60)
    other = np.where(np.arange(60) == 7, 99.0, y)
    seen = np.arange(40)
    before, after = (drift._shuffled(_Mean(), table, target, seen, seed=0) for target in (y, other))
    assert before[7] == after[7]
    assert (before != after).any()


class _Mean:
    """Predicts the mean target."""

    def get_params(self, deep: bool = True) -> dict[str, object]:
        return {}

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> _Mean:
        self.mean = y.mean()
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.full(len(X), self.mean)
