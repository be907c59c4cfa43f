"""Expected errors against the errors that came."""

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

__all__ = ["CalibrationDisplay"]


class CalibrationDisplay:
    """Expected error against root mean squared residual, for bins of rows.

    Points on the diagonal are right; above it, errors are larger than expected.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        For each score, ``expected_error``, ``residual``, ``low`` and ``high`` of its bins.

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

    def plot(self, ax: Any = None) -> CalibrationDisplay:
        """Draw a point for each bin, with its interval, and the diagonal.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        CalibrationDisplay
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        self.lines_ = {}
        for name, look in looks(self.tables):
            table = self.tables[name]
            expected, came, low, high = (
                table[one].to_numpy() for one in ("expected_error", "residual", "low", "high")
            )
            reach = np.stack([came - low, high - came])
            self.lines_[name] = self.ax_.errorbar(
                expected, came, reach, label=name, markersize=4, elinewidth=1, **look
            )
        largest = max(
            float(one[["expected_error", "residual"]].max().max()) for one in self.tables.values()
        )
        self.ax_.plot(
            [0, largest], [0, largest], color="#999999", linewidth=0.8, label="as expected"
        )
        self.ax_.set(xlabel="expected error", ylabel="root mean squared residual", xlim=0, ylim=0)
        self.ax_.legend(frameon=False, fontsize=9, loc="upper left")
        return self
