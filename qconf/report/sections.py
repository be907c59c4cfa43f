"""A text in sections, for a terminal or as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from qconf.report.drawing import drawn
from qconf.report.grid import Grid
from qconf.report.html import as_html
from qconf.report.wrapping import tied

__all__ = ["Section", "as_page", "as_text"]

#: Readable in the dark, on paper, and on a narrow screen, where tables scroll by themselves.
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
section>div{overflow-x:auto}
table{border-collapse:collapse;margin:.5rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;border-bottom:1px solid #8886;vertical-align:top}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Section:
    """A heading, and paragraphs and tables below it.

    Attributes
    ----------
    title : str
    parts : sequence of (str or Grid)
    """

    title: str
    parts: Sequence[str | Grid]


def as_text(title: str, sections: Sequence[Section]) -> str:
    """Write sections as wide as the terminal, at most 100 columns."""
    told = [drawn(title)]
    told += [drawn(one.title) + drawn(*one.parts) for one in sections]
    return "\n".join(told)


def as_page(title: str, sections: Sequence[Section]) -> str:
    """Write sections as a page of HTML: everything escaped, no script, nothing from elsewhere.

    Examples
    --------
    >>> page = as_page("t", [Section("a & b", ["1 < 2"])])
    >>> "<h2>a &amp; b</h2><div><p>1 &lt; 2</p></div>" in page
    True
    """
    body = "".join(
        f"<section><h2>{escape(one.title)}</h2>{as_html(*one.parts)}</section>\n"
        for one in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{tied(escape(title))}</h1>\n{tied(body)}</main>\n</body>\n</html>\n"
    )
