"""The benchmark of probabilities: who knows what, and what was committed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import probabilities, scenarios
from benchmarks.predictive_distributions import METHODS
from benchmarks.scenarios import SCENARIOS
from benchmarks.summary import summary

RESULTS = Path(scenarios.__file__).parent / "results"


def _scores_of_a_market(n_rows: int = 600) -> pd.DataFrame:
    """Make scores as `compare` gives them: five blocks forward in time."""
    rng = np.random.default_rng(0)
    expected = rng.uniform(0.03, 0.2, n_rows)
    return pd.DataFrame(
        {
            "row": np.arange(n_rows),
            "block": np.arange(n_rows) * 5 // n_rows,
            "prediction": rng.uniform(1e5, 9e5, n_rows),
            "signed_residual": np.exp(expected * rng.normal(size=n_rows)) - 1,
            "blend": expected,
            "difficulty": rng.uniform(0.5, 2, n_rows),
            "time": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n_rows), unit="D"),
        }
    )


def test_probabilities_are_judged_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each method at each distance, behind ours by a paired difference; scores are kept."""
    free = {name: one for name, one in METHODS.items() if not name.startswith("crepes")}
    monkeypatch.setattr(probabilities, "METHODS", free)
    _scores_of_a_market().to_parquet(tmp_path / "king-county-0.parquet")
    measured = probabilities.run(None, 1, tmp_path)
    assert len(measured) == len(free) * len(probabilities.DISTANCES)
    at = measured[measured["x"] == 0.10].set_index("method")
    brier, behind = at["brier"].to_dict(), at["behind"].to_dict()
    assert behind["qconf"] == 0
    assert behind["constant"] == pytest.approx(brier["constant"] - brier["qconf"], abs=1e-4)
    assert at["behind_low"].to_dict()["constant"] > 0
    assert at["interval_80_holds"].to_dict()["qconf"] == pytest.approx(0.8, abs=0.06)
    measured.to_csv(tmp_path / "probabilities.csv", index=False)
    text = summary(tmp_path)
    assert "| Normal, rescaled |" in text
    assert "80 % intervals hold" in text


def test_ours_knows_nothing_of_the_rows_it_tells_of() -> None:
    """Other residuals of new rows, the same probabilities, by every method."""
    scores = _scores_of_a_market()
    known = probabilities._block(scores[scores["block"] < 4])
    new = probabilities._block(scores[scores["block"] == 4])
    other = replace(new, residual=new.residual[::-1])
    for name, method in METHODS.items():
        if not name.startswith("crepes"):
            np.testing.assert_array_equal(method(known, new, 0.1), method(known, other, 0.1))


def test_committed_probabilities() -> None:
    """King County's Brier score is at most 0.2308, and ours is lower than each on four tables.

    crepes with our expected errors and one bin is the same method where we choose slope 1.
    """
    committed = pd.read_csv(RESULTS / "probabilities.csv").query("x == 0.1 and seed == 0")
    brier = committed.pivot_table(index="scenario", columns="method", values="brier")
    assert sorted(brier.index) == sorted(one.id for one in SCENARIOS)
    assert brier["qconf"].to_dict()["king-county"] <= 0.2308
    for peer in ("Normal", "Normal, rescaled", "isotonic", "logistic", "crepes"):
        assert (brier["qconf"] < brier[peer]).sum() >= 4, peer
    ours = brier["qconf"]
    assert (ours < brier["crepes, our expected errors"]).sum() >= 4
    assert (ours < brier["crepes, our expected errors, Mondrian"]).sum() >= 4
    assert (ours <= brier["crepes, our expected errors"]).all()
