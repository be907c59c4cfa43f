"""Help can be read aloud, and typed as it stands."""

from __future__ import annotations

import re
from inspect import cleandoc

import pytest
import typer

from qconf.cli.app import app, run
from qconf.cli.jobs import JOBS, commands_of
from qconf.estimators.registry import BUILT_IN

NAMES = [name for job in JOBS.values() for name in job]
COMMANDS = [
    [name, *below] for name in NAMES for below in ([[one] for one in commands_of(name)] or [[]])
]


def help_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run([*words, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", ["50", "80", "200"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_examples_are_typed_as_they_stand(
    words: list[str],
    columns: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line, or lines that a shell reads as one: no example breaks where it ends."""
    monkeypatch.setenv("COLUMNS", columns)
    command = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]  # type: ignore[attr-defined]
    paragraphs = cleandoc(command.help or "").split("\n\n")
    examples = [" ".join(one.split()) for one in paragraphs if one.startswith("qconf ")]
    assert examples
    shown = help_of(words, capsys).replace(" \\\n", " ")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert [line for line in lines if line in examples] == examples


@pytest.mark.parametrize("columns", ["50", "80"])
@pytest.mark.parametrize("words", [[], *COMMANDS], ids=lambda words: " ".join(words) or "qconf")
def test_names_and_numbers_are_whole(
    words: list[str],
    columns: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No word is broken at a hyphen, no number loses its unit; nothing says ``list[str]``."""
    monkeypatch.setenv("COLUMNS", columns)
    text = help_of(words, capsys)
    assert not re.search(r"\w-$", text, flags=re.MULTILINE)
    assert not re.search(r"\d$\s+%", text, flags=re.MULTILINE)
    assert "<" not in text
    assert text.isascii()


def test_estimators_can_be_copied_from_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each name is in one line, at every width at which help is read."""
    for columns in range(60, 101, 4):
        monkeypatch.setenv("COLUMNS", str(columns))
        text = help_of(["compare"], capsys)
        assert all(name in text for name in BUILT_IN), columns
