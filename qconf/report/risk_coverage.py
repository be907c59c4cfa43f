"""The risk-coverage curve, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qconf.core.printable import shown
from qconf.report.axes import looks
from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["RiskCoverageDisplay"]

#: More points than a picture can show.
_POINTS = 1000


class RiskCoverageDisplay(Display["Line2D"]):
    """Outlier rate among the safest rows, for every share of rows that is accepted.

    Parameters
    ----------
    curves : mapping of str to DataFrame
        For each score, ``coverage`` and ``outlier_rate`` of its cut-offs.
    points : mapping of str to DataFrame
        For each score, some points with intervals: ``coverage``, ``low``, ``high``.
    overall : float
        The outlier rate of all rows: what a score without skill has at any coverage.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib Line2D
    """

    def __init__(
        self, curves: Mapping[str, pd.DataFrame], points: Mapping[str, pd.DataFrame], overall: float
    ) -> None:
        self.curves = curves
        self.points = points
        self.overall = overall

    def _drawn(self, ax: Axes) -> dict[str, Line2D]:
        """Draw the curves, each with a band of intervals that hold point by point."""
        lines = {}
        for name, look in looks(self.curves):
            points = self.points[name]
            curve = _thinned(self.curves[name], float(points["coverage"].min()))
            # Where many rows tie there are few cut-offs, and a mean over the ties in between.
            line = points if len(curve) < len(points) else curve
            (lines[name],) = ax.plot(
                100 * line["coverage"],
                100 * line["outlier_rate"],
                label=shown(name),
                **{**look, "marker": None},
            )
            coverage, low, high = (100 * points[one] for one in ("coverage", "low", "high"))
            ax.fill_between(coverage, low, high, color=look["color"], alpha=0.13, linewidth=0)
        ax.axhline(100 * self.overall, color="#999999", linewidth=0.8, label="all rows")
        ax.set(
            xlim=(0, 100),
            xlabel="coverage: share of rows accepted, %",
            ylabel="risk: outliers among them, %",
        )
        ax.set_ylim(bottom=0)
        return lines


def _thinned(curve: pd.DataFrame, least: float) -> pd.DataFrame:
    """Leave out cut-offs that accept hardly any row, and more points than can be seen."""
    seen = curve[curve["coverage"] >= least]
    chosen = np.unique(np.linspace(0, len(seen) - 1, _POINTS).astype(np.intp))
    return seen.iloc[chosen]
