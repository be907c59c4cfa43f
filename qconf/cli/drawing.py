"""Text and tables as people see them: 100 columns, no colour."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

__all__ = ["drawn", "in_units"]

_WIDTH = 100


def drawn(*parts: str | Table) -> str:
    """Draw lines of text and tables below each other.

    Parameters
    ----------
    *parts : str or rich.table.Table

    Returns
    -------
    str
        At most 100 columns wide.
    """
    sink = io.StringIO()
    console = Console(file=sink, width=_WIDTH, color_system=None, highlight=False, emoji=False)
    for part in parts:
        console.print(part, markup=False)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n"


def in_units(error: float) -> str:
    """Write an error with four digits, and thousands as people write them.

    Examples
    --------
    >>> in_units(0.066454), in_units(25310.4)
    ('0.06645', '25,310')
    """
    return f"{error:,.0f}" if error >= 1000 else f"{error:.4g}"  # noqa: PLR2004 - thousands
