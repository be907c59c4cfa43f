"""Probabilities against the rates that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qconf.report.binned import BinnedDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ReliabilityDisplay"]


class ReliabilityDisplay(BinnedDisplay):
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

    _said, _came, _right, _times = "probability", "rate", "as told", 100.0

    def _end(self) -> float:
        return self._times

    def _name_axes(self, ax: Axes) -> None:
        ax.set(
            xlabel="probability told, %", ylabel="share that came, %", xlim=(0, 100), ylim=(0, 100)
        )
