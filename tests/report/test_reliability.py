"""The reliability diagram."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from qconf import reliability
from qconf.report.reliability import ReliabilityDisplay


def test_points_with_intervals_in_per_cent() -> None:
    """Every bin is a point, at what was told and what came, with the interval that it has."""
    table = pd.DataFrame(
        {"probability": [0.2, 0.7], "rate": [0.25, 0.6], "low": [0.1, 0.5], "high": [0.4, 0.8]}
    )
    display = ReliabilityDisplay({"ours": table, "theirs": table}).plot()
    assert list(display.lines_) == ["ours", "theirs"]
    points, _, (bars,) = display.lines_["ours"]
    np.testing.assert_allclose(points.get_xydata(), [[20, 25], [70, 60]])
    np.testing.assert_allclose(bars.get_segments()[0], [[20, 10], [20, 40]])
    assert display.figure_ is display.ax_.figure
    plt.close("all")


def test_reliability_draws_itself() -> None:
    """`plot` draws the bins on the axes that are given."""
    rng = np.random.default_rng(0)
    probability = rng.random(400)
    told = reliability(probability, rng.random(400) < probability, n_resamples=20)
    _, ax = plt.subplots()
    display = told.plot(ax=ax)
    assert display.ax_ is ax
    assert len(display.lines_["probability"][0].get_xydata()) == len(told.bins)
    plt.close("all")
