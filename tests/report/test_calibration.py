"""The calibration picture shows expected errors against those that came."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from qconf.report.calibration import CalibrationDisplay


def test_points_and_whiskers_are_the_table() -> None:
    """Each bin is a point with its interval; two scores have two looks."""
    mpl.use("agg")
    table = pd.DataFrame(
        {"expected_error": [0.1, 0.2], "residual": [0.12, 0.18], "low": [0.1, 0.15],
         "high": [0.15, 0.25]}
    )  # fmt: skip
    display = CalibrationDisplay({"a": table, "b": table.iloc[:1]}).plot()
    points, _, (whiskers,) = display.lines_["a"].lines
    np.testing.assert_allclose(
        np.asarray(points.get_xydata(), dtype=np.float64), [[0.1, 0.12], [0.2, 0.18]]
    )
    ends = np.array(whiskers.get_segments(), dtype=np.float64)
    np.testing.assert_allclose(ends, [[[0.1, 0.1], [0.1, 0.15]], [[0.2, 0.15], [0.2, 0.25]]])
    other = display.lines_["b"].lines[0]
    assert other.get_color() != points.get_color()
    assert other.get_marker() != points.get_marker()
    legend = display.ax_.get_legend()
    assert legend is not None
    assert {one.get_text() for one in legend.get_texts()} == {"a", "b", "as expected"}
    plt.close("all")
