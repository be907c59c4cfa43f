"""Sections that tell of probabilities: whether they come true, and tiers made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qconf.comparison.result import Comparison
from qconf.core.estimate import Estimate, in_percent, with_range
from qconf.errors import QconfError
from qconf.pages.words import LEAST_ROWS, dots_height, enough, rate_text, row_table, rows_of
from qconf.probability.tiers import TIER_LIMITS, limits_of_tiers
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.parts import Picture, Section
from qconf.report.reliability import ReliabilityDisplay

__all__ = ["probability_sections"]

_WITHIN = 0.10
_TITLE = "Probability of a value within {}"


def probability_sections(comparison: Comparison, outlier: str) -> Iterator[Section]:
    """Yield the reliability of probabilities, and tiers; why there are none, if so.

    Parameters
    ----------
    comparison : Comparison
    outlier : str
        What an outlier is, in words.
    """
    percent = comparison.error != "absolute"
    x = _WITHIN if percent else comparison.threshold
    distance = f"{100 * x:g} % of the truth" if percent else f"{x:,g} of the truth"
    try:
        yield _reliability(comparison, x, distance)
        yield _tiers(comparison, outlier)
    except QconfError as error:
        yield Section(_TITLE.format(distance), [f"Not told: {error}"])


def _reliability(comparison: Comparison, x: float, distance: str) -> Section:
    told = comparison.reliability(x)
    bins = enough(told.bins)
    level = f"{100 * told.confidence_level:g} %"
    numbers = row_table(
        f"Ten bins by probability; the {level} intervals hold all at once",
        ["probability", "share that came", "rows"],
        [
            [in_percent(row.probability), _came(row, row.rate), f"{row.n:,.0f}"]
            for row in rows_of(bins)
        ],
        words=(),
    )
    excess = told.mean_excess
    # Nothing is minus zero.
    value, low, high = (
        f"{round(100 * one, 1) + 0.0:+.1f}" for one in (excess.value, *excess.interval)
    )
    held = "all lie in" if told.is_reliable else "do not all lie in"
    sentence = (
        f"Of the rows of which {comparison.best} gave a probability of 70 %, say, 70 % should come "
        f"within {distance}. The probabilities of the bins {held} the intervals of what came. "
        f"Brier score {with_range(told.brier)}, lower is better; on average, probabilities minus "
        f"what came are {value} % points ({low} to {high}). Each row is told of by the errors of "
        "rows from before its block."
    )
    if bins.empty:
        return Section(_TITLE.format(distance), [sentence, *told.notes])
    seen = (
        f"Probability told against the share that came, for {len(bins)} bins: points on the "
        "diagonal are right, below it probabilities are too high."
    )
    picture = Picture(ReliabilityDisplay({comparison.best: bins}), seen, numbers)
    return Section(_TITLE.format(distance), [sentence, picture, *told.notes])


def _tiers(comparison: Comparison, outlier: str) -> Section:
    told = comparison.tiers()
    whole = int(told["n"].sum())
    told = told[told["n"] >= LEAST_ROWS]
    if told.empty:
        return Section("Tiers", [f"No tier has {LEAST_ROWS} rows."])
    level = f"{100 * comparison.confidence_level:g} %"
    numbers = row_table(
        f"Tiers by the probability of an outlier; the {level} intervals hold all at once",
        ["tier", "probability", "rows", "expected", "came"],
        [_tier(row, whole) for row in rows_of(told)],
    )
    estimates = {
        str(row.Index): Estimate(row.outlier_rate, (row.low, row.high)) for row in rows_of(told)
    }
    expected = {str(row.Index): float(row.expected) for row in rows_of(told)}
    apart = [name for name, one in estimates.items() if expected[name] not in one]
    seen = "In every tier the interval of what came holds what was expected."
    if apart:
        seen = f"Outside of the interval of what came is what was expected of {', '.join(apart)}."
    picture = Picture(
        IntervalsDisplay(estimates, "outliers, %", expected=expected),
        f"Outlier rate of each tier with its interval, and what was expected. {seen}",
        numbers,
        height=dots_height(len(estimates)),
    )
    sentence = (
        f"Rows are sorted by the probability that they are {outlier}. A tier holds what it says "
        f"if its interval holds what was expected. {seen}"
    )
    return Section("Tiers", [sentence, picture])


def _tier(row: Any, whole: int) -> list[str]:
    limit = limits_of_tiers(TIER_LIMITS).get(row.Index)
    return [
        str(row.Index),
        "above that" if limit is None else f"up to {100 * limit:g} %",
        f"{row.n:,} ({100 * row.n / whole:.0f} %)",
        in_percent(row.expected),
        _came(row, row.outlier_rate),
    ]


def _came(row: Any, rate: float) -> str:
    return rate_text(Estimate(rate, (row.low, row.high)))
