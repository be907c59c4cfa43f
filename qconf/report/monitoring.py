"""Outlier rates by period, with what was forecast and what is certified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.core.printable import shown
from qconf.report.axes import axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MonitoringDisplay"]

_MOST_LABELS = 12
#: Of a bar; periods are 1 apart.
_WIDTH = 0.8


class MonitoringDisplay:
    """What came in each period, beside its forecast and the limit that was promised.

    Parameters
    ----------
    table : DataFrame
        ``period``, ``outlier_rate``, ``accepted_outlier_rate``, ``forecast`` and its ends.
    limit : float or None
        What is promised of the rows accepted.
    since : sequence of str
        Periods in which an alarm began.
    is_certified : bool, default=True
        Whether a certificate proves the limit.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    ax_: Axes
    figure_: Figure

    def __init__(
        self,
        table: pd.DataFrame,
        limit: float | None,
        since: Sequence[str],
        *,
        is_certified: bool = True,
    ) -> None:
        self.table = table
        self.limit = limit
        self.since = list(since)
        self.is_certified = is_certified

    def plot(self, ax: Any = None) -> MonitoringDisplay:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        self._draw_rates()
        self._draw_limit()
        self._draw_alarms()
        periods = self.table["period"].tolist()
        step = max(-(-len(periods) // _MOST_LABELS), 1)
        at = np.arange(len(periods))
        self.ax_.set_xticks(at[::step], [*map(shown, periods[::step])], rotation=45, ha="right")
        self.ax_.set_xlim(-0.6, len(periods) - 0.4)
        self.ax_.set_ylim(bottom=0)
        self.ax_.set_ylabel("outliers, %")
        # Above the lines: inside, there is no place that is free in every picture.
        self.ax_.legend(
            frameon=False, fontsize=9, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0)
        )
        return self

    def _draw_rates(self) -> None:
        from qconf.report.style import PALETTE  # noqa: PLC0415 - needs matplotlib

        at = np.arange(len(self.table))
        rates = {str(name): self._per_cent(str(name)) for name in self.table if name != "period"}
        low, high = rates["forecast_low"], rates["forecast_high"]
        # A bar for each period: nothing is forecast between two of them.
        self.ax_.bar(
            at,
            high - low,
            bottom=low,
            width=_WIDTH,
            color=PALETTE["sky"],
            alpha=0.35,
            label="forecast of all rows, 90 %",
        )
        for name, colour, mark, label in (
            ("outlier_rate", PALETTE["blue"], "o", "all rows"),
            ("accepted_outlier_rate", PALETTE["green"], "s", "rows accepted"),
        ):
            self.ax_.plot(at, rates[name], color=colour, marker=mark, markersize=4, label=label)

    def _draw_limit(self) -> None:
        from qconf.report.style import GREY  # noqa: PLC0415 - needs matplotlib

        if self.limit is None:
            return
        promised = "certified" if self.is_certified else "asked for"
        label = f"{promised}: at most {100 * self.limit:g} %"
        self.ax_.axhline(100 * self.limit, color=GREY, linestyle="--", label=label)

    def _draw_alarms(self) -> None:
        from qconf.report.style import PALETTE  # noqa: PLC0415 - needs matplotlib

        periods = self.table["period"].tolist()
        for i, one in enumerate(dict.fromkeys(self.since)):
            if one in periods:
                self.ax_.axvline(
                    periods.index(one),
                    color=PALETTE["vermillion"],
                    linestyle=":",
                    linewidth=2,
                    label="an alarm began" if i == 0 else None,
                )

    def _per_cent(self, name: str) -> Any:
        return 100 * pd.to_numeric(self.table[name], errors="coerce").to_numpy(dtype=np.float64)
