"""Prices of comparables, as they were paid and as they are adjusted."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.report.axes import short_name
from qconf.report.display import Display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ComparablesDisplay"]


class ComparablesDisplay(Display["Any"]):
    """For each comparable an arrow from its price to its adjusted price, beside the value.

    Parameters
    ----------
    table : DataFrame
        ``sale``, ``weight``, ``price`` and ``adjusted_price`` of the comparables of one row.
    value, comparables_value : float
        What the model says, and the weighted mean of adjusted prices.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib artist
        ``"price"``, ``"adjusted price"``, ``"value"`` and ``"comparables"``.
    """

    # Above the axes: prices leave no corner free.
    _outside = MappingProxyType(
        {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "ncols": 2, "borderaxespad": 0.1}
    )

    def __init__(self, table: pd.DataFrame, value: float, comparables_value: float) -> None:
        self.table = table
        self.value = value
        self.comparables_value = comparables_value

    def _drawn(self, ax: Axes) -> dict[str, Any]:
        """Draw the comparables, the most alike on top."""
        from qconf.report.style import GREY, INK, PALETTE  # noqa: PLC0415 - needs matplotlib

        places = range(len(self.table))
        paid, adjusted = self.table["price"], self.table["adjusted_price"]
        ax.hlines(places, paid, adjusted, color=GREY, linewidth=1)
        (price,) = ax.plot(
            paid, places, "o", color=INK, markerfacecolor="white", label="price paid"
        )
        (moved,) = ax.plot(adjusted, places, "D", color=PALETTE["blue"], label="adjusted price")
        value = ax.axvline(self.value, color=PALETTE["vermillion"], label="the model's value")
        mean = ax.axvline(
            self.comparables_value,
            color=PALETTE["blue"],
            linestyle="--",
            label="weighted mean",
        )
        names = [
            short_name(f"sale {sale}, weight {100 * weight:.0f} %")
            for sale, weight in zip(self.table["sale"], self.table["weight"], strict=True)
        ]
        ax.set_yticks(list(places), names)
        ax.invert_yaxis()
        ax.set_xlabel("price")
        ax.locator_params(axis="x", nbins=5)
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}")
        return {"price": price, "adjusted price": moved, "value": value, "comparables": mean}
