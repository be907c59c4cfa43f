"""Which pictures there are of evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from qconf.errors import OptionError, not_one_of
from qconf.report.calibration import CalibrationDisplay
from qconf.report.risk_coverage import RiskCoverageDisplay

if TYPE_CHECKING:
    from qconf.evaluation.evaluate import Evaluation

__all__ = ["PlotKind", "display"]

PlotKind = Literal["risk-coverage", "calibration"]


def display(
    evaluations: Mapping[str, Evaluation], kind: PlotKind
) -> RiskCoverageDisplay | CalibrationDisplay:
    """Prepare a picture of evaluations of the same rows.

    Raises
    ------
    OptionError
        If there is no such picture.
    """
    if kind == "risk-coverage":
        overall = next(iter(evaluations.values())).overall.outlier_rate.value
        curves = {name: one.curve for name, one in evaluations.items()}
        points = {name: one.risks for name, one in evaluations.items()}
        return RiskCoverageDisplay(curves, points, overall)
    if kind == "calibration":
        return CalibrationDisplay({name: one.calibration for name, one in evaluations.items()})
    raise OptionError(not_one_of("picture", kind, get_args(PlotKind)))
