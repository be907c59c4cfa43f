"""The benchmark harness: permanent ids, and a summary that can be made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import linear_quantile, probabilities, scenarios, simulation
from benchmarks.predictive_distributions import METHODS
from benchmarks.scenarios import SCENARIOS, available
from benchmarks.summary import summary
from qconf._types import FloatArray

RESULTS = Path(scenarios.__file__).parent / "results"


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


def test_committed_race_of_linear_quartiles() -> None:
    """Every scenario, five turns of qconf and of pinball-qr; qconf is exact, and the faster.

    On tiny tables it takes at most twice the time of R's ``rq``; a category written out as 499
    columns, which it does not treat as sparse, takes both of them as long.
    """
    committed = pd.read_csv(RESULTS / "linear-quantile.csv")
    assert list(committed["scenario"].unique()) == list(linear_quantile.SCENARIOS)
    count, median = (
        committed.pivot_table(
            index="scenario", columns="contender", values="seconds", aggfunc=aggregate
        )
        for aggregate in ("count", "median")
    )
    assert (count[["qconf", "pinball-qr pfn"]] == linear_quantile.TURNS).to_numpy().all()
    tiny = sorted(linear_quantile.TINY)
    ratio = median["qconf"] / median["pinball-qr pfn"]
    assert (ratio.drop([*tiny, "500 levels, 100k x 499"]) < 1).all()
    assert ratio["500 levels, 100k x 499"] < 1.1
    assert (median["qconf"] <= 2 * median["quantreg fn (R)"]).loc[tiny].all()
    assert (committed.loc[committed["contender"] == "qconf", "excess_loss"] <= 1e-9).all()


def test_linear_quartiles_are_raced_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same rows, in turns, with losses beside seconds, and memory apart."""
    monkeypatch.setattr(linear_quantile, "SCENARIOS", {"tiny": _tiny_table})
    ours, theirs = (linear_quantile.CONTENDERS[name][0] for name in ("qconf", "statsmodels"))
    contenders = {
        "qconf": (ours, lambda: True, {"tiny"}, 3),
        "statsmodels": (theirs, lambda: True, {"tiny"}, 2),
        "absent": (theirs, lambda: False, {"tiny"}, 2),
    }
    monkeypatch.setattr(linear_quantile, "CONTENDERS", contenders)
    measured = linear_quantile.run(None, 1)
    assert len(measured) == 3 + 2 + 1
    measured.to_csv(tmp_path / "linear-quantile.csv", index=False)
    text = summary(tmp_path)
    assert "| tiny |" in text
    assert "x (" in text


def _tiny_table() -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(300, 1)), rng.normal(size=300)


def test_the_simulation_is_measured_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every spread and estimator, the published way included."""
    monkeypatch.setattr(simulation, "_GROUPS_OF_EACH", 20)
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
    assert at.loc["qconf", "behind"] == 0
    apart = at.loc["constant", "brier"] - at.loc["qconf", "brier"]
    assert at.loc["constant", "behind"] == pytest.approx(apart, abs=1e-4)
    assert at.loc["constant", "behind_low"] > 0
    assert at.loc["qconf", "interval_80_holds"] == pytest.approx(0.8, abs=0.06)
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
    """King County's Brier score is at most 0.2308, and ours is the lowest on most tables."""
    committed = pd.read_csv(RESULTS / "probabilities.csv").query("x == 0.1 and seed == 0")
    brier = committed.pivot_table(index="scenario", columns="method", values="brier")
    assert sorted(brier.index) == sorted(one.id for one in SCENARIOS)
    assert brier.loc["king-county", "qconf"] <= 0.2308
    for peer in ("Normal", "Normal, rescaled", "isotonic", "logistic", "crepes"):
        assert (brier["qconf"] < brier[peer]).sum() >= 4, peer
