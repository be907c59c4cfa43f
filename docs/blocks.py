"""Run what the pages say, and hold what they show against what is printed.

    python docs/blocks.py docs/tutorial.md            # run it, and tell differences
    python docs/blocks.py docs/tutorial.md --write    # and put what was printed into the page

A page is typed as a reader would type it, from top to bottom, in one empty folder: blocks of
``bash`` by a shell, blocks of ``python`` by one interpreter. A block of ``text`` right below one is
what it prints. In it, a line that is only ``…`` stands for any lines, and seconds are not compared,
nor are moments. A command that ends with another status than 0 says so behind it:
``# exit status 4``. What cannot be run has a line ``% not run: why`` above it.

Nothing of qconf is needed here, so that a fresh environment can run it with its own interpreter.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["Block", "blocks_of", "differences", "is_same", "places_of", "run_page"]

RUN = ("bash", "python")
OUTPUT = "text"
#: Columns of the terminal on which pages are typed.
WIDTH = "100"
_FENCE = re.compile(
    r"^(?:% not run: (?P<why>[^\n]+)\n+)?(?P<fence>`{3,})(?P<language>\w*)[^\n]*\n"
    r"(?P<code>.*?)^(?P=fence)[ \t]*$\n?",
    flags=re.DOTALL | re.MULTILINE,
)
_STATUS = re.compile(r"#\s*exit status (\d+)\s*$", flags=re.MULTILINE)
_ANYTHING = "…"
#: What differs from run to run, or from machine to machine.
_VARYING = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*", "MOMENT"),
    (r"^(Seconds|Fits): .*(\n[^\n]+)*", "SECONDS"),
    (r"\b[\d.]+ s \([\d,]+ a second\)", "SECONDS"),
    (r"[─=-]{3,}", "RULE"),
)
#: Told while something takes more than half a minute, as on a busy machine.
_PROGRESS = re.compile(r"^qconf: [\d,]+ of [\d,]+ .* done after [^\n]*\n", flags=re.MULTILINE)
#: The last column of tables that have seconds there.
_SECONDS = re.compile(r"\s+[\d.]+$", flags=re.MULTILINE)
#: The same where the heading is too wide for it, and other numbers stand below the seconds.
_NARROW_HEADING = re.compile(r"\bsec-\n.*\bonds$", flags=re.MULTILINE)
_NARROW_SECONDS = re.compile(r"\s+\d+\.\d$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of a page that can be typed.

    Attributes
    ----------
    language : str
    code : str
    line : int
        Of the page, counted from 1.
    why_not : str or None
        Why it is not run.
    shown : str or None
        What the page says that it prints.
    place : slice
        Of the page's text, what is shown; empty behind the block if nothing is.
    """

    language: str
    code: str
    line: int
    why_not: str | None
    shown: str | None
    place: slice


def blocks_of(text: str) -> list[Block]:
    """Find the blocks of a page that are typed, each with the output that is shown below it.

    Raises
    ------
    ValueError
        If an output stands below nothing that could print it.
    """
    found: list[Block] = []
    last: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if fence["language"] in RUN:
            line = text.count("\n", 0, fence.start("fence")) + 1
            place = slice(fence.end(), fence.end())
            found.append(Block(fence["language"], fence["code"], line, fence["why"], None, place))
        elif fence["language"] == OUTPUT:
            if last is None or text[last.end() : fence.start()].strip():
                msg = f"An output stands below no block: {fence['code'][:80]!r}"
                raise ValueError(msg)
            place = slice(fence.start("code"), fence.end("code"))
            above = found.pop()
            found.append(
                Block(above.language, above.code, above.line, above.why_not, fence["code"], place)
            )
        last = fence if fence["language"] in RUN else None
    return found


