"""Slices as a picture: what came of each, beside what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from qconf.report.intervals import IntervalsDisplay
from qconf.slicing.measures import MetricName

if TYPE_CHECKING:
    from qconf.slicing.result import MeasuredSlice

__all__ = ["MOST_DRAWN", "is_percent", "slices_display"]

#: More slices are no picture.
MOST_DRAWN: Final = 12
_AXES: Final[dict[MetricName, str]] = {
    "calibration": "errors, those of all rows being 1",
    "outlier-rate": "outliers",
    "bias": "mean signed error",
}


def is_percent(metric: MetricName, error: str) -> bool:
    """Tell whether a metric is written in per cent."""
    return metric == "outlier-rate" or (metric == "bias" and error == "relative")


def slices_display(
    slices: Sequence[MeasuredSlice], metric: MetricName, error: str
) -> IntervalsDisplay:
    """Draw slices by one metric, at most twelve.

    Parameters
    ----------
    slices : sequence of MeasuredSlice
    metric : {"calibration", "outlier-rate", "bias"}
    error : str
        The error scale.
    """
    figures = {one.text: one.figures[metric] for one in slices[:MOST_DRAWN]}
    percent = is_percent(metric, error)
    level = metric == "calibration"
    return IntervalsDisplay(
        {name: one.estimate for name, one in figures.items()},
        f"{_AXES[metric]}, %" if percent else _AXES[metric],
        reference=(1.0, "all rows") if level else None,
        percent=percent,
        expected=None if level else {name: one.expected for name, one in figures.items()},
    )
