"""The same figures tier by tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from qconf._types import BoolArray
from qconf.avm.expected_failures import failure_probability
from qconf.avm.measures import MeanOf, MedianIn
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.accuracy import HIT_RATE, Accuracy
from qconf.avm.sections.asked import Asked
from qconf.avm.statistics.median_error import MDAPE, MEDIAN_ERROR
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import Segments, ValuedRows
from qconf.avm.verdicts import Range

__all__ = ["EXPECTED", "ask_tiers"]


#: What is known of a tier that is made of the FSD.
EXPECTED = "expected_failure_rate"

SHARE = replace(HIT_RATE, name="share", label="share of rows")


def ask_tiers(portfolio: Portfolio, rows: ValuedRows, accuracy: Accuracy) -> Iterator[Asked]:
    """Ask for share, failures, PPE10 and medians of the errors in each tier.

    A tier that stands for an expected failure rate is held against it.
    """
    if portfolio.tiers is None:
        return
    tier = portfolio.tiers[portfolio.valued]
    sizes, ratios = Segments(np.abs(rows.residual), tier), Segments(rows.ratio, tier)
    for number, (name, limit) in enumerate(portfolio.tier_limits.items()):
        members = portfolio.tiers == number
        if not members.any():
            continue
        failures, tail, ppe10 = (
            MeanOf(one.metric, one.values, members, one)
            for one in (accuracy.failure_rate, accuracy.right_tail, accuracy.ppe10)
        )
        if limit is not None:
            failures = replace(failures, accepted=Range(0.0, limit))
        measures = (
            MeanOf(SHARE, members, accuracy.hit_rate.members),
            failures,
            tail,
            ppe10,
            _median_in(MDAPE, sizes, number),
            _median_in(MEDIAN_ERROR, ratios, number, minus=1.0),
        )
        yield Asked(name, int(members.sum()), measures, _expected(portfolio, members, limit))


def _expected(portfolio: Portfolio, members: BoolArray, limit: float | None) -> dict[str, float]:
    """Return the failure rate that the FSD makes expected in a tier, if tiers are made of it."""
    of_fsd = any(one is not None for one in portfolio.tier_limits.values())
    if not of_fsd or portfolio.fsd is None or np.isnan(portfolio.fsd[members]).any():
        return {}
    rate = float(failure_probability(portfolio.fsd[members], portfolio.threshold).mean())
    return {EXPECTED: rate} if limit is None else {EXPECTED: rate, "limit": limit}


def _median_in(
    statistic: ValueStatistic, segments: Segments, number: int, minus: float = 0.0
) -> MedianIn:
    """Ask of one tier what the statistic is of all rows."""
    return MedianIn(
        statistic.name,
        statistic.label,
        segments,
        number,
        minus,
        bounds=statistic.bounds,
        written=statistic.written,
    )
