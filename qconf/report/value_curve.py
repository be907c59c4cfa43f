"""Value against volume: what acting on more rows is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.report.axes import axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["ValueCurveDisplay"]


class ValueCurveDisplay:
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

    ax_: Axes
    figure_: Figure
    lines_: dict[str, Line2D]

    def __init__(self, curve: pd.DataFrame, coverage: float) -> None:
        self.curve = curve
        self.coverage = coverage

    def plot(self, ax: Any = None) -> ValueCurveDisplay:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        ValueCurveDisplay
        """
        from qconf.report.style import GREY, PALETTE  # noqa: PLC0415 - needs matplotlib

        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        coverage, blue = 100 * self.curve["coverage"], PALETTE["blue"]
        (value,) = self.ax_.plot(coverage, self.curve["value"], color=blue, label="value")
        low, high = self.curve["low"], self.curve["high"]
        self.ax_.fill_between(coverage, low, high, color=blue, alpha=0.13, linewidth=0)
        self.ax_.axhline(0.0, color=GREY, linewidth=0.8)
        best = self.ax_.axvline(
            100 * self.coverage,
            color=PALETTE["green"],
            label=f"highest: {100 * self.coverage:.0f} % of rows",
        )
        self.lines_ = {"value": value, "best": best}
        self.ax_.set(
            xlim=(0, 100),
            xlabel="coverage: share of rows acted on, %",
            ylabel="value, a row of the table",
        )
        self.ax_.legend(frameon=False, fontsize=9)
        return self
