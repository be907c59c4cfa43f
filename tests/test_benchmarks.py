"""The benchmark harness: permanent ids, and a summary that can be made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from benchmarks import linear_quantile, scenarios, scoring, simulation
from benchmarks.leaderboard import with_earlier
from benchmarks.scenarios import PACKAGED, SCENARIOS, Scenario, available, packaged
from benchmarks.summary import summary
from benchmarks.tables.packaged import MOST_ROWS, every_kth, installed
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
    assert [one.id for one in PACKAGED] == [
        *("hotel-rates", "deliveries", "computers", "avocados", "laptop-sales", "west-roxbury"),
        *("players", "loans", "texas-housing", "air-times"),
        *("bike-sharing", "bike-sharing-2011", "traffic", "parking", "electricity"),
        "chicago-ridership",
    ]


def test_a_table_whose_package_is_missing_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain line says which, and what brings it; the others are measured."""
    absent = Scenario("made", "made", "y", package="no-such-package", read=pd.DataFrame)
    there = Scenario("here", "here", "y", package="pandas", read=pd.DataFrame)
    monkeypatch.setattr(scenarios, "PACKAGED", (absent, there))
    assert packaged() == [there]
    line = "made is left out: its table comes with no-such-package, which is not here"
    assert capsys.readouterr().out.splitlines() == [line]


def test_a_file_of_the_folder_comes_before_the_package(tmp_path: Path) -> None:
    """Who has the table as a file needs no package; names are strings either way."""
    brought = Scenario("a", "a", "y", names=("code",), read=lambda: pd.DataFrame({"code": [1]}))
    assert list(brought.load(None)["code"]) == ["1"]
    assert list(brought.load(tmp_path)["code"]) == ["1"]
    pd.DataFrame({"code": [2]}).to_parquet(tmp_path / "a.parquet")
    assert list(brought.load(tmp_path)["code"]) == ["2"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("scenario", PACKAGED, ids=lambda one: one.id)
def test_tables_of_packages_are_as_they_are_described(scenario: Scenario) -> None:
    """Between 3,000 and 25,000 rows, a target above zero, and every column that is named."""
    if scenario.package is None or not installed(scenario.package):
        pytest.skip(f"{scenario.package} is not installed")
    table = scenario.load(None)
    assert 3000 <= len(table) <= MOST_ROWS
    assert (table[scenario.target] > 0).all()
    assert set(scenario.drop) <= set(table)
    assert scenario.target not in scenario.drop
    if scenario.time is not None:
        assert pd.api.types.is_datetime64_dtype(table[scenario.time])
        assert table[scenario.time].notna().all()


def test_a_long_table_is_thinned_evenly() -> None:
    """The same period at wider distances: every k-th row, and none twice."""
    long = pd.DataFrame({"row": range(2 * MOST_ROWS + 1)})
    thin = every_kth(long)
    assert list(thin["row"][:3]) == [0, 3, 6]
    assert len(thin) <= MOST_ROWS
    assert every_kth(thin).equals(thin)


def test_without_a_folder_there_is_king_county() -> None:
    """The table that a package ships needs no folder; others are looked for."""
    assert [one.id for one in available(None)] == ["king-county"]
    assert available(Path("nowhere")) == []


def test_committed_stream_of_ten_million_rows() -> None:
    """Its peak of memory is that of one million, and less than a gigabyte above one row's."""
    peak = pd.read_csv(RESULTS / "scoring-stream.csv").set_index("rows")["peak_mb"]
    assert list(peak.index) == [1, 1_000_000, 10_000_000]
    assert peak[10_000_000] < peak[1] + 1000
    assert peak[10_000_000] < 1.1 * peak[1_000_000]


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


@pytest.mark.slow
def test_scoring_is_timed_and_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows, single rows, and the same trees in both engines; a first turn is not counted."""
    sales_table(300).to_parquet(tmp_path / "tiny.parquet")
    tiny = Scenario("tiny", "tiny", "price", "sold_on", drop=("parcel",))
    monkeypatch.setattr(scoring, "SCENARIOS", (tiny,))
    monkeypatch.setattr(scoring, "_SINGLE_ROWS", 3)
    measured = scoring.run(tmp_path, 2)
    assert measured.groupby("what").size().tolist() == [2] * 5
    assert (measured["cpu_seconds"] > 0).all()
    measured.to_csv(tmp_path / "scoring.csv", index=False)
    assert "| predict_error, one row |" in summary(tmp_path)


def test_what_was_measured_before_stands_unless_it_is_measured_again(tmp_path: Path) -> None:
    """A row of another valuation goes, and so does one of a contender whose scores are there."""
    columns = ["scenario", "seed", "contender", "overall_rate", "aurc", "behind"]
    measured = pd.DataFrame([("houses", 0, "blend", 0.3, 0.1, np.nan)], columns=columns)
    earlier = [
        ("houses", 0, "blend", 0.3, 0.2, np.nan),
        ("houses", 0, "peer", 0.3, 0.4, 0.01),
        ("houses", 1, "peer", 0.3, 0.5, np.nan),
        ("cars", 0, "peer", 0.3, 0.6, 0.02),
        ("houses", 0, "of another model", 0.25, 0.7, 0.03),
    ]
    path = tmp_path / "leaderboard.csv"
    pd.DataFrame(earlier, columns=columns).to_csv(path, index=False)
    found = with_earlier(measured, path)
    assert found["contender"].tolist() == ["blend", "peer"]
    assert found["aurc"].tolist() == [0.1, 0.4]
    # It was behind the reference of then.
    assert found["behind"].isna().all()
    pd.testing.assert_frame_equal(with_earlier(measured, tmp_path / "none.csv"), measured)
