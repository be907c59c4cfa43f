"""Ratio statistics, as assessors have them: level, uniformity, vertical equity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from qconf.avm.measures import MedianIn, StatisticOf
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.asked import Asked
from qconf.avm.statistics.dispersion import COD
from qconf.avm.statistics.kakwani import MKI
from qconf.avm.statistics.median_ratio import MEDIAN_RATIO, WEIGHTED_MEAN_RATIO
from qconf.avm.statistics.price_related import PRB, PRD, market_value_proxy
from qconf.avm.valued_rows import Segments, ValuedRows
from qconf.avm.verdicts import Range

__all__ = ["RATIO_STATISTICS", "ask_price_bands", "ask_ratios"]

RATIO_STATISTICS = (MEDIAN_RATIO, WEIGHTED_MEAN_RATIO, COD, PRD, PRB, MKI)

_BANDS = 5
#: IAAO (2013), 9.2.3: the level of each stratum within 5 % of that of all.
_EQUAL_LEVELS = Range(0.95, 1.05)


def ask_ratios(portfolio: Portfolio) -> tuple[Asked, ...]:
    """Ask for the six ratio statistics."""
    measures = tuple(map(StatisticOf, RATIO_STATISTICS))
    return (Asked("all", int(portfolio.valued.sum()), measures),)


def ask_price_bands(rows: ValuedRows) -> Iterator[Asked]:
    """Ask for the median ratio in five bands of the price, each with a fifth of the rows.

    Rows are sorted by `market_value_proxy`, so that chance alone makes no band dear or cheap.
    """
    proxy = market_value_proxy(rows.values, rows.truth, float(np.median(rows.ratio)))
    # Rows of one price stay in one band.
    place = (rankdata(proxy) - 0.5) / len(proxy)
    band = np.minimum((place * _BANDS).astype(np.intp), _BANDS - 1)
    segments = Segments(rows.ratio, band)
    for number in range(int(band.max()) + 1):
        own = proxy[band == number]
        if len(own):
            yield Asked(
                f"{_money(own.min())} to {_money(own.max())}",
                len(own),
                (
                    MedianIn("median_ratio", "median ratio", segments, number),
                    MedianIn(
                        "relative_level",
                        "/ all",
                        segments,
                        number,
                        relative_to=rows.ratios,
                        accepted=_EQUAL_LEVELS,
                    ),
                ),
                {"least_price": float(own.min()), "greatest_price": float(own.max())},
            )


def _money(price: float) -> str:
    return f"{price:,.0f}" if price >= 100 else f"{price:.4g}"  # noqa: PLR2004 - small units
