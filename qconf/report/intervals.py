"""Numbers below each other, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from qconf.core.estimate import Estimate
from qconf.report.axes import short_name
from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer

__all__ = ["IntervalsDisplay"]


class IntervalsDisplay(Display["ErrorbarContainer"]):
    """A dot with its interval for each of several numbers, the first on top (a forest plot).

    Parameters
    ----------
    estimates : mapping of str to Estimate
    axis : str
        What the numbers are.
    reference : tuple of float and str, default=None
        What they are held against, and what that is called.
    percent : bool, default=True
        Whether they are parts of one, drawn in per cent.
    expected : mapping of str to float, default=None
        What each was expected to be, drawn as a hollow mark.
    labels : tuple of str
        What estimates and hollow marks are called.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib ErrorbarContainer
        ``"estimates"``.
    """

    # Above the axes: intervals leave no corner free.
    _outside = MappingProxyType(
        {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "ncols": 3, "borderaxespad": 0.1}
    )

    def __init__(
        self,
        estimates: Mapping[str, Estimate],
        axis: str,
        *,
        reference: tuple[float, str] | None = None,
        percent: bool = True,
        expected: Mapping[str, float] | None = None,
        labels: tuple[str, str] = ("came, with its interval", "expected"),
    ) -> None:
        self.estimates = estimates
        self.axis = axis
        self.reference = reference
        self.expected = expected
        self.labels = labels
        self._times = 100.0 if percent else 1.0

    def _drawn(self, ax: Axes) -> dict[str, ErrorbarContainer]:
        from qconf.report.style import GREY, PALETTE  # noqa: PLC0415 - needs matplotlib

        at = np.arange(len(self.estimates))
        value = self._times * np.array([one.value for one in self.estimates.values()])
        ends = self._times * np.array([one.interval for one in self.estimates.values()]).T
        reach = np.maximum(np.stack([value - ends[0], ends[1] - value]), 0.0)
        dots = ax.errorbar(
            value, at, xerr=reach, fmt="o", color=PALETTE["blue"], markersize=5, elinewidth=1.5,
            capsize=3, label=self.labels[0],
        )  # fmt: skip
        if self.expected is not None:
            known = [self._times * self.expected.get(name, np.nan) for name in self.estimates]
            ax.plot(
                known, at, linestyle="none", marker="D", markersize=6, markerfacecolor="none",
                markeredgecolor=PALETTE["vermillion"], label=self.labels[1],
            )  # fmt: skip
        if self.reference is not None:
            where, name = self.reference
            ax.axvline(self._times * where, color=GREY, linestyle="--", linewidth=1, label=name)
        ax.set_yticks(at, [short_name(name) for name in self.estimates])
        ax.set_ylim(len(at) - 0.5, -0.5)
        ax.set_xlabel(self.axis)
        return {"estimates": dots}
