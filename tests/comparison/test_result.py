"""A comparison says what was found, and what cannot be told."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from qconf import Comparison, CountConfidence, compare
from qconf.comparison.result import rank_evaluations
from qconf.core.estimate import in_percent
from qconf.evaluation.evaluate import evaluate_scores
from qconf.simulation.world import archetypes


@pytest.fixture(scope="module")
def result() -> Comparison:
    return compare(
        archetypes(20, group_mean_sd=0.5).drop(columns="archetype"),
        "value",
        error="absolute",
        threshold=0.15,
        estimators={"count": CountConfidence(), "same": CountConfidence(), "none": "constant"},
        n_resamples=50,
    )


@pytest.mark.slow
def test_verdict_names_rows_rate_interval_and_overall(result: Comparison) -> None:
    """All that is needed to act on the best estimator is in the sentence."""
    decile = result.ranking[0].evaluation.best_decile
    low, high = decile.outlier_rate.interval
    assert f"Of the {decile.n} rows that {result.best} calls safest" in result.verdict
    assert f"({100 * low:.1f} to {100 * high:.1f}) are off by more than 0.15" in result.verdict
    assert in_percent(result.overall.outlier_rate.value) in result.verdict
    assert "Not distinguishable from it: same." in result.verdict


def test_table_has_an_interval_for_every_number(result: Comparison) -> None:
    """Each estimate stands beside its lower and upper end, the best estimator first."""
    table = result.table
    estimates = [str(name).removesuffix("_low") for name in table if str(name).endswith("_low")]
    assert {"outlier_rate", "mae", "aurc", "difference_to_best", "coverage_at_0.05"} <= {*estimates}
    for name in set(estimates) - {"spearman"}:
        assert (table[f"{name}_low"] <= table[name] + 1e-12).all()
        assert (table[name] <= table[f"{name}_high"] + 1e-12).all()
    assert table["outlier_rate"].is_monotonic_increasing
    assert table["difference_to_best"].iloc[0] == 0.0


def test_seconds_are_split(result: Comparison) -> None:
    """Where the time went, in four parts."""
    assert set(result.seconds) == {"valuation", "estimators", "evaluation", "other"}
    assert min(result.seconds.values()) >= 0


def test_a_result_can_be_sent_to_another_process(result: Comparison) -> None:
    """As joblib does."""
    sent = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own
    assert repr(sent.to_dict()) == repr(result.to_dict())


def told_by(residual: np.ndarray) -> pd.DataFrame:
    """Make a table of truth and prediction, and a feature of no use, from residuals."""
    truth = np.random.default_rng(9).normal(size=len(residual))
    return pd.DataFrame({"truth": truth, "prediction": truth + residual, "x": truth})


def judged(table: pd.DataFrame, names: list[str], **options: object) -> Comparison:
    """Compare score columns on a table of truth and prediction."""
    return compare(
        table,
        "truth",
        prediction="prediction",
        error="absolute",
        threshold=0.5,
        estimators=[f"column:{name}" for name in names],
        n_resamples=300,
        **options,  # type: ignore[arg-type]
    )


def test_skill_is_looked_for_in_both_measures() -> None:
    """With 1.6 % outliers a clean decile shows nothing, an area of 0.0008 against 0.016 does."""
    rng = np.random.default_rng(0)
    residual = np.where(np.arange(1000) >= 984, 1.0, 0.0)
    table = told_by(residual)
    table = table.assign(good=np.arange(1000.0), useless=rng.random(1000))
    skilled = judged(table, ["good"])
    decile = skilled.ranking[0].evaluation.best_decile.outlier_rate
    assert decile.interval[1] >= skilled.overall.outlier_rate.value
    assert skilled.verdict.startswith("Of the 100 rows that column:good calls safest")
    assert "over all cut-offs column:good has it: AURC 0.0" in skilled.verdict
    useless = judged(table, ["useless"])
    assert useless.verdict.startswith("No estimator is shown to have skill")


@pytest.fixture
def equals() -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(4)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 3000))
    scores = {f"s{i}": sigma * np.exp(rng.normal(0, 0.4, 3000)) for i in range(5)}
    return scores, sigma * rng.normal(size=3000)


def test_differences_hold_for_all_pairs_at_once(
    equals: tuple[dict[str, np.ndarray], np.ndarray],
) -> None:
    """Among five the intervals are wider than those of a pair that was named beforehand."""
    evaluations = evaluate_scores(equals[0], equals[1], threshold=0.1, n_resamples=300)
    ranking = rank_evaluations(evaluations, dict.fromkeys(evaluations, 0.0))
    best = ranking[0].evaluation
    for one in ranking[1:]:
        pair = one.evaluation.rate_minus(best)
        widths = np.diff(one.difference_to_best.interval), np.diff(pair.interval)
        assert 1.2 < widths[0] / widths[1] < 1.6
        assert one.difference_to_best.value == pytest.approx(pair.value)


def told_apart(tables: int) -> float:
    """Say in what share of tables another of five equals is called distinguishable."""
    found = 0
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        sigma = np.exp(rng.normal(np.log(0.08), 0.5, 1500))
        residual = sigma * rng.normal(size=1500)
        scores = {f"s{i}": sigma * np.exp(rng.normal(0, 0.4, 1500)) for i in range(5)}
        evaluations = evaluate_scores(scores, residual, threshold=0.1, n_resamples=200)
        ranking = rank_evaluations(evaluations, dict.fromkeys(evaluations, 0.0))
        found += any(one.distinguishable for one in ranking)
    return found / tables


@pytest.mark.slow
def test_five_equals_are_rarely_told_apart() -> None:
    """At 95 %, in at most 6 % of tables, although the best was chosen by the same numbers."""
    assert told_apart(300) <= 0.06


def test_a_difference_of_a_tenth_is_told_apart() -> None:
    """Against four of no use, 0.06 and 0.2 of 1,350 rows are as different as can be."""
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 13_500))
    scores = {"good": sigma, **{f"none {i}": rng.random(13_500) for i in range(4)}}
    evaluations = evaluate_scores(
        scores,
        sigma * rng.normal(size=13_500),
        threshold=0.1,
        time=np.arange(13_500),
        n_resamples=200,
    )
    best, *others = rank_evaluations(evaluations, dict.fromkeys(scores, 0.0))
    assert best.name == "good"
    assert all(one.distinguishable for one in others)


def test_compare_allows_for_slow_movement_in_time() -> None:
    """Shocks that all rows of a week share: the time makes the intervals much wider."""
    rng = np.random.default_rng(1)
    week = np.repeat(np.arange(60), 20)
    residual = 0.3 * rng.normal(size=1200) + 0.5 * rng.normal(size=60)[week]
    table = told_by(residual).assign(week=week, score=rng.random(1200))

    def width(**options: object) -> float:
        one = judged(table.drop(columns=[] if options else ["week"]), ["score"], **options)
        low, high = one.overall.outlier_rate.interval
        return (high - low) * float(np.sqrt(one.overall.n))

    assert width(time="week") > 2 * width()
    timed = judged(table, ["score"], time="week")
    assert timed.notes == timed.ranking[0].evaluation.notes
    assert timed.to_dict()["notes"] == list(timed.notes)
    assert any("slowly in time" in note for note in timed.notes)


def test_any_score_the_wrong_way_round_is_named() -> None:
    """One that comes last, too: lower must mean more confident."""
    rng = np.random.default_rng(2)
    sigma = rng.uniform(0.02, 0.4, 1200)
    table = told_by(rng.normal(0, sigma)).assign(fsd=sigma, conf=1 - sigma)
    told = judged(table, ["fsd", "conf"])
    assert told.best.endswith("fsd")
    (note,) = told.notes
    assert note.startswith("The score 'column:conf' looks the wrong way round: of the rows")


def test_compare_resamples_whole_groups() -> None:
    """Ten copies of each row: with the group, intervals three times as wide."""
    rng = np.random.default_rng(0)
    table = told_by(0.5 * rng.normal(size=300)).assign(score=rng.random(300))
    copies = table.loc[np.repeat(np.arange(300), 10)].reset_index(drop=True)
    unit = np.repeat(np.arange(300), 10)

    def width(**options: object) -> float:
        one = judged(copies, ["score"], **options)
        return float(np.diff(one.overall.outlier_rate.interval)[0])

    assert width(groups=unit) == pytest.approx(np.sqrt(10) * width(), rel=0.15)
