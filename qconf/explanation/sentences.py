"""Why an error is larger or smaller, in words: three templates, and what there is to say else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf.core.estimate import in_percent, in_units
from qconf.explanation.cells import Cell, Cells
from qconf.model.column_summary import Neighbourhood

__all__ = ["named_factors", "product_in_words", "sentence", "told_error"]

#: Rows near a cell are told of where their errors are so many times those of all, or this less.
_NOISY = 1.15
#: So many factors are told one by one.
_FACTORS = 4
_NO_FACTOR = 0.005


def sentence(cells: Cells, row: int, names: tuple[str, ...], contribution: float, unit: str) -> str:
    """Say what there is to say of the columns of a property.

    Parameters
    ----------
    cells : Cells
    row : int
    names : tuple of str
        Columns.
    contribution : float
        To the logarithm of the expected error; what is odd explains a larger one, and rows
        nearby that were less wrong a smaller one.
    unit : {"percent", "units"}
        How errors are written.

    Returns
    -------
    str
    """
    found = [cells.cell(row, name) for name in names]
    notes = list(dict.fromkeys(one.note for one in found if one.note and contribution > 0))
    if not notes:
        near = [one for one in (_near(cells, cell, contribution, unit) for cell in found) if one]
        notes = near[:1]
    return "; ".join(notes) or "; ".join(_plain(cells, cell) for cell in found)


def _near(cells: Cells, cell: Cell, contribution: float, unit: str) -> str | None:
    """Say how wrong the rows near a cell were, where that is a reason."""
    near, usual = cell.column.neighbourhood(cell.code), cells.background.error
    if near is None or not usual > 0:
        return None
    ratio = near.error / usual
    if (ratio < _NOISY) if contribution > 0 else (ratio > 1 / _NOISY):
        return None
    return (
        f"{_range(cells, cell, near)}: half of {near.n_rows:,} rows were off by more than "
        f"{told_error(near.error, unit)}, of all by more than {told_error(usual, unit)}"
    )


def _range(cells: Cells, cell: Cell, near: Neighbourhood) -> str:
    at = cells.place(cell.column.name)
    low, high = cells.written(at, near.low), cells.written(at, near.high)
    return f"{cell.column.name} {low}" + ("" if low == high else f" to {high}")


def _plain(cells: Cells, cell: Cell) -> str:
    """Say what a cell is, and what is usual."""
    name, at = cell.column.name, cells.place(cell.column.name)
    if cell.text == "":
        return f"{name} is missing"
    alike = cell.column.rows_alike(cell.code) if cell.column.exact else None
    if alike is not None and not cell.column.is_level:
        return f"{name} is {cell.text}, as in {alike[0]:,} of {cell.column.n_rows:,} rows"
    half = cell.column.middle_half
    if half is None:
        return f"{name} is {cell.text}, typical is {cells.typical(name) or 'a gap'}"
    low, high = (cells.written(at, one) for one in half)
    return f"{name} is {cell.text}, half of all rows have {low} to {high}"


def told_error(error: float, unit: str) -> str:
    """Write an error, as a share in per cent or in units of the target."""
    return in_percent(error) if unit == "percent" else in_units(error)


def named_factors(contributions: Sequence[float]) -> list[int]:
    """Return which factors a product names one by one, the largest first.

    Parameters
    ----------
    contributions : sequence of float
        Logarithms of factors.

    Examples
    --------
    >>> named_factors([0.1, -0.3, 0.001])
    [1, 0]
    """
    largest = sorted(range(len(contributions)), key=lambda i: -abs(contributions[i]))[:_FACTORS]
    return [i for i in largest if abs(contributions[i]) >= _NO_FACTOR]


def product_in_words(typical: float, expected: float, factors: dict[str, float], unit: str) -> str:
    """Write an expected error as a product: the largest factors, and all others as one.

    Examples
    --------
    >>> product_in_words(0.071, 0.13632, {"lot": 1.6, "floor area": 1.2}, "percent")
    'typical 7.1 % × 1.60 lot × 1.20 floor area = 13.6 %'
    """
    logs = {name: float(np.log(factor)) for name, factor in factors.items()}
    names = list(logs)
    told = [names[i] for i in named_factors(list(logs.values()))]
    rest = sum(logs.values()) - sum(logs[name] for name in told)
    parts = [f"typical {told_error(typical, unit)}"]
    parts += [f"{factors[name]:.2f} {name}" for name in told]
    if abs(rest) >= _NO_FACTOR:
        parts.append(f"{np.exp(rest):.2f} all else")
    return f"{' × '.join(parts)} = {told_error(expected, unit)}"
