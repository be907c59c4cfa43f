"""Intervals below each other show the numbers they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from qconf.core.estimate import Estimate
from qconf.report.intervals import IntervalsDisplay

ESTIMATES = {"first": Estimate(0.1, (0.05, 0.2)), "second": Estimate(0.3, (0.25, 0.3))}


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.mark.parametrize(("percent", "times"), [(True, 100.0), (False, 1.0)])
def test_dots_and_ends_are_the_estimates(percent: bool, times: float) -> None:
    """The first on top; in per cent if they are shares."""
    display = IntervalsDisplay(ESTIMATES, "share", percent=percent).plot()
    dots, _, (bars,) = cast("Any", display.lines_["estimates"].lines)
    np.testing.assert_allclose(dots.get_xdata(), times * np.array([0.1, 0.3]))
    np.testing.assert_allclose(dots.get_ydata(), [0, 1])
    ends = np.array([one[:, 0] for one in bars.get_segments()])
    np.testing.assert_allclose(ends, times * np.array([[0.05, 0.2], [0.25, 0.3]]))
    bottom, top = display.ax_.get_ylim()
    assert bottom > top
    assert [one.get_text() for one in display.ax_.get_yticklabels()] == ["first", "second"]


def test_what_was_expected_and_what_it_is_held_against_are_in_the_legend() -> None:
    """A number that nothing was expected of has no mark."""
    display = IntervalsDisplay(
        ESTIMATES, "share", reference=(0.2, "all rows"), expected={"second": 0.4}
    ).plot()
    legend = display.ax_.get_legend()
    assert legend is not None
    told = [one.get_text() for one in legend.get_texts()]
    assert told == ["expected", "all rows", "came, with its interval"]
    expected, level = cast("Any", display.ax_.lines[-2:])
    np.testing.assert_allclose(expected.get_xdata(), [np.nan, 40.0])
    assert list(level.get_xdata()) == [20.0, 20.0]


def test_a_long_name_takes_two_lines_and_no_more() -> None:
    """So that there is room for the picture."""
    names = ["zone missing and area above 94, up to 239 and more of it", "x" * 80]
    display = IntervalsDisplay(dict.fromkeys(names, Estimate(0.1, (0.0, 0.2))), "share").plot()
    told = [one.get_text() for one in display.ax_.get_yticklabels()]
    assert all(len(one.split("\n")) <= 2 for one in told)
    assert told[0].startswith("zone missing and area\nabove 94")
