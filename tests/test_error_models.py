"""The committed figures of error models are whole, and say what was decided by them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import error_models, scenarios
from benchmarks.scenarios import SCENARIOS

RESULTS = Path(scenarios.__file__).parent / "results"


def test_committed_results_are_whole() -> None:
    """Every setting on every table, with two seeds."""
    committed = pd.read_csv(RESULTS / "error-models.csv")
    counts = committed.groupby("estimator")["scenario"].count()
    assert counts.to_dict() == dict.fromkeys(error_models.CONTENDERS, 2 * len(SCENARIOS))


def test_the_default_is_not_beaten() -> None:
    """No other target or size has an AURC that is lower by 2 %, on average over the tables."""
    committed = pd.read_csv(RESULTS / "error-models.csv")
    aurc = committed.pivot_table(index="estimator", columns="scenario", values="aurc")
    ratio = np.exp(np.log(aurc / aurc.loc["squared"]).mean(axis=1))
    assert (ratio > 0.98).all()
