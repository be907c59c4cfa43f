"""A comparison says what was found, and what cannot be told."""

from __future__ import annotations

import pytest

from qconf import Comparison, CountConfidence, compare
from qconf.estimate import in_percent
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
