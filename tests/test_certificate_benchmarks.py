"""The benchmarks of certificates count what they say, and the committed results keep promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from worlds import sales_table

from benchmarks import certificate_variants, certificates, certificates_in_time
from benchmarks.certificate_variants import VARIANTS, fallback
from benchmarks.certificates import CONTENDERS, measured, summed
from benchmarks.certificates_in_time import windows
from benchmarks.certified_worlds import WORLDS
from benchmarks.scenarios import Scenario
from benchmarks.summary import summary

RESULTS = Path(certificates.__file__).parent / "results"


@pytest.mark.parametrize("name", WORLDS)
def test_the_risk_of_a_world_is_what_its_tables_show(name: str) -> None:
    """Below three cut-offs, on average over 120 tables."""
    world = WORLDS[name]
    tables = [world.table(np.random.default_rng([3, i])) for i in range(120)]
    for cut_off in (0.06, 0.1, 0.2):
        beyond = []
        for one in tables:
            accepted = one.score <= cut_off
            beyond.append(one.outlier[accepted].mean() - world.risk(cut_off))
        error = np.std(beyond) / np.sqrt(len(beyond))
        assert abs(np.mean(beyond)) < 4 * error


def test_what_the_truth_would_accept() -> None:
    """The largest cut-off whose risk is low enough; a hair more would be too many."""
    world = WORLDS["independent rows, 2000"]
    cut_off = 0.08 * np.exp(0.5 * norm.ppf(world.best_coverage))
    assert world.risk(cut_off * 0.999) <= 0.05 < world.risk(cut_off * 1.001)


def test_every_way_finds_a_cut_off() -> None:
    """Of a large table; the naive one is the boldest, and Holm's correction no bolder than ours."""
    rows = pd.DataFrame(measured("independent rows, 2000", range(3), CONTENDERS | VARIANTS))
    coverage = rows.groupby("contender")["coverage"].mean()
    assert set(coverage.index) == set(CONTENDERS | VARIANTS)
    assert (coverage > 0.4).all()
    assert coverage.idxmax() == "largest observed"
    assert coverage["Holm (MAPIE)"] < coverage["qconf"]
    told = summed(rows)
    assert (told["tables"] == 3).all()


def test_a_single_start_is_a_fixed_sequence() -> None:
    """All the weight in one place: the level is handed on until a test fails."""
    p_values = np.array([0.9, 0.01, 0.04, 0.06, 0.01])
    assert fallback(p_values, np.array([0.0, 1, 0, 0, 0]), 0.05).tolist() == [
        False, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("timed", [True, False])
def test_windows_do_not_overlap(timed: bool) -> None:
    """Fitted before certified before next; without a time at random."""
    time = np.repeat(np.arange(100), 10) if timed else None
    parts = windows(time, 1000, 1)
    assert len(set(np.concatenate(parts).tolist())) == sum(map(len, parts))
    assert [len(one) for one in parts] == ([600, 200, 100] if timed else [700, 200, 100])
    if time is not None:
        assert time[parts[0]].max() < time[parts[1]].min()
        assert time[parts[1]].max() < time[parts[2]].min()


@pytest.mark.filterwarnings("ignore:The newest row is")
def test_promises_in_time_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both promises at three rates; a second run takes what the first has kept."""
    monkeypatch.setattr(certificates_in_time, "_CACHE", tmp_path / "cache")
    sales_table(600).to_parquet(tmp_path / "sales.parquet")
    scenario = Scenario("sales", "sales", "price", "sold_on", (), ("parcel",))
    monkeypatch.setattr(certificates_in_time, "available", lambda _: [scenario])
    told = certificates_in_time.run(tmp_path, 1)
    assert len(told) == 6
    assert set(told["promise"]) == {"rows", "a period"}
    assert (told["kept"] <= told["promises"]).all()

    def again(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(certificates_in_time, "_measured", again)
    pd.testing.assert_frame_equal(certificates_in_time.run(tmp_path, 1), told)
    told.to_csv(tmp_path / "certificates-in-time.csv", index=False)
    assert "## Certificates in the next period" in summary(tmp_path)


def test_simulated_certificates_are_kept_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces; a second run makes none of them again."""
    monkeypatch.setattr(certificates, "_CACHE", tmp_path / "cache")
    monkeypatch.setattr(certificates, "_TABLES", 2)
    monkeypatch.setattr(certificates, "_PIECE", 1)
    monkeypatch.setattr(certificates, "_TABLES_OF_OTHER_SIZES", {"independent rows, 500": 1})
    worlds = {name: WORLDS[name] for name in ("tied scores, 2000", "independent rows, 500")}
    monkeypatch.setattr(certificates, "WORLDS", worlds)
    told = certificates.run(None, 1)
    assert len(told) == 2 * len(CONTENDERS)
    with monkeypatch.context() as none:
        none.setattr(certificates, "measured", None)
        pd.testing.assert_frame_equal(certificates.run(None, 1), told)
    told.to_csv(tmp_path / "certificates.csv", index=False)
    assert "Promises broken, % of tables" in summary(tmp_path)
    monkeypatch.setattr(certificate_variants, "_WORLDS", ("independent rows, 500",))
    monkeypatch.setattr(certificate_variants, "_TABLES", 1)
    assert set(certificate_variants.run(None, 1)["contender"]) == set(VARIANTS)


def test_committed_certificates_keep_their_promises() -> None:
    """At most 5 % and two standard errors broken; more covered than by the other rules."""
    told = pd.read_csv(RESULTS / "certificates.csv").set_index(["world", "contender"])
    for world in WORLDS:
        own = told.loc[world]
        assert (own["tables"] == certificates.tables_of(world)).all()
        most = 0.05 + 2 * np.sqrt(0.05 * 0.95 / certificates.tables_of(world))
        assert (own.loc[["qconf", "qconf, with older rows"], "violations"] <= most).all()
        if world.startswith("independent"):
            assert own.loc["qconf", "coverage"] > own.loc[["SGR", "Holm (MAPIE)"], "coverage"].max()
    share = told["of_truth_known"].xs("qconf, with older rows", level="contender")
    for n_rows, least in ((500, 0.55), (2000, 0.88), (10_000, 0.95)):
        assert share[f"independent rows, {n_rows}"] >= least
