"""What every picture of a result has: axes, lines by name, a legend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

from qconf.report.axes import axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Display"]

Line = TypeVar("Line")


class Display(ABC, Generic[Line]):
    """A picture that is drawn when asked for, as scikit-learn's displays are.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib artist
        What was drawn, by name.
    """

    ax_: Axes
    figure_: Figure
    lines_: dict[str, Line]

    #: Where the legend stands; "best" where no corner is free of lines by itself.
    _legend: ClassVar[Literal["best", "upper left", "lower left"]] = "best"

    #: Where it stands, if not among the lines: as matplotlib is told.
    _outside: ClassVar[Mapping[str, Any] | None] = None

    def plot(self, ax: Any = None) -> Self:
        """Draw, and keep what was drawn.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        Display
            This one, with ``ax_``, ``figure_`` and ``lines_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        self.lines_ = self._drawn(self.ax_)
        place = {"loc": self._legend} if self._outside is None else self._outside
        self.ax_.legend(frameon=False, fontsize=9, **place)
        return self

    @abstractmethod
    def _drawn(self, ax: Axes) -> dict[str, Line]:
        """Draw on the axes, name them, and return the lines by name."""
