"""The verdict says what was found, and what cannot be told."""

from __future__ import annotations

from qconf import CountConfidence, compare
from qconf.simulation import archetypes
from qconf.verdict import in_percent


def test_percentages() -> None:
    """One digit, unless asked otherwise."""
    assert in_percent(0.12345) == "12.3 %"
    assert in_percent(0.12345, 2) == "12.35 %"


def test_names_rows_rate_interval_and_overall() -> None:
    """All that is needed to act on the best estimator is in the sentence."""
    world = archetypes(20).drop(columns="archetype")
    result = compare(
        world,
        "value",
        error="absolute",
        threshold=0.15,
        estimators={"count": CountConfidence()},
        n_resamples=50,
    )
    decile = result.ranking[0].evaluation.best_decile
    low, high = decile.outlier_rate.interval
    assert f"Of the {decile.n} rows that count calls safest" in result.verdict
    assert f"({100 * low:.1f} to {100 * high:.1f}) are off by more than 0.15" in result.verdict
    assert in_percent(result.overall.outlier_rate.value) in result.verdict
