"""Prices of comparables are drawn as they were paid and as they are adjusted."""

from __future__ import annotations

import pandas as pd
from matplotlib import pyplot as plt

from qconf.report.comparables import ComparablesDisplay


def test_each_comparable_has_a_line_and_a_name() -> None:
    """From its price to its adjusted price, the most alike on top, beside value and mean."""
    table = pd.DataFrame(
        {
            "sale": [7, "b"],
            "weight": [0.75, 0.25],
            "price": [100.0, 200.0],
            "adjusted_price": [110.0, 150.0],
        }
    )
    display = ComparablesDisplay(table, 115.0, 120.0).plot()
    assert set(display.lines_) == {"price", "adjusted price", "value", "comparables"}
    assert display.lines_["value"].get_xdata()[0] == 115
    names = [one.get_text() for one in display.ax_.get_yticklabels()]
    assert names == ["sale 7, weight 75 %", "sale b, weight 25 %"]
    low, high = display.ax_.get_ylim()
    assert low > high
    legend = display.ax_.get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == 4
    plt.close(display.figure_)
