"""One score against the errors that came out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, norm

from qconf import Evaluation, evaluate
from qconf._types import FloatArray, IntArray
from qconf.core.estimate import Estimate
from qconf.errors import OptionError, QconfError, TableError
from qconf.evaluation.evaluate import evaluate_scores
from qconf.evaluation.measuring import Measurement
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.registry import ALWAYS_TOLD
from qconf.evaluation.ranking import Outcome, RankedRows
from qconf.evaluation.sampling import Sampling

THRESHOLD = 0.1


def log_normal_sigma(rng: np.random.Generator, n_rows: int) -> FloatArray:
    sigma: FloatArray = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma


def true_best_decile_rate() -> float:
    """Integrate the outlier rate over the safest tenth of the sigmas."""
    quantile = (np.arange(200_000) + 0.5) / 200_000 * 0.1
    sigma = np.exp(norm.ppf(quantile, np.log(0.08), 0.5))
    return float((2 * norm.sf(THRESHOLD / sigma)).mean())


def best_decile_alone(
    sigma: FloatArray, residual: FloatArray, groups: IntArray | None, n_resamples: int, seed: int
) -> Estimate:
    """Return the best-decile rate of `evaluate`, without its other figures: in half of the time."""
    outcome = Outcome.of(residual, THRESHOLD, ALWAYS_TOLD)
    measurement = Measurement((), (), outcome, Sampling.of(outcome, groups, None), 0.95)
    rows = RankedRows(sigma, outcome, 0.1)
    rng = np.random.default_rng(seed)
    whole, each = measurement.measure({"sigma": rows}, n_resamples, rng)
    told, _ = measurement.safest(rows, each["sigma"], measurement.overall(whole))
    return told[OUTLIER_RATE]


@pytest.mark.parametrize("cluster", [1, 4])
def test_the_best_decile_alone_is_that_of_evaluate(cluster: int) -> None:
    """So what is simulated below is what users are told."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(1200 // cluster), cluster) if cluster > 1 else None
    sigma = log_normal_sigma(rng, 1200)
    residual = 2 * sigma * rng.normal(size=1200)
    options: dict[str, Any] = {"groups": groups, "n_resamples": 50}
    told = evaluate(sigma, residual, threshold=THRESHOLD, random_state=3, **options)
    alone = best_decile_alone(sigma, residual, seed=3, **options)
    assert alone == told.best_decile.outlier_rate


