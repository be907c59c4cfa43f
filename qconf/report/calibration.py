"""Expected errors against the errors that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qconf.report.binned import BinnedDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CalibrationDisplay"]


class CalibrationDisplay(BinnedDisplay):
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

    _said, _came, _right = "expected_error", "residual", "as expected"

    def _end(self) -> float:
        return max(float(one[[self._said, self._came]].max().max()) for one in self.tables.values())

    def _name_axes(self, ax: Axes) -> None:
        ax.set(xlabel="expected error", ylabel="root mean squared residual", xlim=0, ylim=0)
