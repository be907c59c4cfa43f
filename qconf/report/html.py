"""Text and tables as HTML, for notebooks: plain elements, everything escaped."""

from __future__ import annotations

from html import escape

from qconf.report.grid import Column, Grid

__all__ = ["as_html"]

#: A cell of more characters is no name or number.
_SENTENCE = 40


def as_html(*parts: str | Grid) -> str:
    """Write paragraphs and tables below each other.

    Examples
    --------
    >>> as_html("a < b", Grid([Column("n", right=True)], [["1"]]))
    '<div><p>a &lt; b</p><table><thead><tr><th style="text-align: right">n</th></tr></thead>\
<tbody><tr><td style="text-align: right; white-space: nowrap">1</td></tr></tbody></table></div>'
    """
    told = (_table(one) if isinstance(one, Grid) else f"<p>{escape(one)}</p>" for one in parts)
    return f"<div>{''.join(told)}</div>"


def _table(grid: Grid) -> str:
    head = "".join(_cell("th", one, one.header.strip()) for one in grid.columns)
    rows = (
        "".join(_cell("td", *pair) for pair in zip(grid.columns, cells, strict=True))
        for cells in grid.rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(element: str, column: Column, text: str) -> str:
    side = "right" if column.right else "left"
    # Numbers stay in a line, and sentences get room, on a narrow screen too: tables scroll.
    room = "; white-space: nowrap" if column.right and element == "td" else ""
    if column.fold and len(text) > _SENTENCE:
        room = "; min-width: 12em"
    inner = escape(text.strip()).replace("\n", "<br>")
    return f'<{element} style="text-align: {side}{room}">{inner}</{element}>'
