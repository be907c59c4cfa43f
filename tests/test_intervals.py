"""The simulated tables of the interval benchmark are what they say, and so are its blocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.block_bootstrap import block_estimate, block_length, block_variance
from benchmarks.intervals import COVERAGE, EQUALS, by_blocks, measured, summed, table_of


@pytest.mark.parametrize("world", COVERAGE)
def test_the_truth_is_the_average_over_tables(world: str) -> None:
    """What is called true is what comes out on average, overall and in the safest tenth."""
    beyond = []
    for number in range(60):
        table = table_of(world, number)
        outlier = np.abs(table.residual) > 0.1
        safest = np.argsort(table.scores["sigma"])[: len(outlier) // 10]
        beyond.append((outlier.mean() - table.overall, outlier[safest].mean() - table.best_decile))
    error = np.std(beyond, axis=0) / np.sqrt(60)
    assert (np.abs(np.mean(beyond, axis=0)) < 3.5 * error).all()


def test_a_measurement_is_one_row_a_table() -> None:
    """Coverage, widths and notes; for equals whether they were told apart."""
    rows = pd.DataFrame(measured("5 outliers in 200 rows", range(3)))
    assert {"overall", "best_decile", "overall_width", "noted"} <= set(rows)
    told = summed("5 outliers in 200 rows", rows)
    assert told["tables"] == 3
    assert [set(one) for one in measured("five equals", range(1))] == [{"told_apart"}]
    assert set(EQUALS) & set(COVERAGE) == set()
    assert by_blocks("10 groups", range(1)) == {}
    assert 0 <= by_blocks("AR(0.7) over 60 periods", range(5))["overall_by_blocks"] <= 1


def test_blocks_are_as_long_as_theory_says() -> None:
    """AR(r): (2 g^2 / D)^(1/3) n^(1/3), with g = 2 r / (1-r)^2 and D = 4/3 ((1+r) / (1-r))^2."""
    rng = np.random.default_rng(0)
    lengths = []
    for _ in range(8):
        series = np.zeros(10_000)
        for i in range(1, len(series)):
            series[i] = 0.7 * series[i - 1] + rng.normal()
        lengths.append(block_length(series))
    slope, level = 2 * 0.7 / 0.3**2, 1.7 / 0.3
    expected = (2 * slope**2 / (4 / 3 * level**2)) ** (1 / 3) * 10_000 ** (1 / 3)
    assert np.median(lengths) == pytest.approx(expected, rel=0.2)
    assert block_length(rng.normal(size=10_000)) <= 3
    assert block_length(np.ones(50)) == 1


def test_block_variance_is_that_of_all_resamples() -> None:
    """Six moments in two blocks of three: the mean over all 36 pairs of starts."""
    series = np.array([1.0, 4.0, 2.0, 8.0, 5.0, 7.0])
    around = np.concatenate([series, series])
    blocks = [around[i : i + 3].mean() for i in range(6)]
    means = [(one + other) / 2 for one in blocks for other in blocks]
    assert block_variance(series, 3) == pytest.approx(np.var(means))
    estimate = block_estimate(series, 0.95)
    assert series.mean() in estimate
