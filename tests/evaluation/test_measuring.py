"""Metrics that are asked for have the intervals that the outlier rate has."""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from qconf import Evaluation, evaluate
from qconf._types import FloatArray, RowMetricName
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.rate_intervals import weighted_rate_estimate
from qconf.evaluation.sampling import Sampling

THRESHOLD = 0.1
NEW: tuple[RowMetricName, ...] = ("ppe10", "bias", "over-valuation-rate")
#: The same as what is always told, under other names.
AGAIN = RowMetric("again", "again", "outliers", lambda r, limit: np.abs(r) > limit)
SIZE = RowMetric("size", "size", "mean error", lambda r, _: np.abs(r), "error", None, (0, np.inf))


def rows() -> tuple[FloatArray, FloatArray]:
    """Draw 60 months of twenty rows, which share a shock."""
    rng = np.random.default_rng(0)
    sigma: FloatArray = np.exp(rng.normal(np.log(0.08), 0.5, 1200))
    month = np.arange(1200) // 20
    return sigma, sigma * rng.normal(size=1200) + 0.03 * rng.normal(size=60)[month]


def told(**options: Any) -> Evaluation:
    score, residual = rows()
    if "ties" in options:
        score = score.round(options.pop("ties"))
    return evaluate(score, residual, threshold=THRESHOLD, n_resamples=100, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ties": 2},
        {"blocks": np.arange(1200) % 4},
        {"groups": np.arange(1200) // 6},
        {"groups": np.arange(1200) // 120},
        {"time": np.arange(1200) // 20},
        {"time": np.arange(1200) // 20, "groups": np.arange(1200) % 300},
    ],
    ids=["rows", "ties", "blocks", "groups", "few groups", "time", "both"],
)
def test_the_outlier_rate_under_another_name_is_the_same(options: dict[str, Any]) -> None:
    """Values, intervals and effective rows: no metric is treated better than another."""
    one = told(metrics=[AGAIN, SIZE], **options)
    for selection in (one.best_decile, one.overall):
        assert selection.metrics["again"] == selection.outlier_rate
        assert selection.metrics["size"].value == selection.mae.value
        if "time" not in options:
            assert selection.metrics["size"] == selection.mae


def test_values_are_means_over_the_safest_and_over_all() -> None:
    """By hand: the tenth with the lowest scores, and everything."""
    score, residual = rows()
    one = told(metrics=NEW)
    safest = residual[np.argsort(score)[:120]]
    for chosen, of in ((one.best_decile, safest), (one.overall, residual)):
        values = {name: estimate.value for name, estimate in chosen.metrics.items()}
        assert values == pytest.approx(
            {
                "ppe10": np.mean(np.abs(of) <= 0.1),
                "bias": of.mean(),
                "over_valuation_rate": np.mean(of > THRESHOLD),
            }
        )
        assert all(estimate.value in estimate for estimate in chosen.metrics.values())


def test_nothing_else_moves_when_metrics_are_asked_for() -> None:
    """The same keys and figures as before, and new keys beside them."""
    plain, more = told().to_dict(), told(metrics=NEW).to_dict()
    for part in ("overall", "best_decile"):
        assert set(more[part].pop("metrics")) == {"ppe10", "bias", "over_valuation_rate"}
    assert more == plain


def test_what_is_always_told_may_be_asked_for() -> None:
    """It stands among the metrics then, with the same interval."""
    one = told(metrics=["mae", "outlier-rate"], time=np.arange(1200) // 20)
    assert one.best_decile.metrics["mae"] == one.best_decile.mae
    assert one.overall.metrics["outlier_rate"] == one.overall.outlier_rate


def width(estimate: Any) -> float:
    return float(np.diff(estimate.interval)[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ppe10", "bias", "over_valuation_rate"])
def test_copies_and_a_year_that_is_off_widen_every_interval(name: str) -> None:
    """Four copies of a row are worth one; rows that were all too high for a year, far less."""
    score, residual = rows()
    residual += np.where(np.arange(1200) // 400 == 1, 0.1, 0.0)
    four = np.repeat(np.arange(1200), 4)

    def of(taken: Any, **options: Any) -> float:
        one = evaluate(
            score[taken], residual[taken], threshold=THRESHOLD, metrics=NEW, n_resamples=200,
            **options,
        )  # fmt: skip
        return width(one.overall.metrics[name])

    once = of(np.arange(1200))
    assert of(four, groups=four) == pytest.approx(once, rel=0.25)
    assert of(four) == pytest.approx(once / 2, rel=0.25)
    assert of(np.arange(1200), time=np.arange(1200) // 20) > 2 * once


def test_a_drifting_bias_is_seen_where_the_outlier_rate_stands_still() -> None:
    """Half of the time too high, half too low: the outliers do not move, the bias does."""
    rng = np.random.default_rng(0)
    side = np.where(np.arange(4000) < 2000, 0.05, -0.05)
    residual = side + 0.08 * rng.normal(size=4000)
    score = rng.random(4000)

    def of(**options: Any) -> Evaluation:
        return evaluate(
            score, residual, threshold=THRESHOLD, metrics=["bias"], n_resamples=100, **options
        )

    slow, rows_alone = of(time=np.arange(4000)), of()
    assert width(slow.overall.metrics["bias"]) > 20 * width(rows_alone.overall.metrics["bias"])
    assert width(slow.overall.outlier_rate) < 3 * width(rows_alone.overall.outlier_rate)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{"groups": np.arange(2000) // 4}, {"groups": np.arange(2000) // 200},
     {"time": np.arange(2000) // 20}],
    ids=["groups", "few groups", "time"],
)  # fmt: skip
def test_each_share_has_the_dependence_of_its_own_events(options: dict[str, Any]) -> None:
    """Over-valued rows are told as if they were all the outliers, whatever the other side does."""
    rng = np.random.default_rng(0)
    unit = next(iter(options.values()))
    over = rng.random(2000) < 0.6 * rng.random(unit.max() + 1)[unit] ** 4
    under = ~over & (rng.random(2000) < 0.4)
    score = rng.random(2000) + 0.3 * over

    def of(residual: Any) -> Evaluation:
        return evaluate(
            score, residual, threshold=0.5, metrics=["over-valuation-rate"], n_resamples=200,
            **options,
        )  # fmt: skip

    both, alone = of(1.0 * over - 1.0 * under), of(1.0 * over)
    for part in ("best_decile", "overall"):
        told = getattr(both, part).metrics["over_valuation_rate"]
        expected = getattr(alone, part).outlier_rate
        assert told.value == expected.value
        assert told.interval == pytest.approx(expected.interval)
    assert both.overall.outlier_rate.value > 2 * alone.overall.outlier_rate.value


def test_a_result_can_be_sent_to_another_process() -> None:
    """Metrics are pickled with it."""
    one = told(metrics=NEW)
    assert pickle.loads(pickle.dumps(one)).to_dict() == one.to_dict()  # noqa: S301 - our own


#: Of the log of sigma: even the safest tenth has a dozen errors beyond 10 %, for with one or two
#: the coverage of any interval comes in steps (of 94 and 98 %).
SPREAD = 0.2


def truths(slow: float) -> dict[str, tuple[float, float]]:
    """Return each metric of the safest tenth and of all rows, over all tables there could be."""
    quantile = (np.arange(20_000) + 0.5) / 20_000
    sigma = np.sqrt(np.exp(norm.ppf(quantile, np.log(0.08), SPREAD)) ** 2 + slow**2)
    both = {
        "ppe10": 1 - 2 * norm.sf(0.1 / sigma),
        "bias": np.zeros(20_000),
        "over_valuation_rate": norm.sf(THRESHOLD / sigma),
    }
    return {name: (float(one[:2000].mean()), float(one.mean())) for name, one in both.items()}


def coverages(world: str, tables: int, n_rows: int = 2400) -> dict[str, tuple[float, float]]:
    """Say how often the intervals of each metric hold it: of the safest tenth, and of all."""
    truth = truths(0.03 if world == "time" else 0.0)
    held = {name: np.zeros(2) for name in truth}
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        unit = np.arange(n_rows) // (40 if world == "time" else 4)
        one_each = world == "groups"
        n_drawn = int(unit.max()) + 1 if one_each else n_rows
        sigma = np.exp(rng.normal(np.log(0.08), SPREAD, n_drawn))
        residual = sigma * rng.normal(size=n_drawn)
        if one_each:
            sigma, residual = sigma[unit], residual[unit]
        if world == "time":
            residual += autoregressive(rng, int(unit.max()) + 1, 0.03)[unit]
        one = evaluate(
            sigma,
            residual,
            threshold=THRESHOLD,
            metrics=NEW,
            n_resamples=200,
            groups=unit if world == "groups" else None,
            time=unit if world == "time" else None,
            # Not the seed of the rows: the draws would hang on them.
            random_state=10_000 + seed,
        )
        for name, (safest, overall) in truth.items():
            held[name] += [
                safest in one.best_decile.metrics[name],
                overall in one.overall.metrics[name],
            ]
    return {name: (one[0] / tables, one[1] / tables) for name, one in held.items()}


def autoregressive(rng: np.random.Generator, length: int, spread: float) -> FloatArray:
    """Draw shocks that last: AR(0.7) with this standard deviation."""
    shock = rng.normal(size=length)
    for i in range(1, length):
        shock[i] = 0.7 * shock[i - 1] + np.sqrt(1 - 0.7**2) * shock[i]
    return spread * shock


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "least", "most"),
    [
        # Of 800 tables they held it in 93.9 to 96.6 % (rows), 94.1 to 96.9 % (groups), and 93.5 to
        # 97.9 % (time, where an interval is the wider of two). Of 500 a point is chance.
        ("rows", 0.92, 0.98),
        ("groups", 0.92, 0.98),
        ("time", 0.915, 0.99),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(
    world: str, least: float, most: float
) -> None:
    """95 % intervals of all three metrics: rows, clusters of copies, shocks that last."""
    for name, pair in coverages(world, 500).items():
        for coverage in pair:
            assert least <= coverage <= most, (name, pair)


@pytest.mark.parametrize(
    "units", [{"groups": np.arange(1200) // 120}, {"time": np.arange(1200) // 20}]
)
def test_the_area_is_as_skewed_as_its_groups_or_times(units: dict[str, Any]) -> None:
    """An outlier at place k counts 1/k + ... + 1/n: the skewness is that of these numbers."""
    score, residual = rows()
    one = told(**units)
    place = np.argsort(np.argsort(score))
    from_here_on = np.cumsum(1 / np.arange(1200, 0, -1.0))[::-1]
    counted = (np.abs(residual) > THRESHOLD) * from_here_on[place]
    assert counted.mean() == pytest.approx(one.aurc.value)
    sampling = Sampling.of(Outcome.of(residual, THRESHOLD), units.get("groups"), units.get("time"))
    skewness = sampling.skewness(counted, np.ones(1200))
    assert skewness != 0
    expected = weighted_rate_estimate(one.aurc.value, one.aurc_draws, 0.95, skewness)
    assert one.aurc.interval == pytest.approx(expected.interval)


def hanging_together(seed: int, unit: str) -> tuple[FloatArray, FloatArray, dict[str, Any]]:
    """Draw 600 rows whose errors are larger in some of 12 groups, or in some months of a year."""
    rng, n_rows = np.random.default_rng(seed), 600
    if unit == "groups":
        of_row = rng.integers(0, 12, n_rows)
        level = 0.4 * rng.normal(size=12)
    else:
        of_row = np.sort(rng.integers(0, 365, n_rows))
        level, shock = np.zeros(366), rng.normal(size=366)
        for day in range(1, 366):
            level[day] = 0.97 * level[day - 1] + 0.1225 * shock[day]
    score = np.exp(0.5 * rng.normal(size=n_rows) - 2.5)
    residual = score * np.exp(level[of_row]) * rng.normal(size=n_rows)
    return score, residual, {unit: of_row}


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["groups", "time"])
def test_what_hangs_together_is_held(unit: str) -> None:
    """The truth lies above 95 % intervals in at most 7.5 % of tables, and below in 4.

    Of the AURC, and of the coverage at 5 and at 10 % outliers. Percentiles, as wide as they must
    be, are too low in 10 to 12 % for the one, and in time miss the others in 15 and 21 %. Of 200
    tables a share of 5 % has a standard error of 1.5 points.
    """
    worlds = [hanging_together(10**6 + seed, unit)[:2] for seed in range(1500)]
    places = np.arange(1, 601)
    outliers = [(np.abs(residual) > 0.15)[np.argsort(score)] for score, residual in worlds]
    risks = np.array([np.cumsum(one) / places for one in outliers])
    truth = {"area": float(risks.mean())} | {
        f"{rate:g}": float(np.where(risks <= rate, places, 0).max(axis=1).mean() / 600)
        for rate in (0.05, 0.10)
    }
    too_low, too_high = Counter[str](), Counter[str]()
    for seed in range(1000, 1200):
        score, residual, units = hanging_together(seed, unit)
        one = evaluate(score, residual, threshold=0.15, n_resamples=200, **units)
        coverages = {f"{rate:g}": share for rate, share in one.coverage_at.items()}
        for name, estimate in {"area": one.aurc, **coverages}.items():
            too_low[name] += estimate.interval[1] < truth[name]
            too_high[name] += estimate.interval[0] > truth[name]
    assert max(too_low.values()) / 200 <= 0.075, too_low
    assert max(too_high.values()) / 200 <= 0.04, too_high
