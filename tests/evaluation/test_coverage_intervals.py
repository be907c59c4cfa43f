"""How many rows can be accepted is told by where the outlier rate may be the one that is borne."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import evaluate
from qconf._types import FloatArray
from qconf.evaluation.coverage_intervals import coverage_estimate
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.resampling import Draws, percentile_estimate

#: Of which nothing is to be learned, and of which the middle is from 0.4 to 0.6 or so.
DRAWS = Draws(np.full(101, 0.5), n_groups=20)
WIDE = Draws(np.linspace(0.4, 0.6, 101), n_groups=20)
SHARE = np.arange(1, 1001) / 1000
#: At half of the rows 10 % are outliers, at all 20.
CURVE = pd.DataFrame({"coverage": SHARE, "outlier_rate": 0.2 * SHARE})


def told(low: Any, high: Any, draws: Draws = DRAWS, curve: pd.DataFrame = CURVE) -> Any:
    points = np.array([0.02, 0.5, 1.0])
    risks = pd.DataFrame({"coverage": points, "outlier_rate": 0.2 * points, "low": 0.2 * points,
                          "high": 0.2 * points})  # fmt: skip
    risks["low"] -= low
    risks["high"] += high
    return coverage_estimate(CoverageAt(0.1), 0.5, draws, 0.95, curve, risks)


@pytest.mark.parametrize(
    ("low", "high", "interval"),
    [
        (0.0, 0.0, (0.5, 0.5)),
        # 0.2 c + 0.02 = 0.1, and 0.2 c - 0.04 = 0.1
        (0.04, 0.02, (0.4, 0.7)),
        (0.12, 0.12, (0.0, 1.0)),
        # 0.2 c + 0.05 (c - 0.02) / 0.48 = 0.1, and 0.2 c - 0.05 (1 - c) / 0.5 = 0.1
        ([0.0, 0.05, 0.0], [0.0, 0.05, 0.0], (0.3356, 0.6667)),
    ],
)
def test_the_ends_are_where_the_limits_of_the_rate_cross_it(
    low: Any, high: Any, interval: tuple[float, float]
) -> None:
    """Of the curve with all its points; how far it may be off is read between those of few."""
    assert told(np.array(low), np.array(high)).interval == pytest.approx(interval, abs=0.002)


def test_of_less_than_the_first_point_nothing_is_sure() -> None:
    """Where the upper limit at 2 % of the rows is above what is borne, the lower end is 0."""
    assert told(0.0, 0.097).interval[0] == 0.0
    assert told(0.0, 0.095).interval[0] == pytest.approx(0.025)


def test_the_value_is_always_inside() -> None:
    """Also where a share within a tie is accepted, of which the curve knows nothing."""
    tied = pd.DataFrame({"coverage": [1.0], "outlier_rate": [0.2]})
    assert told(0.0, 0.0, curve=tied).interval == (0.0, 0.5)


def test_single_rows_keep_the_middle_of_their_resamples() -> None:
    """Which hold the truth as often as they say."""
    alone = Draws(WIDE.resamples)
    expected = percentile_estimate(0.5, alone, 0.95, (0.0, 1.0))
    assert told(0.04, 0.02, draws=alone) == expected


def test_resamples_keep_their_say() -> None:
    """Where few scores are told apart, only they know how many rows have each."""
    middle = percentile_estimate(0.5, WIDE, 0.95, (0.0, 1.0)).interval
    assert told(0.0, 0.0, draws=WIDE).interval == middle
    assert told(0.04, 0.0, draws=WIDE).interval == (middle[0], pytest.approx(0.7, abs=0.002))
    grade = np.random.default_rng(0).integers(3, size=3000)
    group = np.arange(3000) // 100
    residual = (np.random.default_rng(1).uniform(size=3000) < 0.02 + 0.14 * grade) * 1.0
    one = evaluate(grade, residual, threshold=0.5, outlier_rates=[0.05], groups=group)
    low, high = one.coverage_at[0.05].interval
    assert low < one.coverage_at[0.05].value < high


def sales(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    score = np.exp(rng.normal(-3, 0.3, 600))
    return score, score * rng.normal(size=600)


@pytest.mark.parametrize("units", ["groups", "time"])
def test_good_months_do_not_prove_that_all_rows_can_be_accepted(
    rng: np.random.Generator, units: str
) -> None:
    """In no resample is a row refused; and yet a few groups may have been good by chance."""
    score, residual = sales(rng)
    options: dict[str, Any] = {units: np.arange(600) // 100}
    one = evaluate(score, residual, threshold=0.12, outlier_rates=[0.05], **options)
    (at,) = one.coverage_at.values()
    assert at.value == 1.0
    assert (one.coverage_draws[0.05].resamples > 0.9).all()
    assert one.risks["high"].iloc[-1] > 0.05
    assert at.interval[0] < 0.9
