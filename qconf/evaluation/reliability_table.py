"""The reliability of probabilities as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.estimate import Estimate, in_percent, percent_range, with_range
from qconf.evaluation.metrics.probability_metric import BRIER
from qconf.report.drawing import drawn
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html

if TYPE_CHECKING:
    from qconf.evaluation.reliability import Reliability

__all__ = ["reliability_html", "reliability_text"]


def reliability_text(told: Reliability) -> str:
    """Draw the bins, and below them what all rows say."""
    return drawn(*_parts(told))


def reliability_html(told: Reliability) -> str:
    """Write the same as HTML."""
    return as_html(*_parts(told))


def _parts(told: Reliability) -> Iterator[str | Grid]:
    level = f"{100 * told.confidence_level:g} %"
    yield _of_bins(told, level)
    yield _of_all(told, level)
    held = "lie in" if told.is_reliable else "do not all lie in"
    yield (f"The probabilities of the bins {held} their intervals, which hold at once ({level}).")
    yield BRIER.in_words()
    yield from (f"Note: {one}" for one in told.notes)


def _of_bins(told: Reliability, level: str) -> Grid:
    columns = [
        Column("probability", right=True),
        Column("came", right=True),
        Column(f"interval ({level}, all at once)", right=True),
        Column("rows", right=True),
    ]
    rows = []
    names = ["probability", "rate", "low", "high", "n"]
    for probability, rate, low, high, n_rows in told.bins[names].to_numpy().tolist():
        came = Estimate(rate, (low, high))
        rows.append(
            [in_percent(probability), in_percent(rate), percent_range(came), f"{n_rows:,.0f}"]
        )
    return Grid(columns, rows)


def _of_all(told: Reliability, level: str) -> Grid:
    parts = told.decomposition
    rows = [
        ["came", f"{in_percent(told.rate.value)} ({percent_range(told.rate)})"],
        ["Brier score", with_range(told.brier)],
        ["  reliability (lower is better)", f"{parts.reliability:.4f}"],
        ["  resolution (higher is better)", f"{parts.resolution:.4f}"],
        ["  uncertainty", f"{parts.uncertainty:.4f}"],
        ["  within bins", f"{parts.within_bins:.4f}"],
        ["calibration error", with_range(told.calibration_error)],
        ["mean probability minus rate", with_range(told.mean_excess, plus=True)],
    ]
    return Grid([Column(""), Column(f"all {told.n:,} rows ({level})")], rows)
