"""What all pictures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from qconf.report.binned import BinnedDisplay
from qconf.report.calibration import CalibrationDisplay
from qconf.report.certified_risk import CertifiedRiskDisplay
from qconf.report.display import Display
from qconf.report.reliability import ReliabilityDisplay
from qconf.report.risk_coverage import RiskCoverageDisplay
from qconf.report.value_curve import ValueCurveDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Dot(Display[str]):
    """A picture of one point."""

    _legend = "lower left"

    def _drawn(self, ax: Axes) -> dict[str, str]:
        ax.plot([0.5], [0.5], "o", label="a dot")
        return {"dot": "drawn"}


@pytest.mark.parametrize("given", [False, True])
def test_what_was_drawn_is_kept(given: bool) -> None:
    """Axes, figure and lines; the legend stands where the picture wants it."""
    mpl.use("agg")
    ax = plt.subplots()[1] if given else None
    display = Dot()
    assert display.plot(ax=ax) is display
    assert ax is None or display.ax_ is ax
    assert display.figure_ is display.ax_.figure
    assert display.lines_ == {"dot": "drawn"}
    legend = display.ax_.get_legend()
    assert legend is not None
    assert [one.get_text() for one in legend.get_texts()] == ["a dot"]
    plt.close("all")


@pytest.mark.parametrize(
    "kind",
    [
        BinnedDisplay, CalibrationDisplay, CertifiedRiskDisplay, ReliabilityDisplay,
        RiskCoverageDisplay, ValueCurveDisplay,
    ],
)  # fmt: skip
def test_every_picture_is_drawn_the_same_way(kind: type[Display[object]]) -> None:
    """None has a `plot` of its own: what holds of one holds of all."""
    assert issubclass(kind, Display)
    assert kind.plot is Display.plot
