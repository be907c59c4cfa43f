"""One score against the errors that came out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, norm

from qconf import Evaluation, evaluate
from qconf._types import FloatArray
from qconf.errors import OptionError, QconfError, TableError
from qconf.evaluation import evaluate_scores

THRESHOLD = 0.1


def log_normal_sigma(rng: np.random.Generator, n_rows: int) -> FloatArray:
    sigma: FloatArray = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return sigma


def true_best_decile_rate() -> float:
    """Integrate the outlier rate over the safest tenth of the sigmas."""
    quantile = (np.arange(200_000) + 0.5) / 200_000 * 0.1
    sigma = np.exp(norm.ppf(quantile, np.log(0.08), 0.5))
    return float((2 * norm.sf(THRESHOLD / sigma)).mean())


def coverage_of_intervals(n_rows: int, tables: int, *, cluster: int = 1) -> float:
    """Say in what share of simulated tables the interval holds the true best-decile rate."""
    truth = true_best_decile_rate()
    held = 0
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(n_rows // cluster), cluster)
        # The rows of a cluster are copies: as hard as clustering can be.
        sigma = log_normal_sigma(rng, n_rows // cluster)[groups]
        residual = sigma * rng.normal(size=n_rows // cluster)[groups]
        result = evaluate(
            sigma,
            residual,
            threshold=THRESHOLD,
            groups=groups if cluster > 1 else None,
            n_resamples=300,
            random_state=seed,
        )
        held += truth in result.best_decile.outlier_rate
    return held / tables


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of the best-decile rate hold it in 93 to 97 % of 600 tables."""
    assert 0.93 <= coverage_of_intervals(3000, 600) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_rows", "cluster", "least", "most"),
    [
        (10_000, 1, 0.93, 0.97),
        (30_000, 1, 0.93, 0.97),
        # With 0.6 outliers expected in the decile, coverage comes in steps: it may be higher.
        (1_000, 1, 0.93, 0.995),
        (12_000, 4, 0.93, 0.97),
    ],
)
def test_intervals_hold_the_truth_for_few_rows_and_for_clusters(
    n_rows: int, cluster: int, least: float, most: float
) -> None:
    """The same with few events, with many, and where rows come in clusters."""
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


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_a_decile_without_outliers_gets_jeffreys_interval_at_any_level(level: float) -> None:
    """With independent rows the design effect is 1, whatever the level is."""
    score = np.arange(2000.0)
    high = evaluate(
        score, score, threshold=1500.0, level=level, n_resamples=2000
    ).best_decile.outlier_rate.interval[1]
    assert high == pytest.approx(beta.ppf((1 + level) / 2, 0.5, 200.5), rel=0.12)


def test_ties_are_broken_by_the_seed() -> None:
    """A constant score takes another tenth with another seed, the same with the same."""
    residual = np.random.default_rng(0).normal(size=400)

    def rate(seed: int) -> float:
        one = evaluate(np.ones(400), residual, threshold=1.0, n_resamples=5, random_state=seed)
        return one.best_decile.outlier_rate.value

    assert rate(0) == rate(0)
    assert len({rate(seed) for seed in range(20)}) > 1


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
    np.testing.assert_array_equal(both["a"].rate_replicates, both["b"].rate_replicates)


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
        ({"level": 1.0}, OptionError, "level"),
        ({"outlier_rates": [2.0]}, OptionError, "outlier rate"),
        (
            {"expected_error": [1.0, np.nan, 2.0]},
            TableError,
            "expected error must be finite; 1 of 3",
        ),
        ({"expected_error": [1.0, 2.0]}, TableError, r"shape \(3,\)"),
        ({"expected_error": ["a", "b", "c"]}, TableError, "must be numbers"),
        ({"residual": [np.inf, 0.0, 1.0]}, TableError, "residual must be finite"),
        ({"residual": [], "expected_error": []}, TableError, "no rows"),
        ({"groups": [1, 1, 1]}, TableError, "at least 2 distinct"),
        ({"groups": [1, 2]}, TableError, "3 rows, 2 groups"),
        ({"blocks": [1, 2]}, TableError, "3 rows, 2 blocks"),
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
