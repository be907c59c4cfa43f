"""The risk-coverage picture shows the numbers of the evaluation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from qconf import Evaluation, evaluate
from qconf.report.style import PALETTE


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


def evaluated(*, constant: bool = False) -> Evaluation:
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, 3000))
    score = np.ones(3000) if constant else sigma
    return evaluate(score, sigma * rng.normal(size=3000), threshold=0.1, n_resamples=50)


def test_the_curve_is_the_evaluations() -> None:
    """Each point of the line is a cut-off; the last is all rows, in per cent."""
    one = evaluated()
    display = one.plot()
    x, y = display.lines_["score"].get_data()
    places = np.rint(np.asarray(x) / 100 * 3000).astype(int)
    curve = one.curve["outlier_rate"].to_numpy()
    np.testing.assert_allclose(np.asarray(y) / 100, curve[places - 1])
    assert (x[0], x[-1]) == (pytest.approx(2.0), 100.0)
    assert y[-1] == pytest.approx(100 * one.overall.outlier_rate.value)
    assert len(x) == 1000


def test_the_band_is_the_intervals() -> None:
    """Its corners are the interval ends of the points, among them the best decile's."""
    one = evaluated()
    (band,) = one.plot().ax_.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.round(6)}
    low, high = one.best_decile.outlier_rate.interval
    assert {(10.0, round(100 * low, 6)), (10.0, round(100 * high, 6))} <= corners
    points = {coverage: told for coverage, *told in one.risks.itertuples(index=False)}
    assert points[0.1][0] == one.best_decile.outlier_rate.value
    assert points[1.0][1:] == pytest.approx(one.overall.outlier_rate.interval)


def test_a_score_without_skill_is_a_level_line() -> None:
    """One cut-off alone would be a dot that nobody sees."""
    one = evaluated(constant=True)
    x, y = one.plot().lines_["score"].get_data()
    assert len(x) == len(one.risks)
    np.testing.assert_allclose(y, 100 * one.overall.outlier_rate.value)


def test_axes_may_be_given_and_the_figure_is_told() -> None:
    """As scikit-learn's displays do."""
    figure, ax = plt.subplots()
    display = evaluated().plot(ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.lines_["score"].get_color() in PALETTE.values()


def test_without_matplotlib_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else works without it."""
    one = evaluated()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'qconf\[plots\]'") as told:
        one.plot()
    assert "\n" not in str(told.value)


def test_an_unknown_picture_is_refused() -> None:
    """With those there are."""
    kind: Any = "calibrated"
    with pytest.raises(ValueError, match="Did you mean 'calibration'"):
        evaluated().plot(kind)
