"""The same figures tier by tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from qconf.avm.measures import MeanOf, MedianIn
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.accuracy import HIT_RATE, Accuracy
from qconf.avm.sections.asked import Asked
from qconf.avm.statistics.median_error import MDAPE, MEDIAN_ERROR
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import Segments, ValuedRows

__all__ = ["ask_tiers"]

SHARE = replace(HIT_RATE, name="share", label="share of rows")


def ask_tiers(portfolio: Portfolio, rows: ValuedRows, accuracy: Accuracy) -> Iterator[Asked]:
    """Ask for share, PPE10, failures and medians of the errors in each tier."""
    if portfolio.tiers is None:
        return
    tier = portfolio.tiers[portfolio.valued]
    sizes, ratios = Segments(np.abs(rows.residual), tier), Segments(rows.ratio, tier)
    for number, name in enumerate(portfolio.tier_names):
        members = portfolio.tiers == number
        if not members.any():
            continue
        within = (accuracy.ppe10, accuracy.failure_rate, accuracy.right_tail)
        yield Asked(
            name,
            int(members.sum()),
            (
                MeanOf(SHARE, members, accuracy.hit_rate.members),
                *(MeanOf(one.metric, one.values, members, one) for one in within),
                _median_in(MDAPE, sizes, number),
                _median_in(MEDIAN_ERROR, ratios, number, minus=1.0),
            ),
        )


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
