"""Sections as text and as one page of HTML."""

from __future__ import annotations

from qconf.report.grid import Column, Grid
from qconf.report.sections import Section, as_page, as_text

SECTIONS = [
    Section("One & two", ["a < b", Grid([Column("n", right=True)], [["1"]])]),
    Section("Three", ["c"]),
]


def test_text_has_titles_paragraphs_and_tables() -> None:
    """In their order, no line wider than 100 columns."""
    text = as_text("A title", [*SECTIONS, Section("Long", ["word " * 60])])
    assert text.startswith("A title\n")
    assert text.index("One & two") < text.index("a < b") < text.index(" n") < text.index("Three")
    assert max(map(len, text.splitlines())) <= 100


def test_a_page_is_whole_and_escaped() -> None:
    """A language, a title, headings in order, and nothing that is loaded."""
    page = as_page("<A>", SECTIONS)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>&lt;A&gt;</title>" in page
    assert page.index("<h1>&lt;A&gt;</h1>") < page.index("<h2>One &amp; two</h2>")
    assert "<p>a &lt; b</p>" in page
    for loads in ("http", "src=", "<script", "@import", "url("):
        assert loads not in page
