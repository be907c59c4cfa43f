"""The leaderboard of peers: scores in files, put together, judged and summed up."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from worlds import sales_table

from benchmarks import leaderboard, own_chance, scenarios
from benchmarks.__main__ import main
from benchmarks.merit import MEAN, merit
from benchmarks.peers.lightgbm_quantiles import QuantileWidth
from benchmarks.rivals import best_of_each_table, best_over_all_tables
from benchmarks.scenarios import Scenario
from benchmarks.scores import Scores, merged
from benchmarks.summary import summary
from benchmarks.valuations import Memory, Remembered
from qconf import ConstantConfidence, CountConfidence, compare
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator

SALES = Scenario("sales", "sales", "price", "sold_on", (), ("parcel",))
PEER = "lightgbm-cqr-truth"


class Counted(ConfidenceEstimator):
    """A constant that counts how often it was fitted."""

    fits: ClassVar[int] = 0

    def _fit(self, X: Table, y: FloatArray) -> None:
        type(self).fits += 1
        self.level_ = float(np.abs(y).mean())

    def _predict(self, X: Table) -> FloatArray:
        return np.full(len(X), self.level_)


@pytest.fixture
def sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small table in a folder, with two built-in contenders and one peer."""
    sales_table(200).to_parquet(tmp_path / "sales.parquet")
    built_in = {"blend": CountConfidence(), "constant": ConstantConfidence()}
    monkeypatch.setattr(scenarios, "SCENARIOS", (SALES,))
    monkeypatch.setattr(scenarios, "PACKAGED", ())
    monkeypatch.setattr(leaderboard, "BUILT_IN", built_in)
    monkeypatch.setattr(leaderboard, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(leaderboard, "installed_peers", lambda: {PEER: QuantileWidth("truth")})
    return tmp_path


@pytest.mark.slow
def test_from_scores_to_files_to_the_summary(sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command: a row for each contender and seed, the table of merit, and the summary."""
    output = sales / "results"
    command = ["benchmarks", "leaderboard", "--seeds", "2", f"--data={sales}", f"--output={output}"]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert len(list((sales / "cache").rglob("sales-*.parquet"))) == 3 * 2
    measured = pd.read_csv(output / "leaderboard.csv")
    assert len(measured) == 3 * 2
    assert set(measured[measured["kind"] == "peer"]["contender"]) == {PEER}
    judged_whole = (measured["contender"] != "blend") & (measured["seed"] == 0)
    assert (measured["behind"].notna() == judged_whole).all()
    ratios = pd.read_csv(output / "leaderboard-merit.csv")
    # Two measures, each among the peers and among peers and variants, of which there are none;
    # and each against the best of the table and over all tables, of which there is one.
    assert list(ratios["scenario"]) == ["sales", MEAN] * 8
    assert (ratios["low"] <= ratios["ratio"]).all()
    assert (ratios["ratio"] <= ratios["high"]).all()
    text = summary(output)
    assert "| **constant** |" in text
    assert f"| sales | 2 | {PEER} |" in text
    assert f"| best over all tables ({PEER}), peers | 1 |" in text


def test_contenders_apart_are_as_contenders_together(sales: Path) -> None:
    """Rates, intervals and differences are those of one comparison of all."""
    measured = leaderboard.run(sales, 1, cache=sales / "cache")["leaderboard"]
    result = compare(
        SALES.load(sales),
        SALES.target,
        time=SALES.time,
        drop=SALES.drop,
        estimators={**leaderboard.BUILT_IN, PEER: QuantileWidth("truth")},
        error="log",
        n_resamples=leaderboard.RESAMPLES,
    )
    for one in result.ranking:
        rate, aurc = one.evaluation.best_decile.outlier_rate, one.evaluation.aurc
        row = measured[measured["contender"] == one.name].iloc[0]
        expected = [rate.value, *rate.interval, aurc.value]
        found = row[["best_decile_rate", "low", "high", "aurc"]].astype(float)
        np.testing.assert_allclose(found, expected, atol=6e-6)


@pytest.mark.slow
def test_what_is_in_the_cache_is_not_run_again(
    sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is missing runs; deleting a contender's files makes it run again."""
    monkeypatch.setattr(leaderboard, "BUILT_IN", {"blend": Counted()})
    cache = sales / "cache"
    monkeypatch.setattr(Counted, "fits", 0)
    first = leaderboard.run(sales, 1, cache=cache)
    fits = Counted.fits
    assert fits == 5
    again = leaderboard.run(sales, 1, cache=cache)
    assert Counted.fits == fits
    pd.testing.assert_frame_equal(first["leaderboard"], again["leaderboard"])
    for path in (cache / "blend").iterdir():
        path.unlink()
    leaderboard.run(sales, 1, ["blend"], cache=cache)
    assert Counted.fits == 2 * fits


def test_a_subset_runs_and_all_scores_are_judged(sales: Path) -> None:
    """Who is not named does not run, but is judged where it ran before."""
    cache = sales / "cache"
    alone = leaderboard.run(sales, 1, ["constant"], cache=cache)
    assert list(alone["leaderboard"]["contender"]) == ["constant"]
    assert alone["leaderboard-merit"].empty
    for stem, table in alone.items():
        table.to_csv(sales / f"{stem}.csv", index=False)
    assert "against the best peer" not in summary(sales)
    both = leaderboard.run(sales, 1, ["blend"], cache=cache)
    assert set(both["leaderboard"]["contender"]) == {"constant", "blend"}


@pytest.mark.parametrize("column", ["row", "block", "prediction", "signed_residual"])
def test_scores_of_different_valuations_are_refused(column: str) -> None:
    """A mixture would compare estimators on different errors."""
    one = pd.DataFrame(
        {"row": [0, 1], "block": [0, 0], "prediction": [1.0, 2.0], "signed_residual": [0.1, 0.2]}
    ).assign(score=[0.3, 0.4])
    assert list(merged({"a": one, "b": one.assign(score=[5.0, 6.0])})["b"]) == [5.0, 6.0]
    other = one.copy()
    other[column] = other[column] + [0, 1]
    with pytest.raises(ValueError, match="'b' and 'a' scored different valuations"):
        merged({"a": one, "b": other})


def test_valuations_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows of the same target are not fitted again, not by a clone either; others are."""
    monkeypatch.setattr(Counted, "fits", 0)
    X, y = np.arange(8.0).reshape(4, 2), np.arange(4.0)
    model = Remembered(Counted(), Memory())
    for _ in range(2):
        assert clone(model).fit(X, y).predict(X[:2]).tolist() == [1.5, 1.5]
    assert Counted.fits == 1
    assert clone(model).fit(X, y + 1).predict(X[:2]).tolist() == [2.5, 2.5]
    assert clone(model).fit(X, y).predict(X[:3]).tolist() == [1.5, 1.5, 1.5]
    assert Counted.fits == 3


def _measured(rows: list[tuple[str, int, str, str, float]]) -> pd.DataFrame:
    """Make a leaderboard of which both measures are the same number."""
    columns = ["scenario", "seed", "contender", "kind", "best_decile_rate"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(aurc=table["best_decile_rate"])


def test_the_best_peer_is_found_over_seeds_that_both_have(tmp_path: Path) -> None:
    """A peer that ran with one seed only is held against that seed of ours."""
    scenario = Scenario("made", "made", "y")
    scores = Scores(tmp_path, Memory())
    residual = np.random.default_rng(0).normal(scale=0.2, size=200)
    known = pd.DataFrame(
        {"row": range(200), "block": 0, "prediction": 1.0, "signed_residual": residual}
    )
    rates = {"blend": 0.0, "good": 0.2, "bad": 0.9}
    measured = []
    for name, kind, seeds, score in (
        ("blend", "built-in", (0, 1), np.abs(residual)),
        ("good", "peer", (0,), np.abs(residual) + 0.01 * np.arange(200)),
        ("bad", "peer", (0, 1), -np.abs(residual)),
    ):
        for seed in seeds:
            path = scores.path(name, scenario.id, seed)
            path.parent.mkdir(exist_ok=True)
            known.assign(score=score, seconds=1.0).to_parquet(path)
            measured.append((scenario.id, seed, name, kind, rates[name] + 0.01))
    table = pd.DataFrame({"y": np.ones(200)})
    found = merit(_measured(measured), "blend", scores, [(scenario, table)])
    row = found[found["scenario"] == "made"].iloc[0]
    assert (row["peer"], row["seeds"]) == ("good", 1)
    assert row["ratio"] < 1


def test_the_best_over_all_tables_ran_on_all_of_them() -> None:
    """It is best nowhere here, and the choice beforehand all the same."""
    measured = _measured(
        [
            *(("a", 0, "blend", "built-in", 0.1), ("b", 0, "blend", "built-in", 0.1)),
            *(("a", 0, "one", "peer", 0.1), ("b", 0, "one", "peer", 0.9)),
            *(("a", 0, "two", "peer", 0.9), ("b", 0, "two", "peer", 0.1)),
            *(("a", 0, "steady", "peer", 0.2), ("b", 0, "steady", "peer", 0.2)),
            *(("a", 0, "tuned", "variant", 0.01), ("b", 0, "tuned", "variant", 0.01)),
            ("a", 0, "absent", "peer", 0.01),
        ]
    )
    by_table = best_of_each_table(measured, "best_decile_rate", "blend", ["peer"])
    assert [(one.scenario, one.peer) for one in by_table] == [("a", "absent"), ("b", "two")]
    over_all = best_over_all_tables(measured, "best_decile_rate", "blend", ["peer"])
    assert [(one.scenario, one.peer) for one in over_all] == [("a", "steady"), ("b", "steady")]
    variants = best_over_all_tables(measured, "aurc", "blend", ["peer", "variant"])
    assert {one.peer for one in variants} == {"tuned"}


def test_nobody_is_best_over_all_tables_who_ran_on_some() -> None:
    """Then there is no such comparison, rather than one on fewer tables."""
    measured = _measured(
        [
            *(("a", 0, "blend", "built-in", 0.1), ("b", 0, "blend", "built-in", 0.1)),
            *(("a", 0, "one", "peer", 0.1), ("b", 0, "two", "peer", 0.1)),
        ]
    )
    assert best_over_all_tables(measured, "aurc", "blend", ["peer"]) == []


def test_committed_leaderboard_has_every_built_in_estimator() -> None:
    """On every table; and the table of merit has every table, four times a measure."""
    results = Path(scenarios.__file__).parent / "results"
    committed = pd.read_csv(results / "leaderboard.csv")
    everywhere = [*scenarios.SCENARIOS, *scenarios.PACKAGED]
    for scenario in everywhere:
        here = (committed["scenario"] == scenario.id) & (committed["seed"] == 0)
        assert set(committed[here]["contender"]) >= set(leaderboard.BUILT_IN)
    ratios = pd.read_csv(results / "leaderboard-merit.csv")
    counts = ratios.groupby(["measure", "among", "against"]).size()
    assert list(counts) == [len(everywhere) + 1] * 8


def test_the_own_chance_of_a_contender_is_told_on_the_same_rows(
    sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two seeds that rank alike have no spread; the model of the target has one seed."""
    monkeypatch.setattr(own_chance, "CACHE", sales / "own")
    monkeypatch.setattr(own_chance, "BlendConfidence", lambda **_: CountConfidence())
    monkeypatch.setattr(own_chance, "_OWN_SEEDS", 2)
    monkeypatch.setattr(own_chance, "_TABLES", ("sales",))
    told = own_chance.run(sales, 5).set_index("measure")
    assert list(told.index) == ["best_decile_rate", "aurc"]
    assert (told["seeds"] == 2).all()
    assert (told["mean"] >= 0).all()
    assert (told["relative"] == 0)["aurc"]
    told.reset_index().to_csv(sales / "own-chance.csv", index=False)
    assert "ten of its own seeds" in summary(sales)
    # Other scores of one seed move it.
    path = sales / "own" / "blend-own-1" / "sales-0.parquet"
    scores = pd.read_parquet(path)
    scores["score"] = np.random.default_rng(0).permutation(scores["score"])
    scores.to_parquet(path)
    moved = own_chance.run(sales, 5).set_index("measure")
    assert (moved["spread"] > 0)["aurc"]
