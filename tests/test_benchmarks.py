"""The benchmark harness: permanent ids, and a summary that can be made again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from worlds import sales_table

from benchmarks import estimators, scenarios, simulation
from benchmarks.scenarios import SCENARIOS, Scenario, available
from benchmarks.summary import summary
from qconf import ConstantConfidence, CountConfidence


def test_ids_are_permanent() -> None:
    """Results of other days are found by these ids: add to them, change none."""
    assert [one.id for one in SCENARIOS] == [
        "king-county",
        "california",
        "ames",
        "diamonds",
        "seattle",
    ]


def test_without_a_folder_there_is_king_county() -> None:
    """The table that a package ships needs no folder; others are looked for."""
    assert [one.id for one in available(None)] == ["king-county"]
    assert available(Path("nowhere")) == []


def test_runs_and_sums_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a table to the summary: each estimator a row, each scenario a column."""
    sales_table(200).to_parquet(tmp_path / "sales.parquet")
    scenario = Scenario("sales", "sales", "price", "sold_on", ("rooms",), ("parcel",))
    contenders = {"residual": CountConfidence(), "constant": ConstantConfidence()}
    monkeypatch.setattr(scenarios, "SCENARIOS", (scenario,))
    monkeypatch.setattr(estimators, "CONTENDERS", contenders)
    measured = estimators.run(tmp_path, seeds=2)
    assert len(measured) == 4
    measured.to_csv(tmp_path / "estimators.csv", index=False)
    text = summary(tmp_path)
    assert "| residual |" in text
    assert "of 2 runs" in text


def test_committed_results_have_every_built_in_on_every_table() -> None:
    """The CSV file in the repository is whole."""
    path = Path(scenarios.__file__).parent / "results" / "estimators.csv"
    committed = pd.read_csv(path)
    assert set(committed["scenario"]) == {one.id for one in SCENARIOS}
    for _, rows in committed.groupby(["scenario", "seed"]):
        assert set(rows["estimator"]) == set(estimators.CONTENDERS)


def test_the_simulation_is_measured_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every spread and estimator, the published way included."""
    monkeypatch.setattr(simulation, "_REPLICATES", 20)
    measured = simulation.run(None, seeds=1)
    assert set(measured["group_mean_sd"]) == set(simulation.SPREADS)
    assert "error model, every residual, prior 5" in set(measured["estimator"])
    measured.to_csv(tmp_path / "simulation.csv", index=False)
    assert "| Bayes limit |" in summary(tmp_path)


def test_the_race_is_summed_up(tmp_path: Path) -> None:
    """Medians over turns; tuned settings are for accuracy and not part of the race."""
    pd.DataFrame(
        {
            "contender": ["qconf simulate", "qconf simulate", "vw a", "vw b", "vw b, tuned"],
            "seconds": [1.0, 3.0, 10.0, 40.0, 99.0],
            "outlier_rate": [None, None, 0.1, 0.05, 0.04],
        }
    ).to_csv(tmp_path / "vowpal-wabbit.csv", index=False)
    assert "All three steps take 25.0 times as long" in summary(tmp_path)
