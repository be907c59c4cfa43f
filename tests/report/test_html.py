"""HTML of other people's names is text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from qconf.report.grid import Column, Grid
from qconf.report.html import as_html

NASTY = "<script>alert('x')</script> & \"co\""


def test_everything_is_escaped() -> None:
    """In paragraphs, headers and cells; what is read back is what was given."""
    html = as_html(NASTY, Grid([Column(NASTY)], [[NASTY]]))
    assert "<script" not in html
    tree = ET.fromstring(html)  # noqa: S314 - our own
    assert [one.text for one in tree.iter() if one.text] == [NASTY] * 3


def test_lines_of_a_cell_stay_lines() -> None:
    """A cell may have two; numbers stand on the right."""
    html = as_html(Grid([Column("\nname"), Column("n", right=True)], [["a\nb", "1"]]))
    assert "a<br>b" in html
    assert '<th style="text-align: left">name</th>' in html
    assert '<td style="text-align: right; white-space: nowrap">1</td>' in html


def test_numbers_stay_in_a_line_and_sentences_get_room() -> None:
    """On a narrow page a sentence is not squeezed to a word a line; short texts stay narrow."""
    columns = [Column("n", right=True), Column("why", fold=True)]
    html = as_html(Grid(columns, [["× 0.92", "a word " * 10], ["1", "short"]]))
    assert '<td style="text-align: right; white-space: nowrap">× 0.92</td>' in html
    assert '<td style="text-align: left; min-width: 12em">a word ' in html
    assert '<td style="text-align: left">short</td>' in html
