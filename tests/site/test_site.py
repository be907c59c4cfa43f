"""The built site: whole, without a dead link, every public name in it, and readable by everyone."""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from typer.main import get_command

import qconf
from qconf.cli.app import app

pytestmark = pytest.mark.slow

#: What a page must keep for those who do not see it, or not well.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: One of each kind.
KINDS = [
    "index", "start", "tutorial", "how-to/index", "how-to/vendor-score", "explanation/intervals",
    "explanation/four-archetypes", "explanation/expected-error", "gallery/index",
    "gallery/west_roxbury", "gallery/king_county", "reference/api/index",
    "reference/api/qconf.ConfidentRegressor", "reference/api/qconf.compare",
    "reference/commands/index", "reference/commands/compare", "glossary", "engines",
    "decisions/0002-intervals-in-time", "estimators", "how-to/explain", "genindex", "search",
]  # fmt: skip


class Page(HTMLParser):
    """The links of a page, and what in it can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a tag links to, and what it is called."""
        told = {name: value or "" for name, value in attrs}
        self.places.update(told[name] for name in ("id", "name") if name in told)
        if tag == "link" and told.get("rel") == "canonical":
            return
        self.links += [told[name] for name in ("href", "src") if name in told]


def pages_of(site: Path) -> list[Path]:
    """List the pages; what the theme keeps beside its scripts is none."""
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


def inventory(site: Path) -> Iterator[tuple[str, str, str]]:
    """Read what Sphinx says that can be linked to: name, kind and place."""
    content = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    for line in zlib.decompress(content).decode().splitlines():
        name, kind, _, place, _ = re.match(
            r"(.+?)\s+(\S+)\s+(-?\d+)\s+?(\S*)\s+(.*)", line
        ).groups()  # type: ignore[union-attr]
        yield name, kind, place


def test_no_link_is_dead(site: Path) -> None:
    """Each page and each place in it that is linked to is there; nothing is loaded from afar."""
    pages = {path.resolve(): Page(path) for path in pages_of(site)}
    assert len(pages) > 100
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            to = path.parent.joinpath(unquote(parts.path)).resolve() if parts.path else path
            there = to.exists() and (
                not parts.fragment or to not in pages or unquote(parts.fragment) in pages[to].places
            )
            if not there:
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    """No script, style or picture: what is not a link to be clicked is on the disk."""
    for path in pages_of(site):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe)[^>]+src=\"(?:https?:)?//", text), path
        for tag in re.findall(r"<link [^>]+>", text):
            assert "//" not in tag, (path, tag)


def test_every_public_name_is_documented(site: Path) -> None:
    """All of ``__all__``, and the methods and properties of ours that its classes have."""
    known = {name for name, kind, _ in inventory(site) if kind.startswith("py:")}
    for module in ("qconf", "qconf.base", "qconf.checks", "qconf.errors"):
        for name in import_module(module).__all__:
            # A name that two modules offer has one page.
            homes = {f"{module}.{name}", f"qconf.{name}", f"qconf.base.{name}"}
            assert known & homes, f"{module}.{name}"
    for name in qconf.__all__:
        cls = getattr(qconf, name)
        if not inspect.isclass(cls):
            continue
        for method in dir(cls):
            if method.startswith("_") or re.fullmatch(r"set_\w+_request", method):
                continue
            value = inspect.getattr_static(cls, method)
            inner = getattr(value, "__func__", getattr(value, "fget", value))
            if inspect.isfunction(inner) and inner.__module__.startswith("qconf") and inner.__doc__:
                assert f"qconf.{name}.{method}" in known, f"{name}.{method}"


def test_every_command_and_option_is_documented(site: Path) -> None:
    """Each can be linked to, and searched for."""
    known = {name for name, kind, _ in inventory(site) if kind == "std:cmdoption"}

    def check(typed: str, command: Any) -> None:
        for name, one in getattr(command, "commands", {}).items():
            check(f"{typed} {name}", one)
        if not hasattr(command, "commands"):
            for option in command.params:
                if option.param_type_name == "option" and not option.hidden:
                    for name in option.opts:
                        assert f"{typed.replace(' ', '-')}.{name}" in known, (typed, name)

    check("qconf", get_command(app))


def opened(browser: Any, address: str, *, width: int = 1400, scheme: str = "light") -> Any:
    """Open a page without a network; keep what it asked for and complained of."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda one: page.said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(address)
    return page


def test_search_works_from_a_disk(site: Path, browser: Any) -> None:
    """A word typed into the search of any page finds others; nothing is asked of another host."""
    page = opened(browser, (site / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.locator("dialog input[type=search]").fill("certificate")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results ul.search li a")
    hits = page.locator("#search-results ul.search li a").all_inner_texts()
    assert any("naive cut-off" in one for one in hits)
    page.locator("#search-results ul.search li a", has_text="naive cut-off").first.click()
    page.wait_for_selector("h1:has-text('naive cut-off')")
    assert all(one.startswith("file://") for one in page.asked)
    assert page.said == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_a_reader(
    site: Path, browser: Any, kind: str, scheme: str
) -> None:
    """No violation of A or AA, by axe; all that is folded is open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe checks pages")
    page = opened(browser, (site / f"{kind}.html").as_uri(), scheme=scheme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = axe.Axe().run(page, options={"runOnly": RULES}).response
    assert len(found["passes"]) > 10
    broken = {
        one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found["violations"]
    }
    assert broken == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_a_telephone(site: Path, browser: Any, kind: str) -> None:
    """What is wide, tables and outputs, is moved inside its own frame; no script complains."""
    page = opened(browser, (site / f"{kind}.html").as_uri(), width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.said == []