def coverage_of_intervals(
    n_rows: int, tables: int, *, cluster: int = 1, n_resamples: int = 300
) -> float:
    """Say in what share of simulated tables the interval holds the true best-decile rate."""
    truth = true_best_decile_rate()
    held = 0
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(n_rows // cluster), cluster)
        # The rows of a cluster are copies: as hard as clustering can be.
        sigma = log_normal_sigma(rng, n_rows // cluster)[groups]
        residual = sigma * rng.normal(size=n_rows // cluster)[groups]
        given = groups if cluster > 1 else None
        held += truth in best_decile_alone(sigma, residual, given, n_resamples, seed)
    return held / tables


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of the best-decile rate hold it in 90 to 99 % of 80 tables."""
    assert 0.9 <= coverage_of_intervals(3000, 80, n_resamples=100) < 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_rows", "cluster", "least", "most"),
    [
        (3_000, 1, 0.93, 0.97),
        (10_000, 1, 0.93, 0.97),
        (30_000, 1, 0.93, 0.97),
        # With 0.6 outliers expected in the decile, coverage comes in steps: it may be higher.
        (1_000, 1, 0.93, 0.995),
        (12_000, 4, 0.93, 0.97),
    ],
)
def test_intervals_hold_the_truth_for_any_number_of_rows_and_for_clusters(
    n_rows: int, cluster: int, least: float, most: float
) -> None:
    """In 93 to 97 % of 800 tables: with few events, with many, and rows that come in clusters."""
    assert least <= coverage_of_intervals(n_rows, 800, cluster=cluster) <= most


@pytest.fixture(scope="module")
def result() -> Evaluation:
    rng = np.random.default_rng(0)
    sigma = log_normal_sigma(rng, 3000)
    return evaluate(sigma, sigma * rng.normal(size=3000), threshold=THRESHOLD)


def test_every_headline_number_lies_in_its_interval(result: Evaluation) -> None:
    """Rate, error, area, correlation and coverage each have an interval around them."""
    estimates = [
        result.overall.outlier_rate,
        result.overall.mae,
        result.best_decile.outlier_rate,
        result.best_decile.mae,
        result.aurc,
        result.spearman,
    ]
    for estimate in estimates:
        assert estimate.value in estimate
    assert set(result.coverage_at) == {0.05, 0.10}
    assert result.coverage_at[0.05].value <= result.coverage_at[0.10].value


@pytest.mark.slow
def test_groups_of_copies_widen_the_interval() -> None:
    """Four copies of each row are worth no more than one."""
    rng = np.random.default_rng(1)
    sigma = log_normal_sigma(rng, 2000)
    residual = 1.5 * sigma * rng.normal(size=2000)
    once = evaluate(sigma, residual, threshold=THRESHOLD)
    copies = np.repeat(np.arange(2000), 4)
    fourfold = evaluate(sigma[copies], residual[copies], threshold=THRESHOLD, groups=copies)
    naive = evaluate(sigma[copies], residual[copies], threshold=THRESHOLD)

    def width(one: Evaluation) -> float:
        return float(np.diff(one.best_decile.outlier_rate.interval)[0])

    assert width(fourfold) == pytest.approx(width(once), rel=0.2)
    assert width(naive) < 0.65 * width(once)


def test_rows_without_a_group_are_resampled_one_by_one() -> None:
    """If no row has a group, the intervals are those of single rows."""
    rng = np.random.default_rng(1)
    sigma = log_normal_sigma(rng, 500)
    residual = sigma * rng.normal(size=500)
    nobody = np.full(500, None, dtype=object)
    grouped = evaluate(sigma, residual, threshold=THRESHOLD, groups=nobody, n_resamples=50)
    single = evaluate(sigma, residual, threshold=THRESHOLD, n_resamples=50)
    assert grouped.to_dict() == single.to_dict()


@pytest.mark.slow
@pytest.mark.parametrize("confidence_level", [0.5, 0.8, 0.95])
def test_a_decile_without_outliers_gets_jeffreys_interval_at_any_level(
    confidence_level: float,
) -> None:
    """With independent rows the design effect is 1, whatever the level is."""
    score = np.arange(2000.0)
    high = evaluate(
        score, score, threshold=1500.0, confidence_level=confidence_level, n_resamples=2000
    ).best_decile.outlier_rate.interval[1]
    assert high == pytest.approx(beta.ppf((1 + confidence_level) / 2, 0.5, 200.5), rel=0.12)


@pytest.mark.parametrize("seed", range(4))
def test_ties_do_not_hang_on_the_seed(seed: int) -> None:
    """A constant score is worth the overall rate in every number, whatever the seed."""
    residual = np.repeat([1.0, 0.0], [20, 180])
    one = evaluate(np.ones(200), residual, threshold=0.5, n_resamples=20, random_state=seed)
    assert one.aurc.value == pytest.approx(0.1)
    assert one.best_decile.outlier_rate.value == pytest.approx(0.1)
    assert one.best_decile.n == 20
    assert one.coverage_at[0.05].value == 0.0
    assert one.aurc_difference.value == pytest.approx(0.0)
    assert not one.has_skill


def test_a_tie_is_as_sure_as_the_rows_it_may_choose_among() -> None:
    """The rate of a tenth at random is that of all rows, with the interval of all rows."""
    residual = np.repeat([1.0, 0.0], [20, 180])
    one = evaluate(np.ones(200), residual, threshold=0.5)
    np.testing.assert_allclose(
        one.best_decile.outlier_rate.interval, one.overall.outlier_rate.interval, rtol=0.02
    )


def test_a_cut_off_accepts_all_rows_up_to_it() -> None:
    """Two distinct scores make a curve of two cut-offs."""
    curve = evaluate([1, 1, 1, 2], [1, 0, 0, 1], threshold=0.5, n_resamples=5).curve
    assert curve["cut_off"].tolist() == [1.0, 2.0]
    assert curve["coverage"].tolist() == [0.75, 1.0]
    np.testing.assert_allclose(curve["outlier_rate"], [1 / 3, 1 / 2])


def test_a_clean_decile_of_copies_is_worth_fewer_rows() -> None:
    """No outlier among copies is no more than no outlier among the rows they are copies of."""
    score, copies = np.arange(2000.0), np.repeat(np.arange(2000), 4)
    residual = np.where(score > 400, np.random.default_rng(0).random(2000) * 2, 0.0)

    def upper(rows: Any, groups: Any) -> float:
        one = evaluate(score[rows], residual[rows], threshold=1.0, groups=groups, n_resamples=300)
        assert one.best_decile.outlier_rate.value == 0.0
        return one.best_decile.outlier_rate.interval[1]

    once = upper(np.arange(2000), None)
    assert upper(copies, copies) == pytest.approx(once, rel=0.3)
    assert upper(copies, None) < 0.5 * once


def shocked(periods: int, seed: int = 0) -> tuple[FloatArray, FloatArray, Any]:
    """Residuals that share a shock in each period."""
    rng = np.random.default_rng(seed)
    period = np.repeat(np.arange(periods), 3000 // periods)
    sigma = log_normal_sigma(rng, len(period))
    shock = 0.1 * rng.normal(size=periods)[period]
    return sigma, sigma * rng.normal(size=len(period)) + shock, period


@pytest.mark.slow
def test_time_widens_what_shocks_in_time_make_uncertain() -> None:
    """With the time the interval is several times as wide; shuffled times tell of nothing."""
    sigma, residual, period = shocked(50)

    def width(**options: Any) -> float:
        one = evaluate(sigma, residual, threshold=THRESHOLD, n_resamples=200, **options)
        return float(np.diff(one.overall.outlier_rate.interval)[0])

    rng = np.random.default_rng(0)
    shuffled = [width(time=rng.permutation(period)) for _ in range(10)]
    assert width(time=period) > 3 * width()
    assert np.mean(shuffled) < 1.4 * width()
    # Any way of writing the time does.
    days = np.datetime64("2020-01-01") + period.astype("m8[D]")
    assert width(time=days) == width(time=period)
    assert width(time=[str(day) for day in days]) == width(time=period)


def test_groups_and_time_together_are_the_wider_of_both() -> None:
    """Neither is forgotten where both are given."""
    sigma, residual, period = shocked(50)

    def rate(**options: Any) -> Any:
        one = evaluate(sigma, residual, threshold=THRESHOLD, n_resamples=200, **options)
        return one.overall.outlier_rate

    single = np.arange(3000) // 2
    both = rate(time=period, groups=single)
    assert both.interval == rate(time=period).interval
    shuffled = np.random.default_rng(0).permutation(3000)
    both = rate(time=shuffled, groups=period)
    assert both.n_effective <= rate(groups=period).n_effective * 1.001


def test_ten_groups_are_few() -> None:
    """The same rows in ten groups have a wider interval than their variance alone would make."""
    sigma, residual, group = shocked(10)
    one = evaluate(sigma, residual, threshold=THRESHOLD, groups=group, n_resamples=500)
    rate = np.array([(np.abs(residual[group == g]) > THRESHOLD).mean() for g in range(10)])
    reach = 2.262 * rate.std(ddof=1) / np.sqrt(10)
    low, high = one.overall.outlier_rate.interval
    assert high - low >= 1.8 * reach
    assert any("only 10 groups" in note for note in one.notes)


def test_skill_may_lie_beyond_the_best_decile() -> None:
    """Few outliers, all among the last rows: the decile cannot show it, the area does."""
    score = np.arange(1000.0)
    residual = np.where(score >= 990, 1.0, 0.0)
    one = evaluate(score, residual, threshold=0.5, n_resamples=200)
    assert one.best_decile.outlier_rate.interval[1] > one.overall.outlier_rate.value
    assert one.aurc_difference.interval[1] < 0
    assert one.has_skill


def test_fraction_is_respected() -> None:
    """Any share of the rows can be looked at."""
    score = np.arange(1000.0)
    half = evaluate(score, score, threshold=249.5, fraction=0.5, n_resamples=5)
    assert half.best_decile.n == 500
    assert half.best_decile.outlier_rate.value == 0.5


def test_blocks_are_ranked_on_their_own() -> None:
    """A score that is a thousand times larger in one block takes as many rows from each."""
    rng = np.random.default_rng(0)
    score, residual = rng.random(2000), rng.normal(size=2000)
    block = np.repeat([0, 1], 1000)
    scaled = np.where(block == 0, score, 1000 * score)
    plain = evaluate(scaled, residual, threshold=1.0, n_resamples=5)
    blocked = evaluate(scaled, residual, threshold=1.0, n_resamples=5, blocks=block)
    assert plain.curve["cut_off"].iloc[199] < 1
    safest = scaled <= np.sort(scaled.reshape(2, 1000), axis=1)[:, 99][block]
    expected = (np.abs(residual[safest]) > 1.0).mean()
    assert safest.sum() == 200
    assert blocked.best_decile.outlier_rate.value == pytest.approx(expected)


def test_scores_share_their_resamples() -> None:
    """The same score under two names has the same replicates."""
    rng = np.random.default_rng(0)
    score, residual = rng.random(200), rng.normal(size=200)
    both = evaluate_scores({"a": score, "b": score.copy()}, residual, threshold=1.0)
    first, second = (both[name].rate.draws.resamples for name in "ab")
    np.testing.assert_array_equal(first, second)


def test_dictionary_is_plain(result: Evaluation) -> None:
    """`to_dict` has the documented keys."""
    plain = result.to_dict()
    assert set(plain["best_decile"]) == {"outlier_rate", "interval", "mae", "mae_interval", "n"}
    assert plain["coverage_at"]["0.05"]["value"] == result.coverage_at[0.05].value


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"threshold": 0.0}, OptionError, "threshold must be a finite number > 0"),
        ({"threshold": np.nan}, OptionError, "threshold"),
        ({"fraction": 0.0}, OptionError, "fraction must lie in"),
        ({"fraction": 1.5}, OptionError, "fraction"),
        ({"confidence_level": 1.0}, OptionError, "level"),
        ({"outlier_rates": [2.0]}, OptionError, "outlier rate"),
        (
            {"expected_error": [1.0, np.nan, 2.0]},
            TableError,
            "expected error must be finite; 1 of 3",
        ),
        ({"expected_error": [1.0, 2.0]}, TableError, r"shape \(3,\)"),
        ({"expected_error": [True, False, True]}, TableError, "must be numbers.*False and True"),
        ({"expected_error": ["a", "b", "c"]}, TableError, "must be numbers"),
        ({"residual": [np.inf, 0.0, 1.0]}, TableError, "residual must be finite"),
        ({"residual": [], "expected_error": []}, TableError, "no rows"),
        ({"groups": [1, 1, 1]}, TableError, "at least 2 distinct"),
        ({"groups": [1, 2]}, TableError, "The group has 2 values, the table 3 rows"),
        ({"blocks": [1, 2]}, TableError, "The block has 2 values, the table 3 rows"),
        ({"groups": [[1, 1], [2, 2], [3, 3]]}, TableError, r"got shape \(3, 2\)"),
        ({"time": [1, 2]}, TableError, "The time has 2 values, the table 3 rows"),
        ({"time": [1, 1, 1]}, TableError, "at least 2 distinct values"),
        ({"time": [1, None, 2]}, TableError, "time is missing in 1 of 3 rows"),
        ({"time": ["a", "b", "c"]}, TableError, "dates in one format"),
        ({"n_resamples": 0}, OptionError, "number of resamples"),
        ({"n_resamples": 1}, OptionError, "number of resamples"),
        ({"n_resamples": -1}, OptionError, "number of resamples"),
        ({"n_resamples": 2.5}, OptionError, "number of resamples"),
        ({"fraction": True}, OptionError, "fraction"),
        ({"fraction": "0.1"}, OptionError, "fraction"),
        ({"confidence_level": np.nan}, OptionError, "level"),
    ],
)
def test_errors_name_the_option_and_what_was_found(
    change: dict[str, Any], error: type[QconfError], words: str
) -> None:
    """Each bad input has its own line."""
    good: dict[str, Any] = {
        "expected_error": [1.0, 2.0, 3.0],
        "residual": [0.1, -0.2, 0.3],
        "threshold": 0.15,
    }
    with pytest.raises(error, match=words):
        evaluate(**{**good, **change})


def test_a_fraction_of_one_is_the_whole_table() -> None:
    """Also where few groups make the rate skewed: the same rate, the same interval."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(8), 50)
    residual = np.where(groups == 0, 1.0, 0.0) + (rng.random(400) < 0.02)
    one = evaluate(
        rng.random(400), residual, threshold=0.5, groups=groups, fraction=1.0, n_resamples=100
    )
    whole, decile = one.overall.outlier_rate, one.best_decile.outlier_rate
    assert decile.value == pytest.approx(whole.value)
    assert decile.interval == pytest.approx(whole.interval)
    # One group in eight has nearly all outliers: the rate might be much higher, not much lower.
    assert whole.interval[1] - whole.value > 1.5 * (whole.value - whole.interval[0])


def test_coverage_of_each_rate_is_its_own() -> None:
    """Whatever other rates are asked for: the same coverage, the same interval."""
    rng = np.random.default_rng(0)
    score = rng.random(500)
    residual = rng.normal(size=500) * score
    rates = (0.02, 0.2)
    both, *each = [
        evaluate(score, residual, threshold=0.5, outlier_rates=asked, n_resamples=50).coverage_at
        for asked in (rates, rates[:1], rates[1:])
    ]
    assert both == each[0] | each[1]
    assert both[0.02].interval != both[0.2].interval


def test_differences_of_areas_are_paired() -> None:
    """The interval of a difference of two like scores is far shorter than that of either."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.02, 0.3, 2000)
    scores = {"a": sigma, "b": sigma * np.exp(rng.normal(scale=0.05, size=2000))}
    one, other = evaluate_scores(
        scores, rng.normal(scale=sigma), threshold=0.15, n_resamples=200
    ).values()
    difference = other.aurc_minus(one, 0.95)
    assert difference.value == pytest.approx(other.aurc.value - one.aurc.value)
    low, high = difference.interval
    assert low < difference.value < high
    assert high - low < 0.2 * (one.aurc.interval[1] - one.aurc.interval[0])
    assert one.overall_rate.estimate(0.95) == one.overall.outlier_rate
