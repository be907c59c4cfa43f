"""Text that a spreadsheet does not take for a formula.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is run by those who
open the file (OWASP, CSV injection). An apostrophe before it makes it text, and can be taken away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_typed", "defused", "defused_table", "table_as_typed"]

#: What is run, or was written by `defused`.
_RISKY: Final = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_WRITTEN: Final = re.compile(r"'+\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def defused(text: str) -> str:
    r"""Put an apostrophe before what a spreadsheet would run.

    Examples
    --------
    >>> print(defused("=1+1"), defused("a house"), defused("'=x"))
    '=1+1 a house ''=x
    """
    return f"'{text}" if _RISKY.match(text) else text


def as_typed(text: str) -> str:
    """Take the apostrophe away again.

    Examples
    --------
    >>> print(as_typed("'=1+1"), as_typed("a house"), as_typed("'quoted'"))
    =1+1 a house 'quoted'
    """
    return text[1:] if _WRITTEN.match(text) else text


def defused_table(table: pd.DataFrame) -> pd.DataFrame:
    """Defuse all text of a table; numbers stay."""
    return table.map(lambda cell: defused(cell) if isinstance(cell, str) else cell)


def table_as_typed(table: pd.DataFrame) -> pd.DataFrame:
    """Undo `defused_table`."""
    return table.map(lambda cell: as_typed(cell) if isinstance(cell, str) else cell)
