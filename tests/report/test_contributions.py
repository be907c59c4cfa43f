"""The picture of contributions shows its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from new_rows import features, fitted_model, new_rows

from qconf import explain_error, explain_value
from qconf.report.contributions import ContributionsDisplay


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("agg")
    yield
    plt.close("all")


def bars_of(display: ContributionsDisplay) -> list[Any]:
    bars: Any = display.lines_["contributions"]
    return list(bars.patches)


def line_of(display: ContributionsDisplay) -> Any:
    return display.lines_["this row"]


def test_bars_lead_from_the_typical_error_to_that_of_the_row() -> None:
    """In per cent, the largest first, on the axes that were given."""
    X = features(new_rows(4))
    found = explain_error(fitted_model(), X)
    _, ax = plt.subplots()
    display = found.plot(ax, row=2)
    assert display.ax_ is ax
    bars = bars_of(display)
    own = found.table[found.table["row"] == 2]
    assert len(bars) == len(own)
    line = found.summary.loc[2]
    assert bars[0].get_x() == pytest.approx(100 * line["typical_error"])
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(100 * line["expected_error"])
    ends = np.array([bar.get_x() + bar.get_width() for bar in bars])
    starts = np.array([bar.get_x() for bar in bars])
    np.testing.assert_allclose(ends / starts, own["factor"], rtol=1e-9)
    assert np.asarray(line_of(display).get_xdata())[0] == pytest.approx(ends[-1])


def test_contributions_to_a_value_add_up() -> None:
    """From the typical value to that of the first row, unless another is named."""
    found = explain_value(fitted_model(), features(new_rows(4)))
    bars = bars_of(found.plot())
    assert bars[0].get_x() == pytest.approx(found.summary["typical_value"].iloc[0])
    widths = [bar.get_width() for bar in bars]
    assert widths == pytest.approx(found.table.query("row == 0")["contribution"].tolist())


def test_many_small_contributions_are_one_bar() -> None:
    """Ten are drawn, and what the others add up to."""
    steps = np.linspace(1.0, 0.1, 30)
    display = ContributionsDisplay([str(i) for i in range(30)], steps, 5.0, "value", multiply=False)
    bars = bars_of(display.plot())
    assert len(bars) == 11
    assert bars[-1].get_width() == pytest.approx(steps[10:].sum())
    assert display.ax_.get_yticklabels()[10].get_text() == "20 others"
