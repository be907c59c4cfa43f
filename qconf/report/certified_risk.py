"""The risk-coverage curve with the cut-off that is certified."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["CertifiedRiskDisplay"]


class CertifiedRiskDisplay(Display["Line2D"]):
    """Outlier rate among the rows accepted at each cut-off, and up to where it is certified.

    Parameters
    ----------
    curve : DataFrame
        ``coverage``, ``outlier_rate`` and the one-sided ``bound`` of each cut-off.
    limit : float
        The outlier rate that was asked for.
    coverage : float or None
        What is certified; None if nothing is.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib Line2D
        ``"observed"``, ``"bound"``, ``"limit"`` and, if there is one, ``"certified"``.
    """

    # Above the axes: the certified line may stand anywhere among the others.
    _outside = MappingProxyType(
        {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "ncols": 2, "borderaxespad": 0.1}
    )

    def __init__(self, curve: pd.DataFrame, limit: float, coverage: float | None) -> None:
        self.curve = curve
        self.limit = limit
        self.coverage = coverage

    def _drawn(self, ax: Axes) -> dict[str, Line2D]:
        """Draw the curve."""
        from qconf.report.style import GREY, PALETTE  # noqa: PLC0415 - needs matplotlib

        told = self.curve[self.curve["coverage"] > 0]
        coverage = 100 * told["coverage"]
        blue = PALETTE["blue"]
        (observed,) = ax.plot(coverage, 100 * told["outlier_rate"], color=blue, label="observed")
        (bound,) = ax.plot(
            coverage,
            100 * told["bound"],
            color=blue,
            linestyle=":",
            label="upper limit of each cut-off alone",
        )
        asked = f"asked for: at most {100 * self.limit:g} %"
        if self.coverage is None:
            asked += "\n(nothing certified)"  # on one line the legend would be wider than the axes
        limit = ax.axhline(100 * self.limit, color=GREY, linestyle="--", label=asked)
        lines = {"observed": observed, "bound": bound, "limit": limit}
        if self.coverage is not None:
            lines["certified"] = ax.axvline(
                100 * self.coverage,
                color=PALETTE["vermillion"],
                label=f"certified: {100 * self.coverage:.0f} % of rows",
            )
        highest = 100 * max(2 * self.limit, 1.2 * float(told["outlier_rate"].max()))
        ax.set(
            xlim=(0, 100),
            ylim=(0, min(100.0, highest)),
            xlabel="coverage: share of rows accepted, %",
            ylabel="risk: outliers among them, %",
        )
        return lines
