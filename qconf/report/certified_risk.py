"""The risk-coverage curve with the cut-off that is certified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.report.axes import axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["CertifiedRiskDisplay"]


class CertifiedRiskDisplay:
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

    ax_: Axes
    figure_: Figure
    lines_: dict[str, Line2D]

    def __init__(self, curve: pd.DataFrame, limit: float, coverage: float | None) -> None:
        self.curve = curve
        self.limit = limit
        self.coverage = coverage

    def plot(self, ax: Any = None) -> CertifiedRiskDisplay:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        CertifiedRiskDisplay
        """
        from qconf.report.style import GREY, PALETTE  # noqa: PLC0415 - needs matplotlib

        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        told = self.curve[self.curve["coverage"] > 0]
        coverage = 100 * told["coverage"]
        blue = PALETTE["blue"]
        (observed,) = self.ax_.plot(
            coverage, 100 * told["outlier_rate"], color=blue, label="observed"
        )
        (bound,) = self.ax_.plot(
            coverage, 100 * told["bound"], color=blue, linestyle=":", label="limit of each alone"
        )
        limit = self.ax_.axhline(
            100 * self.limit, color=GREY, linestyle="--", label=f"at most {100 * self.limit:g} %"
        )
        self.lines_ = {"observed": observed, "bound": bound, "limit": limit}
        if self.coverage is not None:
            self.lines_["certified"] = self.ax_.axvline(
                100 * self.coverage,
                color=PALETTE["vermillion"],
                label=f"certified: {100 * self.coverage:.0f} % of rows",
            )
        highest = 100 * max(2 * self.limit, 1.2 * float(told["outlier_rate"].max()))
        self.ax_.set(
            xlim=(0, 100),
            ylim=(0, min(100.0, highest)),
            xlabel="coverage: share of rows accepted, %",
            ylabel="risk: outliers among them, %",
        )
        self.ax_.legend(frameon=False, fontsize=9)
        return self
