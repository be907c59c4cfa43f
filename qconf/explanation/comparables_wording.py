"""Comparables as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from qconf.core.estimate import in_percent, in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid

__all__ = ["comparables_grid", "method", "sentence", "summary_grid"]

#: Rows that are shown of many, and adjustments of a comparable.
_SHOWN, _LARGEST = 10, 3


def sentence(row: int, count: int, line: pd.Series[Any], *, on_ratios: bool) -> str:
    """Say of one row what its comparables say.

    Parameters
    ----------
    row : int
        Its position.
    count : int
        Of its comparables.
    line : Series
        Of `Comparables.summary`.
    on_ratios : bool
        Whether spreads are log ratios.
    """
    value = in_units(line["value"])
    if not count:
        return f"Row {row}: valued at {value}; no sale is known to compare."
    off = in_percent if on_ratios else in_units
    says = "1 comparable says" if count == 1 else f"{count} comparables say"
    return (
        f"Row {row}: valued at {value}; {says} {in_units(line['comparables_value'])}, adjusted and "
        f"weighted. Adjusted prices are {off(line['spread'])} from the value (weighted root mean "
        f"square), {off(line['local_error'])} over all sales alike: "
        f"{line['effective_comparables']:,.3g} sales in effect, of {line['known_sales']:,.0f} "
        "known."
    )


def method(
    similarity: str, split_by: str, fidelity: float | None, left_out: Mapping[str, int]
) -> str:
    """Say whose leaves and whose split it is, and which sales were not used."""
    told = fidelity is None or fidelity == 1.0
    how = "" if told else f" (R² {fidelity:.2f})"
    line = f"Alike by leaves of {similarity}; adjustments split by {split_by}{how}."
    for why, count in left_out.items():
        line += f" {count:,} sales {why} are left out."
    return line


def comparables_grid(table: pd.DataFrame, adjustments: pd.DataFrame) -> Grid:
    """Put the comparables of one row below each other, with their largest adjustments."""
    columns = [
        Column("sale"), Column("weight", right=True), Column("price", right=True),
        Column("largest adjustments", fold=True), Column("adjusted", right=True),
    ]  # fmt: skip
    rows = []
    for one in table.to_dict("records"):
        largest = adjustments[adjustments["rank"] == one["rank"]].head(_LARGEST)
        told = [
            f"{_signed(amount)} {shown(str(name))}"
            for name, amount in zip(largest["property"], largest["adjustment"], strict=True)
        ]
        price, adjusted = in_units(one["price"]), in_units(one["adjusted_price"])
        rows.append(
            [shown(str(one["sale"])), in_percent(one["weight"]), price, "\n".join(told), adjusted]
        )
    return Grid(columns, rows)


def summary_grid(summary: pd.DataFrame, *, on_ratios: bool) -> Grid:
    """Put what comparables say of several rows below each other."""
    off = in_percent if on_ratios else in_units
    names = ["row", "value", "comparables", "spread", "sales in effect"]
    rows = [
        [
            str(row), in_units(one["value"]), in_units(one["comparables_value"]),
            off(one["spread"]), f"{one['effective_comparables']:,.3g}",
        ]
        for row, one in summary.head(_SHOWN).iterrows()
    ]  # fmt: skip
    return Grid([Column(name, right=True) for name in names], rows)


def _signed(amount: float) -> str:
    return f"{amount:+,.0f}" if abs(amount) >= 1 else f"{amount:+.3g}"
