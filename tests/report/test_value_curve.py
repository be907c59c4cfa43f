"""The picture of a value curve shows its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from qconf import value_curve


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


def test_the_curve_its_band_and_the_best_cut_off() -> None:
    """Value against coverage, on the axes that were given."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.02, 0.3, 800)
    found = value_curve(sigma, rng.normal(scale=sigma), threshold=0.15, loss=4.0, cut_offs=40)
    _, ax = plt.subplots()
    display = found.plot(ax=ax)
    assert display.ax_ is ax
    x, y = display.lines_["value"].get_data()
    np.testing.assert_allclose(np.asarray(x), 100 * found.curve["coverage"])
    np.testing.assert_allclose(np.asarray(y), found.curve["value"])
    assert np.asarray(display.lines_["best"].get_xdata())[0] == 100 * found.coverage
    (band,) = ax.collections
    corners = np.asarray(band.get_paths()[0].vertices)[:, 1]
    assert found.curve["low"].min() == pytest.approx(corners.min())
