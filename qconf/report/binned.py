"""What was said of bins of rows, against what came."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from qconf.core.printable import shown
from qconf.report.axes import looks
from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer

    from qconf._types import FloatArray

__all__ = ["BinnedDisplay"]


class BinnedDisplay(Display["ErrorbarContainer"]):
    """A point with its interval for each bin, and the diagonal on which points are right.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        For each score the two columns of the picture, ``low`` and ``high`` of its bins.
    """

    _legend = "upper left"
    #: The columns of what was said and of what came, and what the diagonal is called.
    _said: ClassVar[str]
    _came: ClassVar[str]
    _right: ClassVar[str]
    #: 100 for what is written in per cent.
    _times: ClassVar[float] = 1.0

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = tables

    def _drawn(self, ax: Axes) -> dict[str, ErrorbarContainer]:
        lines = {}
        for name, look in looks(self.tables):
            said, came, low, high = self._columns(self.tables[name])
            reach = np.stack([came - low, high - came])
            lines[name] = ax.errorbar(
                said, came, reach, label=shown(name), markersize=4, elinewidth=1, **look
            )
        end = self._end()
        ax.plot([0, end], [0, end], color="#999999", linewidth=0.8, label=self._right)
        self._name_axes(ax)
        return lines

    def _columns(self, table: pd.DataFrame) -> list[FloatArray]:
        names = (self._said, self._came, "low", "high")
        return [self._times * table[one].to_numpy() for one in names]

    @abstractmethod
    def _end(self) -> float:
        """Return where the diagonal ends."""

    @abstractmethod
    def _name_axes(self, ax: Axes) -> None:
        """Write what the axes are, and where they end."""
