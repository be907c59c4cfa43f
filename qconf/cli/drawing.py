"""Lay out text and tables as wide as the terminal, at most 100 columns, without colour."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console
from rich.table import Table

from qconf.cli.terminal import shown

__all__ = ["drawn", "in_units", "page_width"]

_WIDEST = 100
_NARROWEST = 40
#: Narrower tables would lose digits; a terminal then folds their lines.
_NARROWEST_TABLE = 80


def drawn(*parts: str | Table) -> str:
    """Draw paragraphs and tables below each other.

    Parameters
    ----------
    *parts : str or rich.table.Table
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
            wide.print(part, markup=False)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n"


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


def in_units(error: float) -> str:
    """Write an error with four digits, and thousands as people write them.

    Examples
    --------
    >>> in_units(0.066454), in_units(25310.4)
    ('0.06645', '25,310')
    """
    return f"{error:,.0f}" if error >= 1000 else f"{error:.4g}"  # noqa: PLR2004 - thousands
