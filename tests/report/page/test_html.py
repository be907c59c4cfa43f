"""A page stands alone, and nothing that is written on it does anything."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.core.estimate import Estimate
from qconf.report.grid import Column, Grid
from qconf.report.intervals import IntervalsDisplay
from qconf.report.page.html import check_installed, page_html
from qconf.report.page.parts import (
    KeyFigure,
    Page,
    Picture,
    Section,
    Slider,
    Step,
    Table,
    Track,
)
from qconf.report.page.svg import drawn_svg
from qconf.report.style import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "$x^{y$\x1b[31m\u202e\udc80<img src=x onerror=alert(1)></script>\"'{{ 7 * 7 }}&"
#: Elements of a picture.
DRAWN = {
    "circle", "clippath", "defs", "g", "line", "path", "rect", "svg", "text", "tspan", "use"
}  # fmt: skip
#: Elements without an end.
VOID = {"br", "circle", "input", "line", "link", "meta", "path", "rect", "use"}


class Elements(HTMLParser):
    """What elements there are, with their attributes; every one has its end."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.found if tag in tags)


def page(text: str = "words", **changes: Any) -> Page:
    grid = Grid(
        [Column(f"{text}\nhead", fold=True), Column("n", right=True)], [[f"{text}\nmore", "1"]]
    )
    dots = IntervalsDisplay({text: Estimate(0.1, (0.05, 0.2))}, "share, %")
    steps = [Step(f"{at} %", f"{text} at {at} %", float(at), 0.0) for at in (10, 20)]
    slider = Slider(text, text, [Track(text, steps), Track("other", steps)], 1)
    numbers = Table(text, grid, folded=True)
    given_ = {
        "title": text,
        "subject": text,
        "verdict": [text, "and more"],
        "sections": [
            Section(text, [text, Table(text, grid), Picture(dots, text, numbers, slider)])
        ],
        "figures": [KeyFigure("6.2 %", text, text)],
        "cautions": [text],
        "made": text,
    }
    return Page(**{**given_, **changes})


def test_hostile_names_are_texts() -> None:
    """No element, no attribute and no script comes of them; what does not print is written out."""
    whole = page_html(page(HOSTILE))
    plain, hostile = (
        Elements(re.sub(r"<svg.*?</svg>", "", one, flags=re.DOTALL))
        for one in (page_html(page()), whole)
    )
    shapes = [[(tag, sorted(more)) for tag, more in one.found] for one in (plain, hostile)]
    assert shapes[0] == shapes[1]
    assert {tag for tag, _ in Elements(whole).found} - {tag for tag, _ in plain.found} <= DRAWN
    assert "\x1b" not in whole
    assert "\u202e" not in whole
    assert r"\x1b[31m" in whole
    assert "49" not in re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", whole, flags=re.DOTALL)
    assert not hostile.open


@pytest.mark.slow
@settings(max_examples=15)
@given(st.text(st.characters(), min_size=1, max_size=30))
def test_any_text_stays_a_text(text: str) -> None:
    """Whatever it holds, the elements are the same."""
    dots = IntervalsDisplay({text: Estimate(0.1, (0.05, 0.2))}, "share, %")
    drawn_svg(dots, 3.0, "m-")
    made = page(text, sections=[Section(text, [text, Table(text, Grid([Column(text)], [[text]]))])])
    other = page("a", sections=[Section("a", ["a", Table("a", Grid([Column("a")], [["a"]]))])])
    found, wanted = Elements(page_html(made)), Elements(page_html(other))
    tags = [tag for tag, _ in found.found if tag not in {"br", "th", "td"}]
    assert tags == [tag for tag, _ in wanted.found if tag not in {"br", "th", "td"}]


