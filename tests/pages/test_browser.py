"""Pages in a browser: offline, by keyboard, read out, in dark and light, narrow and wide, printed.

They need Chromium, and are skipped where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import qconf
from paged_results import RESULTS, comparison, page_of
from pages_read import numbers_in, sections_of, steps_of, text_of

from qconf.datasets import load_example

pytestmark = pytest.mark.slow

KINDS = ["comparison", "certified model", "alarm", "report card", "slices", "backtest"]
#: What a page must keep for those who do not see it, or not well.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEGABYTES = 1_000_000


@dataclass
class Opened:
    """A page, and what it asked for or complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return " ".join(str(self.page.inner_text(selector)).replace("\u00a0", " ").split())


def opened(browser: Any, file: Path, *, width: int = 1400, scheme: str = "light") -> Opened:
    """Open a file without a network."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    told = Opened(context.new_page())
    told.page.on("request", lambda request: told.asked.append(request.url))
    told.page.on("console", lambda message: told.said.append(message.text))
    told.page.on("pageerror", lambda error: told.said.append(str(error)))
    told.page.goto(file.as_uri())
    return told


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One of the results, as a file."""
    path = tmp_path / "page.html"
    path.write_text(page_of(getattr(request, "param", "comparison")), encoding="utf-8")
    return path


@pytest.mark.parametrize("file", RESULTS, indirect=True)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 400)])
def test_every_page_opens_by_itself(browser: Any, file: Path, scheme: str, width: int) -> None:
    """Nothing is asked for, nothing complained of, and no line is wider than the screen."""
    told = opened(browser, file, width=width, scheme=scheme)
    assert told.asked == [file.as_uri()]
    assert told.said == []
    assert told.page.evaluate("document.documentElement.scrollWidth") <= width
    dark = told.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("file", KINDS, indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_a_reader(browser: Any, file: Path, scheme: str) -> None:
    """No violation of A or AA, by axe; all that is folded is open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe checks pages")
    told = opened(browser, file, scheme=scheme)
    told.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = axe.Axe().run(told.page, options={"runOnly": RULES}).response
    assert len(found["passes"]) > 10
    broken = {
        one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found["violations"]
    }
    assert broken == {}


def test_the_slider_moves_by_mouse_and_keyboard(browser: Any, file: Path) -> None:
    """What it says is what was computed; the mark moves with it."""
    steps = steps_of(sections_of(page_of("comparison"))["Risk and coverage"])
    names = [one.name for one in comparison().ranking]
    told = opened(browser, file)
    page, slider = told.page, told.page.locator("[data-slider]")
    assert page.locator(".controls").is_visible()

    def says() -> tuple[str, str]:
        mark = page.locator("g.marker").get_attribute("transform")
        return told.text("output"), str(mark)

    def wanted(name: str, step: int) -> tuple[str, str]:
        x, _, _, sentence = steps[name][step]
        return sentence, f"translate({x:g} 0)"

    start = int(slider.locator("input").input_value())
    assert says() == wanted(names[0], start)
    slider.locator("input").focus()
    page.keyboard.press("ArrowRight")
    assert says() == wanted(names[0], start + 1)
    assert slider.locator("input").get_attribute("aria-valuetext") == steps[names[0]][start + 1][2]
    page.keyboard.press("End")
    assert says() == wanted(names[0], len(steps[names[0]]) - 1)
    page.keyboard.press("Home")
    assert says() == wanted(names[0], 0)
    box = slider.locator("input").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert says() == wanted(names[0], (len(steps[names[0]]) - 1) // 2)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert says() == wanted(names[1], (len(steps[names[1]]) - 1) // 2)


def test_everything_is_reached_by_the_keyboard(browser: Any, file: Path) -> None:
    """From the link past the contents to the last table; what has the focus is seen to have it."""
    page = opened(browser, file).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#verdict"
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        tag = page.evaluate("document.activeElement.tagName")
        if tag == "BODY":
            break
        reached.append(tag)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", tag
    assert {"INPUT", "SELECT", "SUMMARY", "DIV"} <= set(reached)
    page.locator("summary").first.focus()
    assert not page.locator("details table").first.is_visible()
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()


def test_a_screen_reader_is_told_of_pictures_and_controls(browser: Any, file: Path) -> None:
    """Each picture by its sentence, each control by its name."""
    page = opened(browser, file).page
    pictures = page.get_by_role("img")
    assert pictures.count() == page_of("comparison").count("<svg")
    for at in range(pictures.count()):
        assert len(pictures.nth(at).evaluate("one => one.querySelector('title').textContent")) > 40
    assert page.get_by_role("slider", name="Share of rows accepted").count() == 1
    assert page.get_by_role("combobox", name="Estimator").count() == 1
    assert page.get_by_role("table").count() == page.locator("table:visible").count()
    assert page.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize("file", KINDS, indirect=True)
def test_on_paper_all_is_open_and_light(browser: Any, file: Path) -> None:
    """Folded tables are printed, controls are not; a dark screen prints on white."""
    page = opened(browser, file, scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for table in page.locator("details table").all():
        assert table.bounding_box()["height"] > 20
    for controls in page.locator(".controls").all():
        assert not controls.is_visible()
        assert page.locator("output").first.is_visible()
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") >= 2


def test_without_a_script_all_is_there_but_the_slider(browser: Any, file: Path) -> None:
    """The sentence at its start, and the table."""
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("output").is_visible()
    assert not page.locator(".controls").is_visible()
    assert page.locator("svg").count() == page_of("comparison").count("<svg")


def test_king_county(browser: Any, tmp_path: Path) -> None:
    """At most 2 MB, opened offline without a complaint, and no value of its rows is in it."""
    typed = "compare --example king-county --estimators residual,constant --report r.html"
    done = qconf(tmp_path, typed.split())
    assert done.returncode == 0, done.stderr
    path = tmp_path / "r.html"
    assert path.stat().st_size <= 2 * MEGABYTES
    told = opened(browser, path)
    assert told.asked == [path.as_uri()]
    assert told.said == []
    assert told.text("#verdict").startswith("Verdict Of the 1,333 rows that residual calls safest")
    page = path.read_text(encoding="utf-8")
    assert "within 10 % of the truth" in text_of(page)
    written, sales = numbers_in(page), load_example("king-county").table
    for name, rows in sales.items():
        found = _long(rows) & written
        assert not found, (name, sorted(found)[:3])


def _long(rows: pd.Series[Any]) -> set[str]:
    """Values as they may stand, that would not be on a page by chance.

    Counts of these rows have five digits, as many lots have.
    """
    known = rows.dropna()
    forms, least = set(known.astype(str)), 5
    if pd.api.types.is_numeric_dtype(known.dtype):
        forms |= {form for one in known for form in (f"{one:g}", f"{one:,.0f}", f"{one:.0f}")}
        least = 6
    return {one for one in forms if sum(sign.isdigit() for sign in one.lstrip("0.")) >= least}
