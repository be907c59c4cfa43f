"""Lay out text and tables as wide as the terminal, at most 100 columns, without colour."""

from __future__ import annotations

import io
import os
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from qconf.core.printable import shown
from qconf.report.column_widths import Layout, laid_out
from qconf.report.grid import Grid
from qconf.report.wrapping import glued, unglued

__all__ = ["drawn", "fits", "is_wide", "page_width"]

_WIDEST = 100
_NARROWEST = 40
#: Narrower tables would lose digits; a terminal then folds their lines.
_NARROWEST_TABLE = 80
#: From here on, a table has room for one more column.
_WIDE = 97
#: Between columns, the best first; where there is little room, words have it.
_GAPS = (2, 1)
_WIDE_GAPS = (3, *_GAPS)


def drawn(*parts: str | Grid) -> str:
    """Draw paragraphs and tables below each other.

    Parameters
    ----------
    *parts : str or Grid
        In a paragraph, what does not print is written out; the cells of tables are the caller's.

    Returns
    -------
    str
        As wide as `page_width`, or as the narrowest table. Nothing is cut, and no number is parted
        from its unit: a table without room goes on in another one, below it.
    """
    sink = io.StringIO()
    narrow, wide = (
        Console(file=sink, width=width, color_system=None, highlight=False, emoji=False)
        for width in (page_width(), _table_width())
    )
    for part in parts:
        if isinstance(part, str):
            narrow.print(glued(shown(part)), markup=False)
        else:
            for layout in _layouts(part):
                wide.print(_table(layout), markup=False)
    return "\n".join(unglued(line).rstrip() for line in sink.getvalue().splitlines()) + "\n"


def fits(grid: Grid) -> bool:
    """Whether there is room for all columns of a table side by side."""
    return len(_layouts(grid)) == 1


def _layouts(grid: Grid) -> list[Layout]:
    tied = Grid(grid.columns, [[glued(cell) for cell in row] for row in grid.rows])
    return laid_out(tied, _table_width(), _WIDE_GAPS if is_wide() else _GAPS)


def _table(layout: Layout) -> Table:
    # The box has a blank of its own between columns.
    right, left = layout.gap // 2, (layout.gap - 1) // 2
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, right, 0, left))
    for one, width in zip(layout.grid.columns, layout.widths, strict=True):
        table.add_column(
            one.header, justify="right" if one.right else "left", overflow="fold", width=width
        )
    for cells in layout.grid.rows:
        table.add_row(*cells)
    return table


def _table_width() -> int:
    return max(page_width(), _NARROWEST_TABLE)


def is_wide() -> bool:
    """Tell whether there is room for more than the narrowest table."""
    return page_width() >= _WIDE


def page_width() -> int:
    """Return how many columns there are to fill: those of the terminal, 40 to 100; else 100."""
    try:
        wanted = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        wanted = 0
    if wanted <= 0:
        wanted = _terminal_columns() or _WIDEST
    return min(max(wanted, _NARROWEST), _WIDEST)


def _terminal_columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    except (OSError, ValueError, AttributeError):
        return 0
