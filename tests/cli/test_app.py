"""Help and version, and what a library may not do."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import qconf
from qconf.cli.app import run
from qconf.cli.compare import compare_command
from qconf.comparison.contest import compare
from qconf.errors import QconfError
from qconf.estimators.registry import BUILT_IN

README = Path(__file__).parents[2] / "README.md"


def written(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(words) == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` names the version of the package."""
    assert written(["--version"], capsys) == f"qconf {qconf.__version__}\n"


@pytest.mark.parametrize("command", [[], ["compare"], ["simulate"]])
def test_help_has_two_names(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """``-h`` is ``--help``."""
    assert written([*command, "-h"], capsys) == written([*command, "--help"], capsys)


@pytest.mark.parametrize("columns", ["20", "60", "80", "200"])
def test_no_sentence_is_cut(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summaries are whole, at every width; help is plain ASCII, which every terminal has."""
    monkeypatch.setenv("COLUMNS", columns)
    text = written(["--help"], capsys)
    whole = " ".join(text.split())
    assert "among the rows they call safest." in whole
    assert "and its limit." in whole
    for words in ([], ["compare"], ["simulate"]):
        assert written([*words, "-h"], capsys).isascii()


def test_every_option_has_help_and_every_command_is_in_the_readme(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No option goes unexplained."""
    text = written(["compare", "--help"], capsys)
    assert "For example:\n\n  qconf compare --example king-county\n" in text
    options = re.findall(r"^  (--[a-z-]+)(.*)$", text, flags=re.MULTILINE)
    # All parameters but the table, which is an argument.
    assert len(options) == len(inspect.signature(compare_command).parameters) - 1
    for name, rest in options:
        assert len(rest.split()) >= 3, f"{name} has no help"
    assert "qconf compare" in README.read_text(encoding="utf-8")


def test_help_names_all_estimators(capsys: pytest.CaptureFixture[str]) -> None:
    """Each that is built in, and what an FSD is."""
    text = written(["compare", "--help"], capsys)
    named = re.findall(r"[a-z-]+", text[text.index("Which to compare") :].partition("[default")[0])
    assert [name for name in dict.fromkeys(named) if name in BUILT_IN] == list(BUILT_IN)
    assert "an FSD, a forecast standard deviation" in " ".join(text.split())


def test_defaults_are_those_of_the_library() -> None:
    """The command and `compare` start from the same numbers."""
    command = inspect.signature(compare_command).parameters
    library = inspect.signature(compare).parameters
    for name in ("fraction", "folds"):
        assert command[name].default == library[name].default
    assert command["seed"].default == library["random_state"].default
    assert tuple(command["estimators"].default.split(",")) == library["estimators"].default


def test_nobody_else_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that exits with 0 has not done what was asked for."""

    def leave(*_: Any, **__: Any) -> None:
        raise SystemExit(0)

    monkeypatch.setattr("qconf.tables.large_tables.read_within", leave)
    with pytest.raises(QconfError, match="ended the program before the result was written"):
        run(["compare", "sales.csv", "--target", "price"])


@pytest.mark.slow
def test_shells_can_complete() -> None:
    """Typer asks the program what could come next."""
    done = subprocess.run(
        [sys.executable, "-m", "qconf"],
        env={
            **os.environ,
            "_QCONF_COMPLETE": "complete_bash",
            "COMP_WORDS": "qconf compare --tar",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["--target"]
