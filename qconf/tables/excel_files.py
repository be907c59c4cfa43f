"""Read a sheet of an Excel workbook."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

from qconf.errors import TableError, did_you_mean
from qconf.tables.containers import Blob, first_line

__all__ = ["sheet_rows"]

_MIN_WIDTH = 2


def sheet_rows(blob: Blob, sheet: str | None) -> list[list[str]]:
    """Read the rows of a sheet as text.

    Parameters
    ----------
    blob : Blob
    sheet : str or None
        Its name; None is the only one that holds a table.

    Returns
    -------
    list of list of str
        Of equal length, the names first.

    Raises
    ------
    TableError
        If openpyxl is not installed, the workbook cannot be read, or holds no table or several.
    """
    try:
        import openpyxl  # noqa: PLC0415 - an extra
    except ImportError:
        msg = (
            f"Reading {blob.name!r} needs the package openpyxl: python -m pip install "
            "'qconf[excel]'. Or save the sheet as CSV."
        )
        raise TableError(msg) from None
    try:
        book: Any = openpyxl.load_workbook(io.BytesIO(blob.data), read_only=True, data_only=True)
        pages = {page.title: page for page in book.worksheets}
        wanted = pages if sheet is None else {sheet: pages[sheet]} if sheet in pages else {}
        rows = {title: _rows(page) for title, page in wanted.items()}
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        msg = f"Cannot read {blob.name!r} as an Excel workbook: {first_line(error)}"
        raise TableError(msg) from error
    if sheet is not None and sheet not in rows:
        msg = f"{blob.name!r} has no sheet {sheet!r}. {did_you_mean(sheet, pages)}"
        raise TableError(msg)
    return _checked(_only_table(rows, blob.name), blob.name)


def _rows(page: Any) -> list[list[str]]:
    # Some programs write a wrong size of the sheet; the cells are right.
    page.reset_dimensions()
    rows = [[_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    rows = [row for row in rows if any(row)]
    width = max((_length(row) for row in rows), default=0)
    return [(row + [""] * width)[:width] for row in rows]


def _length(row: list[str]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell), default=0)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell) if not cell.is_integer() or abs(cell) > 1e15 else str(int(cell))  # noqa: PLR2004 - exact integers
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell)


def _only_table(rows: dict[str, list[list[str]]], name: str) -> list[list[str]]:
    tables = {
        title: table
        for title, table in rows.items()
        if len(table) > 1 and len(table[0]) >= _MIN_WIDTH
    }
    if len(tables) == 1:
        return next(iter(tables.values()))
    if tables:
        listed = ", ".join(map(repr, tables))
        msg = f"{name!r} has several sheets with a table ({listed}): name one with --sheet."
    else:
        msg = f"The table {name!r} is empty: no sheet has names and rows below them."
    raise TableError(msg)


def _checked(rows: list[list[str]], name: str) -> list[list[str]]:
    header = [cell for cell in rows[0] if cell.strip()]
    if len(header) == 1 < len(rows[0]) - 1:
        msg = (
            f"The first row of {name!r} ({header[0]!r}) is no header: the rows below have "
            f"{len(rows[0])} cells. Remove what stands above the names."
        )
        raise TableError(msg)
    return rows
