"""The picture of a certificate shows its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from qconf import Certificate, certify


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


def certified(n_rows: int) -> Certificate:
    rng = np.random.default_rng(0)
    sigma = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return certify(sigma, rng.normal(scale=sigma), threshold=0.15, cut_offs=50)


def test_curve_limit_and_cut_off() -> None:
    """Observed rates, the limit of each alone, the promise and how far it is certified."""
    one = certified(2000)
    display = one.plot()
    x, y = display.lines_["observed"].get_data()
    np.testing.assert_allclose(np.asarray(x), 100 * one.curve["coverage"])
    np.testing.assert_allclose(np.asarray(y), 100 * one.curve["outlier_rate"])
    bound = np.asarray(display.lines_["bound"].get_ydata())
    assert (bound > np.asarray(y)).all()
    assert np.asarray(display.lines_["limit"].get_ydata())[0] == pytest.approx(5.0)
    at = np.asarray(display.lines_["certified"].get_xdata())[0]
    assert at == pytest.approx(100 * one.coverage)


def test_where_nothing_is_certified_there_is_no_line_and_the_legend_says_so() -> None:
    """On the axes that were given."""
    _, ax = plt.subplots()
    display = certified(30).plot(ax=ax)
    assert display.ax_ is ax
    assert "certified" not in display.lines_
    legend = ax.get_legend()
    assert legend is not None
    told = [one.get_text() for one in legend.get_texts()]
    assert told[-1] == "asked for: at most 5 %\n(nothing certified)"
