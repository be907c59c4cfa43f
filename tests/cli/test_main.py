"""The program: help, version, and what becomes of errors."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import qconf
from qconf.cli import compare as compare_module
from qconf.cli import main as program
from qconf.contest import compare

README = Path(__file__).parents[2] / "README.md"


def run(arguments: list[str]) -> tuple[int, str]:
    result = CliRunner().invoke(program.app, arguments)
    return result.exit_code, result.output


def test_version() -> None:
    """``--version`` names the version of the package."""
    assert run(["--version"]) == (0, f"qconf {qconf.__version__}\n")


def test_nothing_typed_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    """``qconf`` alone says what there is."""
    with pytest.raises(SystemExit, match="0"):
        program.main([])
    assert "compare" in capsys.readouterr().out


def test_every_option_has_help_and_every_command_is_in_the_readme() -> None:
    """No option goes unexplained."""
    status, text = run(["compare", "--help"])
    assert status == 0
    assert "For example:\n\n  qconf compare --example king-county\n" in text
    options = re.findall(r"^  (--[a-z-]+)(.*)$", text, flags=re.MULTILINE)
    assert len(options) == len(inspect.signature(compare_module.compare_command).parameters)
    for name, rest in options:
        assert len(rest.split()) >= 3, f"{name} has no help"
    assert "qconf compare" in README.read_text(encoding="utf-8")


def test_defaults_are_those_of_the_library() -> None:
    """The command and `compare` start from the same numbers."""
    command = inspect.signature(compare_module.compare_command).parameters
    library = inspect.signature(compare).parameters
    for name in ("fraction", "folds"):
        assert command[name].default == library[name].default
    assert command["seed"].default == library["random_state"].default
    assert tuple(command["estimators"].default.split(",")) == library["estimators"].default


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (RuntimeError("boom\nboom"), 1, "unexpected RuntimeError: boom boom"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 1, "unexpected MemoryError"),
    ],
)
def test_what_we_did_not_foresee_is_one_line_too(
    raised: BaseException,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bug of ours asks for a report, and says how to see more."""

    def fail(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(program, "app", fail)
    with pytest.raises(SystemExit) as ended:
        program.main(["compare"])
    assert ended.value.code == status
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert words in line
    if isinstance(raised, Exception):
        with pytest.raises(type(raised)):
            program.main(["compare", "--debug"])
