"""How results of an evaluation show themselves: printed, in a notebook, drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from qconf.errors import OptionError, not_one_of
from qconf.report.calibration import CalibrationDisplay
from qconf.report.grid import Grid
from qconf.report.html import as_html
from qconf.report.risk_coverage import RiskCoverageDisplay

if TYPE_CHECKING:
    from qconf.evaluation.result import Evaluation

__all__ = ["Faces"]

PlotKind = Literal["risk-coverage", "calibration"]


class Faces(ABC):
    """Mixin of results: `print` shows tables as wide as the terminal, notebooks as HTML."""

    @abstractmethod
    def _parts(self, *, wide: bool) -> Iterator[str | Grid]:
        """Yield paragraphs and tables; wide ones may have more columns."""

    @abstractmethod
    def _evaluations(self) -> Mapping[str, Evaluation]:
        """Return what is drawn into one picture, by name."""

    def __str__(self) -> str:
        """Return what `print` shows: for people, as wide as the terminal."""
        from qconf.report.drawing import drawn, is_wide  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts(wide=is_wide())).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*(one for one in self._parts(wide=True) if one))

    def plot(self, kind: PlotKind = "risk-coverage", *, ax: Any = None) -> Any:
        """Draw every score in one picture; needs the extra ``qconf[plots]``.

        Parameters
        ----------
        kind : {"risk-coverage", "calibration"}, default="risk-coverage"
            The outlier rate among the safest rows for every share of rows, or expected errors
            against root mean squared residuals.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        RiskCoverageDisplay or CalibrationDisplay
            With the attributes ``ax_``, ``figure_`` and ``lines_``.

        Raises
        ------
        OptionError
            If there is no such picture.
        """
        return _display(self._evaluations(), kind).plot(ax=ax)


def _display(
    evaluations: Mapping[str, Evaluation], kind: PlotKind
) -> RiskCoverageDisplay | CalibrationDisplay:
    if kind == "risk-coverage":
        overall = next(iter(evaluations.values())).overall.outlier_rate.value
        curves = {name: one.curve for name, one in evaluations.items()}
        points = {name: one.risks for name, one in evaluations.items()}
        return RiskCoverageDisplay(curves, points, overall)
    if kind == "calibration":
        return CalibrationDisplay({name: one.calibration for name, one in evaluations.items()})
    raise OptionError(not_one_of("picture", kind, get_args(PlotKind)))
