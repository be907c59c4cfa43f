"""What leads from a typical number to that of one row, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qconf.report.axes import short_name
from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.lines import Line2D

    from qconf._types import FloatArray

__all__ = ["ContributionsDisplay"]

#: From here on, what comes behind the point is left out.
_WHOLE = 1000
#: So many bars are drawn; the others are one.
_BARS = 10


class ContributionsDisplay(Display["BarContainer | Line2D"]):
    """Bars from the number of a typical row to that of one row, the largest first.

    Parameters
    ----------
    names : sequence of str
    contributions : ndarray of shape (n_contributions,)
        In falling size; of logarithms, if they multiply.
    typical : float
    label : str
        What the number is.
    multiply : bool
        Whether contributions are logarithms of factors.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib artist
        ``"contributions"``, ``"typical"`` and ``"this row"``.
    """

    def __init__(
        self,
        names: Sequence[str],
        contributions: FloatArray,
        typical: float,
        label: str,
        *,
        multiply: bool,
    ) -> None:
        self.names = list(names)
        self.contributions = contributions
        self.typical = typical
        self.label = label
        self.multiply = multiply

    def _drawn(self, ax: Axes) -> dict[str, BarContainer | Line2D]:
        from qconf.report.style import GREY, INK, PALETTE  # noqa: PLC0415 - needs matplotlib

        names, steps = self._bars()
        ends = np.concatenate([[0.0], np.cumsum(steps)])
        ends = self.typical * np.exp(ends) if self.multiply else self.typical + ends
        places = np.arange(len(names))
        colours = [PALETTE["vermillion"] if one > 0 else PALETTE["blue"] for one in steps]
        bars = ax.barh(places, np.diff(ends), left=ends[:-1], color=colours, height=0.7)
        for place, one in zip(places, steps, strict=True):
            # Nothing is told by colour alone.
            told = f"× {np.exp(one):.2f}" if self.multiply else _step(one)
            ax.annotate(told, (max(ends[place : place + 2]), place), (4, 0),
                        textcoords="offset points", va="center", fontsize=8, color=INK)  # fmt: skip
        typical = ax.axvline(self.typical, color=GREY, linestyle="--", label="typical")
        own = ax.axvline(ends[-1], color=INK, linewidth=1, label="this row")
        ax.set_yticks(places, [short_name(one) for one in names])
        ax.invert_yaxis()
        ax.margins(x=0.12)
        ax.locator_params(axis="x", nbins=5)
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}")
        ax.set_xlabel(self.label)
        return {"contributions": bars, "typical": typical, "this row": own}

    def _bars(self) -> tuple[list[str], FloatArray]:
        """Return the largest contributions, and the others as one."""
        steps = np.asarray(self.contributions, dtype=np.float64)
        if len(steps) <= _BARS + 1:
            return self.names, steps
        rest = f"{len(steps) - _BARS} others"
        return [*self.names[:_BARS], rest], np.append(steps[:_BARS], steps[_BARS:].sum())


def _step(amount: float) -> str:
    """Write what is added, with its sign: no powers of ten where there are thousands."""
    return f"{amount:+,.0f}" if abs(amount) >= _WHOLE else f"{amount:+.3g}"
