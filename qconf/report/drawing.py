"""Lay out text and tables as wide as the terminal, at most 100 columns, without colour."""

from __future__ import annotations

import io
import os
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from qconf.core.printable import shown
from qconf.report.grid import Grid

__all__ = ["drawn", "is_wide", "page_width"]

_WIDEST = 100
_NARROWEST = 40
#: Narrower tables would lose digits; a terminal then folds their lines.
_NARROWEST_TABLE = 80
#: From here on, a table has room for one more column.
_WIDE = 97


def drawn(*parts: str | Grid) -> str:
    """Draw paragraphs and tables below each other.

    Parameters
    ----------
    *parts : str or Grid
        In a paragraph, what does not print is written out; the cells of tables are the caller's.

    Returns
    -------
    str
        As wide as `page_width`, or as the narrowest table.
    """
    sink = io.StringIO()
    narrow, wide = (
        Console(file=sink, width=width, color_system=None, highlight=False, emoji=False)
        for width in (page_width(), max(page_width(), _NARROWEST_TABLE))
    )
    for part in parts:
        if isinstance(part, str):
            narrow.print(shown(part), markup=False)
        else:
            wide.print(_table(part), markup=False)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n"


def _table(grid: Grid) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1) if is_wide() else 0)
    for one in grid.columns:
        table.add_column(
            one.header,
            justify="right" if one.right else "left",
            overflow="fold" if one.fold else "ellipsis",
            no_wrap=not one.fold,
        )
    for cells in grid.rows:
        table.add_row(*cells)
    return table


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
