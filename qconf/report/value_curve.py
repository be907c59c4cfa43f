"""Value against volume: what acting on more rows is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["ValueCurveDisplay"]


class ValueCurveDisplay(Display["Line2D"]):
    """Value a row of the table, for every share of rows that is acted on, with intervals.

    Parameters
    ----------
    curve : DataFrame
        ``coverage``, ``value``, ``low`` and ``high`` of each cut-off.
    coverage : float
        Where the value is highest.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib Line2D
        ``"value"`` and ``"best"``.
    """

    def __init__(self, curve: pd.DataFrame, coverage: float) -> None:
        self.curve = curve
        self.coverage = coverage

    def _drawn(self, ax: Axes) -> dict[str, Line2D]:
        """Draw the curve."""
        from qconf.report.style import GREY, PALETTE  # noqa: PLC0415 - needs matplotlib

        coverage, blue = 100 * self.curve["coverage"], PALETTE["blue"]
        (value,) = ax.plot(coverage, self.curve["value"], color=blue, label="value")
        low, high = self.curve["low"], self.curve["high"]
        ax.fill_between(coverage, low, high, color=blue, alpha=0.13, linewidth=0)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        best = ax.axvline(
            100 * self.coverage,
            color=PALETTE["green"],
            label=f"highest: {100 * self.coverage:.0f} % of rows",
        )
        lines = {"value": value, "best": best}
        ax.set(
            xlim=(0, 100),
            xlabel="coverage: share of rows acted on, %",
            ylabel="value per row of the table",
        )
        return lines
