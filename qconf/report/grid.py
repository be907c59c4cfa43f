"""A small table of text, whatever it is drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Column", "Grid"]


@dataclass(frozen=True)
class Column:
    """A column of a grid.

    Attributes
    ----------
    header : str
        May have several lines.
    right : bool
        Whether its cells stand on the right, as numbers do.
    fold : bool
        Whether a long cell is folded between words; numbers are not.
    """

    header: str
    right: bool = False
    fold: bool = False


@dataclass(frozen=True)
class Grid:
    """Columns, and rows of cells that print.

    Attributes
    ----------
    columns : sequence of Column
    rows : sequence of sequence of str
        A cell may have several lines.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
