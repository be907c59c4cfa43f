"""A sentence for each slice, and one for the level of slicing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qconf.core.estimate import in_percent, in_units, percent_range
from qconf.slicing.figures import WORSE, Figure
from qconf.slicing.levels import Level

__all__ = ["level_sentence", "slice_sentence"]

_NAMES = {1: "single properties", 2: "pairs of properties", 3: "three properties at once"}


def slice_sentence(
    text: str, figures: Sequence[Figure], n: int, *, percent: bool, against: str
) -> str:
    """Say what is wrong in a slice, or that nothing is.

    Parameters
    ----------
    text : str
        The slice.
    figures : sequence of Figure
    n : int
        Newer rows in it.
    percent : bool
        Whether residuals are shares.
    against : {"expected", "all"}
        What the outlier rate was held against.
    """
    if all(math.isnan(one.standard_error) for one in figures):
        return f"{text} ({n:,} rows): cannot say, its rows are of too few groups."
    wrong = [one for one in figures if one.verdict == WORSE]
    told = "; ".join(_clause(one, percent=percent, against=against) for one in wrong or figures)
    return f"{text} ({n:,} rows): {told}."


def _clause(one: Figure, *, percent: bool, against: str) -> str:
    low, high = one.estimate.interval
    if one.metric == "calibration":
        return (
            f"for what the confidence says, errors are {one.estimate.value:.2f} times as large "
            f"as in all rows ({low:.2f} to {high:.2f})"
        )
    if one.metric == "outlier-rate":
        held = "where {} were expected" if against == "expected" else "against {} of all rows"
        return (
            f"{in_percent(one.estimate.value)} outliers ({percent_range(one.estimate)}) "
            f"{held.format(in_percent(one.expected))}"
        )
    side = "high" if one.estimate.value > 0 else "low"
    return (
        f"values are too {side} by {_size(abs(one.estimate.value), percent=percent)} "
        f"({_signed(low, percent=percent)} to {_signed(high, percent=percent)}), in all rows "
        f"{_signed(one.expected, percent=percent)}"
    )


def _size(error: float, *, percent: bool) -> str:
    return in_percent(error) if percent else in_units(error)


def _signed(error: float, *, percent: bool) -> str:
    return ("−" if error < 0 else "+") + _size(abs(error), percent=percent)


def level_sentence(levels: Sequence[Level]) -> str:
    """Say which level of slicing the data support."""
    supported = [one.n_properties for one in levels if one.supported]
    if not supported:
        return (
            "Level of slicing: none is supported. What properties, single or together, said of the "
            "size of older errors does not tell that of newer ones any better than the expected "
            "errors do."
        )
    right = supported[-1]
    said = f"Level of slicing: {_NAMES[right]} are what the data support"
    earlier = ", ".join(_NAMES[one] for one in supported[:-1])
    said += f", beyond {earlier}." if earlier else "."
    deeper = [_NAMES[one.n_properties] for one in levels if one.n_properties > right]
    if deeper:
        said += f" On the newer rows {' and '.join(deeper)} tell the size of errors no better."
    else:
        said += " Slices of two can miss what is wrong: look at a tree, or mend the confidence."
    return said