def test_only_its_own_script_and_style_may_run() -> None:
    """They are known by their digests; nothing is in a style or an event of an element."""
    whole = page_html(page())
    elements = Elements(whole)
    (policy,) = (
        str(one["content"])
        for one in elements.named("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", whole, re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for _, attributes in elements.found:
        assert not [one for one in attributes if one == "style" or one.startswith("on")]


def test_no_address_is_anywhere() -> None:
    """Neither in what a browser loads nor in what it might."""
    whole = page_html(page())
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", whole.replace("// ", ""))
    for one in Elements(whole).named("a", "use"):
        assert str(one["href"]).startswith("#")
    assert not [*Elements(whole).named("link", "img", "iframe", "object", "embed")]


def test_names_within_a_page_are_its_own() -> None:
    """Two pictures share no name, and what is referred to is there."""
    section = page().sections[0]
    whole = page_html(page(sections=[section, section]))
    elements = Elements(whole)
    names = [one["id"] for _, one in elements.found if one.get("id")]
    assert len(names) == len(set(names))
    referred = {
        *re.findall(r"url\(#([^)]+)\)", whole),
        *(str(one["href"])[1:] for one in elements.named("a", "use")),
        *(str(one["aria-labelledby"]) for _, one in elements.found if "aria-labelledby" in one),
        *(str(one["for"]) for one in elements.named("label")),
    }
    assert referred <= set(names)


def test_the_same_page_is_the_same_bytes() -> None:
    """Pictures too, whose names matplotlib draws by chance unless it is told."""
    assert page_html(page()) == page_html(page())


def test_tables_tell_what_their_cells_are_of() -> None:
    """A caption, headers of columns and of rows; an empty header is none."""
    elements = Elements(page_html(page()))
    scopes = [one.get("scope") for one in elements.named("th")]
    assert scopes == ["col", "col", "row"] * 2
    assert [text for tag, text in elements.texts if tag == "span"] == ["words"] * 2
    grid = Grid([Column(""), Column("n")], [["a", "1"]])
    bare = Elements(page_html(page(sections=[Section("s", [Table("t", grid)])])))
    assert [one.get("scope") for one in bare.named("th")] == ["col", "row"]


def test_a_picture_is_told_in_words_and_follows_the_colours_of_the_page() -> None:
    """Its colours are classes of the style sheet, and each class is there."""
    whole = page_html(page())
    (svg,) = re.findall(r"<svg.*?</svg>", whole, re.DOTALL)
    assert '<title id="picture-1-says">words</title>' in svg
    assert not re.findall(r"(?:fill|stroke)=\"#", svg)
    for name in set(re.findall(r"(?:fill|stroke)-[a-z]+(?=[ \"])", svg)) - {"stroke-width"}:
        assert f".{name} {{" in whole
    assert "stroke-blue" in svg


def test_a_slider_points_to_the_data() -> None:
    """The mark stands where matplotlib has drawn the numbers."""
    dots = IntervalsDisplay({"a": Estimate(10.0, (5.0, 20.0))}, "x", percent=False)
    svg = drawn_svg(dots, 3.0, "m-")
    x, y = svg.place(10.0, 0.0)
    uses = re.findall(r"<use [^>]*class=\"[^\"]*blue[^>]*>", svg.inside)
    drawn = [re.findall(r" [xy]=\"([\d.]+)\"", one) for one in uses]
    assert (x, y) in {(round(float(a), 1), round(float(b), 1)) for a, b in drawn}
    assert svg.top < y < svg.bottom


@pytest.mark.parametrize(("name", "title"), [("jinja2", "Jinja2"), ("matplotlib", "matplotlib")])
def test_without_its_libraries_a_line_says_what_to_install(
    name: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, with the extra."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match=rf"{title}, which is not .*'qconf\[report\]'") as told:
        check_installed()
    assert "\n" not in str(told.value)
    with pytest.raises(ValueError, match="qconf"):
        page_html(page())


def test_pages_are_of_the_palette() -> None:
    """Each of its colours has a name in the style sheet, on white and on black, as told apart."""
    whole = page_html(page())
    for name in PALETTE:
        assert len(re.findall(rf"--{name}: #[0-9a-f]{{6}};", whole)) == 3
