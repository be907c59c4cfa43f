"""Probabilities against the rates that came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.report.axes import axes_for, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure

__all__ = ["ReliabilityDisplay"]


class ReliabilityDisplay:
    """The reliability diagram: mean probability of a bin against the rate that came.

    Points on the diagonal are right; below it, probabilities are too high.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        For each score ``probability``, ``rate``, ``low`` and ``high`` of its bins.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib ErrorbarContainer
    """

    ax_: Axes
    figure_: Figure
    lines_: dict[str, ErrorbarContainer]

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = tables

    def plot(self, ax: Any = None) -> ReliabilityDisplay:
        """Draw a point for each bin, with its interval, and the diagonal.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        ReliabilityDisplay
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        self.lines_ = {}
        for name, look in looks(self.tables):
            table = self.tables[name]
            expected, came, low, high = (
                100 * table[one].to_numpy() for one in ("probability", "rate", "low", "high")
            )
            reach = np.stack([came - low, high - came])
            self.lines_[name] = self.ax_.errorbar(
                expected, came, reach, label=name, markersize=4, elinewidth=1, **look
            )
        self.ax_.plot([0, 100], [0, 100], color="#999999", linewidth=0.8, label="as told")
        self.ax_.set(
            xlabel="probability told, %", ylabel="share that came, %", xlim=(0, 100), ylim=(0, 100)
        )
        self.ax_.legend(frameon=False, fontsize=9, loc="upper left")
        return self
