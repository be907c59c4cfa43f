"""What becomes of errors: one line, and the right exit status."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pytest

from qconf.cli import main as program
from qconf.errors import TableError


def status_of(raised: BaseException, typed: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    def fail(*_: Any) -> int:
        raise raised

    monkeypatch.setattr(program, "_run", fail)
    with pytest.raises(SystemExit) as ended:
        program.main(typed)
    return ended.value.code


def test_nothing_typed_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    """``qconf`` alone says what there is."""
    with pytest.raises(SystemExit, match="0"):
        program.main([])
    assert "compare" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (TableError("The table\nis \x1b[31mred."), 2, "qconf: The table is \\x1b[31mred.\n"),
        (RuntimeError("boom\nboom"), 1, "unexpected RuntimeError: boom boom"),
        (KeyboardInterrupt(), 130, "qconf: interrupted\n"),
        (MemoryError(), 1, "unexpected MemoryError"),
        (OSError(28, "No space left on device"), 2, "refused: No space left on device."),
        (PermissionError(13, "Permission denied", "a\x1b"), 2, "Permission denied ('a\\x1b')."),
        (FileNotFoundError(2, "No such file", "ours"), 1, "unexpected FileNotFoundError"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("debug", [False, True])
def test_what_we_did_not_foresee_is_one_line_too(
    debug: bool,
    raised: BaseException,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bug of ours asks for a report; ``--debug`` shows where it was, and changes no status."""
    typed = ["compare", *(["--debug"] if debug else [])]
    assert status_of(raised, typed, monkeypatch) == status
    err = capsys.readouterr().err
    assert "\x1b" not in err
    if debug and isinstance(raised, Exception):
        assert err.startswith("Traceback")
        assert type(raised).__name__ in err
    else:
        assert err.count("\n") == 1
        assert words in err


def test_a_reader_who_has_gone_needs_no_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is that of a broken pipe."""
    assert status_of(BrokenPipeError(), ["compare"], monkeypatch) == 141
    assert capsys.readouterr().err == ""


def test_warnings_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the file and the line of code, which mean nothing to those who only use it."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = program._show_warning
        warnings.warn("careful\n\x1b[2J", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "qconf: warning: careful \\x1b[2J\n"


def test_the_process_s_own_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any given, those of the process are taken, and the process is made ready."""
    ready: list[bool] = []
    monkeypatch.setattr(sys, "argv", ["qconf", "--version"])
    monkeypatch.setattr(program, "_make_ready", lambda: ready.append(True))
    with pytest.raises(SystemExit, match="0"):
        program.main()
    assert capsys.readouterr().out.startswith("qconf ")
    assert ready == [True]
