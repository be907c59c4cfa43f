"""The leaderboard of peers: scores in files, put together, judged and summed up."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from worlds import sales_table

from benchmarks import leaderboard, scenarios
from benchmarks.__main__ import main
from benchmarks.merit import MEAN, mean_of_ratios, merit, ratio_of_rates
from benchmarks.peers.lightgbm_quantiles import QuantileWidth
from benchmarks.scenarios import Scenario
from benchmarks.scores import Scores, merged
from benchmarks.summary import summary
from benchmarks.valuations import Memory, Remembered
from qconf import ConstantConfidence, CountConfidence, compare
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.core.estimate import Estimate

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
    monkeypatch.setattr(leaderboard, "BUILT_IN", built_in)
    monkeypatch.setattr(leaderboard, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(leaderboard, "installed_peers", lambda: {PEER: QuantileWidth("truth")})
    return tmp_path


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
    assert (measured[measured["contender"] != "blend"]["behind"].notna()).all()
    ratios = pd.read_csv(output / "leaderboard-merit.csv")
    # Two measures, each among the peers and among peers and variants, of which there are none.
    assert list(ratios["scenario"]) == ["sales", MEAN] * 4
    assert (ratios["low"] <= ratios["ratio"]).all()
    assert (ratios["ratio"] <= ratios["high"]).all()
    text = summary(output)
    assert "| **constant** |" in text
    assert f"| sales | 2 | {PEER} |" in text


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
    )
    for one in result.ranking:
        rate, aurc = one.evaluation.best_decile.outlier_rate, one.evaluation.aurc
        row = measured[measured["contender"] == one.name].iloc[0]
        expected = [rate.value, *rate.interval, aurc.value]
        found = row[["best_decile_rate", "low", "high", "aurc"]].astype(float)
        np.testing.assert_allclose(found, expected, atol=6e-6)


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


RATES = st.floats(0.0, 0.5)


@given(RATES, RATES, st.integers(20, 5000), st.integers(0, 2**32 - 1))
def test_a_ratio_turned_round_is_its_inverse(
    own: float, other: float, n_rows: int, seed: int
) -> None:
    """Value and limits alike; and the limits hold the value."""
    rng = np.random.default_rng(seed)
    first, second = (rng.binomial(n_rows, rate, 50) / n_rows for rate in (own, other))
    ratio = ratio_of_rates((own, other), (first, second), n_rows)
    inverse = ratio_of_rates((other, own), (second, first), n_rows)
    assert ratio.interval[0] <= ratio.value <= ratio.interval[1]
    found = [ratio.value, *ratio.interval]
    expected = [1 / inverse.value, 1 / inverse.interval[1], 1 / inverse.interval[0]]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_ratio_to_oneself_is_one() -> None:
    """With the same replicates hardly anything is uncertain: limits of few events are lopsided."""
    drawn = np.random.default_rng(0).binomial(500, 0.1, 200) / 500
    ratio = ratio_of_rates((0.1, 0.1), (drawn, drawn), 500)
    assert ratio.value == pytest.approx(1.0)
    assert ratio.interval == pytest.approx((1.0, 1.0), abs=0.03)
    other = np.random.default_rng(1).permutation(drawn)
    low, high = ratio_of_rates((0.1, 0.1), (drawn, other), 500).interval
    assert low < 0.8
    assert high > 1.2


def test_intervals_of_ratios_hold_the_truth() -> None:
    """In 95 % of simulated tables, give or take, also with few events."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        own, other = rng.binomial(300, 0.02) / 300, rng.binomial(300, 0.04) / 300
        drawn = [rng.binomial(300, rate, 200) / 300 for rate in (own, other)]
        low, high = ratio_of_rates((own, other), (drawn[0], drawn[1]), 300).interval
        held += low <= 0.5 <= high
    assert held >= 182


def test_the_mean_of_ratios_joins_their_limits() -> None:
    """One table keeps its interval; of k equal ones it is the root of k as long."""
    one = Estimate(0.8, (0.6, 1.2))
    assert mean_of_ratios([one]).interval == pytest.approx(one.interval)
    four = mean_of_ratios([one] * 4)
    assert four.value == pytest.approx(0.8)
    assert four.interval == pytest.approx((0.7, 1.0))


def test_the_best_peer_is_found_over_seeds_that_both_have(tmp_path: Path) -> None:
    """A peer that ran with one seed only is held against that seed of ours."""
    scenario = Scenario("made", "made", "y")
    scores = Scores(tmp_path, Memory())
    residual = np.random.default_rng(0).normal(scale=0.2, size=200)
    known = pd.DataFrame(
        {"row": range(200), "block": 0, "prediction": 1.0, "signed_residual": residual}
    )
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
            rate = {"blend": 0.0, "good": 0.2, "bad": 0.9}[name]
            measured.append((scenario.id, seed, name, kind, 200, rate, rate))
    columns = ["scenario", "seed", "contender", "kind", "scored", "best_decile_rate", "aurc"]
    table = pd.DataFrame({"y": np.ones(200)})
    found = merit(pd.DataFrame(measured, columns=columns), "blend", scores, [(scenario, table)])
    row = found[found["scenario"] == "made"].iloc[0]
    assert (row["best_peer"], row["seeds"]) == ("good", 1)
    assert row["ratio"] < 1


def test_committed_leaderboard_has_every_built_in_estimator() -> None:
    """On every table and for five seeds; the table of merit has every table, twice a measure."""
    results = Path(scenarios.__file__).parent / "results"
    committed = pd.read_csv(results / "leaderboard.csv")
    for scenario in scenarios.SCENARIOS:
        for seed in range(5):
            here = (committed["scenario"] == scenario.id) & (committed["seed"] == seed)
            assert set(committed[here]["contender"]) >= set(leaderboard.BUILT_IN)
    ratios = pd.read_csv(results / "leaderboard-merit.csv")
    counts = ratios.groupby(["measure", "among"]).size()
    assert list(counts) == [len(scenarios.SCENARIOS) + 1] * 4
