"""Bins that are found once make the same trees as bins that are found for each model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.binned_rows import BinnedRows
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.lightgbm_engine import EngineRows


def encoded(table: pd.DataFrame) -> Any:
    return Encoded.of(table, TableEncoder().fit(table))


#: One after another, the third with other bins: fewer rows to a leaf leave more columns in.
MODELS: list[dict[str, Any]] = [
    {"loss": "binary"},
    {"loss": "squared", "random_state": 7},
    {"loss": "squared", "min_samples_leaf": 30},
    {"loss": "gamma"},
    {"loss": "squared", "max_bins": 7},
]


def test_models_on_the_same_bins_are_those_on_bins_of_their_own(
    noisy_rows: tuple[pd.DataFrame, FloatArray],
) -> None:
    """Whatever was fitted on the rows before, with another loss, leaf or number of bins."""
    table, error = noisy_rows
    plain = encoded(table)
    shared: Any = BinnedRows.of_rows(plain)
    for options in MODELS:
        target = (np.abs(error) > np.median(np.abs(error))).astype(float)
        target = target if options["loss"] == "binary" else np.abs(error)
        model = BoostedTrees(**{"n_estimators": 9, "random_state": 3, **options})
        own = model.fit(plain, target).predict(plain)
        np.testing.assert_array_equal(model.fit(shared, target).predict(plain), own)


def test_weights_are_not_left_behind(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """A fit with weights has rows of its own."""
    table, error = noisy_rows
    plain = encoded(table)
    shared: Any = BinnedRows.of_rows(plain)
    weight = np.linspace(0, 1, len(error))
    model = BoostedTrees(n_estimators=9, random_state=3)
    for one in (None, weight, None):
        own = model.fit(plain, error, one).predict(plain)
        np.testing.assert_array_equal(model.fit(shared, error, one).predict(plain), own)


def test_bins_are_found_once(
    noisy_rows: tuple[pd.DataFrame, FloatArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two models of the same rows ask the engine for one table."""
    table, error = noisy_rows
    shared: Any = BinnedRows.of_rows(encoded(table))
    asked, build = [], EngineRows._built

    def counted(*given: Any, **named: Any) -> Any:
        asked.append(given)
        return build(*given, **named)

    monkeypatch.setattr(EngineRows, "_built", counted)
    for seed in range(2):
        BoostedTrees(n_estimators=3, random_state=seed).fit(shared, error)
    assert len(asked) == 1