def places_of(text: str) -> set[str]:
    """Collect what the headings of a page are called in a link, by forges and by Sphinx."""
    prose = _FENCE.sub("", text)
    headings = re.findall(r"^#+ (.*)$", prose, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def is_same(shown: str, printed: str) -> bool:
    """Tell whether what is shown is what was printed, but for what varies and what is left out."""
    parts = [_plain(part) for part in re.split(rf"^{_ANYTHING}$", shown, flags=re.MULTILINE)]
    wanted = r"(?s:.*)".join(re.escape(part) for part in parts)
    return re.fullmatch(wanted, _plain(printed)) is not None


def _plain(text: str) -> str:
    text = _PROGRESS.sub("", text)
    for pattern, name in _VARYING:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    if re.search(r"\bseconds$", text, flags=re.MULTILINE):
        text = _SECONDS.sub(" SECONDS", text)
    if _NARROW_HEADING.search(text):
        text = _NARROW_SECONDS.sub(" SECONDS", text)
    return "\n".join(" ".join(line.split()) for line in text.strip().split("\n")).strip()


class Reader:
    """Somebody who types what a page says, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A module, so that classes of a page can be found again where they are pickled.
        page = sys.modules["page"] = ModuleType("page")
        self.names: dict[str, Any] = vars(page)
        beside = str(Path(sys.executable).parent)
        path = os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])
        self.environment = {**os.environ, "PATH": path, "COLUMNS": WIDTH}

    def types(self, block: Block, page: str) -> str:
        """Return what a block prints.

        Raises
        ------
        RuntimeError
            If it ends otherwise than it says.
        """
        with contextlib.chdir(self.folder):
            if block.language == "python":
                return self._python(block, page)
            return self._shell(block, page)

    def _python(self, block: Block, page: str) -> str:
        # Tracebacks and inspection find the page's own lines.
        code = compile("\n" * block.line + block.code, page, "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, self.names)  # noqa: S102 - our own text
        return printed.getvalue()

    def _shell(self, block: Block, page: str) -> str:
        wanted = _STATUS.search(block.code)
        done = subprocess.run(  # noqa: S603 - our own text
            ["bash", "-euo", "pipefail", "-c", block.code],  # noqa: S607
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment, check=False, encoding="utf-8",
        )  # fmt: skip
        if done.returncode != (int(wanted[1]) if wanted else 0):
            msg = f"{page}:{block.line}: exit status {done.returncode}:\n{block.code}{done.stdout}"
            raise RuntimeError(msg)
        return done.stdout


def run_page(page: Path, folder: Path) -> Iterator[tuple[Block, str]]:
    """Type a page in a folder; yield each block with what it printed."""
    reader = Reader(folder)
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.why_not is None:
            yield block, reader.types(block, str(page))


def differences(page: Path, folder: Path, *, write: bool = False) -> list[str]:
    """Run a page, and tell each output that is not what was printed.

    Parameters
    ----------
    page : Path
    folder : Path
        An empty one.
    write : bool, default=False
        Put what was printed into the page.
    """
    text = page.read_text(encoding="utf-8")
    told, put = [], []
    try:
        for block, printed in run_page(page, folder):
            if block.shown is not None and not is_same(block.shown, printed):
                told.append(f"{page}:{block.line} shows\n{block.shown}\nbut it prints\n{printed}")
                put.append((block.place, _fenced(printed)))
    except RuntimeError as error:
        told.append(str(error))
        write &= bool(put)
    for place, printed in reversed(put):
        text = text[: place.start] + printed + text[place.stop :]
    if write:
        page.write_text(text, encoding="utf-8")
    return told


def _fenced(printed: str) -> str:
    lines = _PROGRESS.sub("", printed).strip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def main() -> int:
    """Run pages that are named; the exit status is 1 if one shows something else."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="put what was printed into the pages")
    options = parser.parse_args()
    different = 0
    for page in options.pages:
        with tempfile.TemporaryDirectory() as folder:
            told = differences(page.resolve(), Path(folder), write=options.write)
        different += len(told)
        sys.stdout.write("\n".join([*told, ""]) if told else "")
        sys.stdout.flush()
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
