"""Nothing that data say reaches a terminal as a command, and nothing is lost by telling."""

from __future__ import annotations

import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.cli import terminal
from qconf.cli.terminal import clear_line, cut, draw_line, one_line, tell
from qconf.core.printable import shown


@given(st.text())
def test_a_line_prints(text: str) -> None:
    """Whatever it was."""
    assert one_line(text).isprintable()


@given(st.text(), st.integers(0, 30))
def test_a_cut_line_fits(text: str, width: int) -> None:
    """Wide letters count twice; what fits is not cut."""
    left = cut(shown(text), width)
    taken = sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF")
        for one in left
    )
    assert taken <= width
    assert shown(text).startswith(left)
    if shown(text).isascii():
        assert left == shown(text)[:width]


def test_a_message_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Line ends become spaces, so that no data can write a line that looks like ours."""
    tell("found 'a\nqconf: all is well'\r\n  and \x1b[2J")
    assert capsys.readouterr().err == "qconf: found 'a qconf: all is well' and \\x1b[2J\n"


def test_a_message_takes_a_drawn_line_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Only one that is there."""
    draw_line("half done")
    tell("warning")
    tell("another")
    clear_line()
    expected = "\r\x1b[Khalf done\r\x1b[Kqconf: warning\nqconf: another\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("error", [OSError(28, "full"), BrokenPipeError(), ValueError("closed")])
def test_telling_never_fails(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error may be full, closed, or read by nobody: the result is what matters."""

    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise error

    monkeypatch.setattr(sys, "stderr", Broken())
    tell("warning")
    monkeypatch.setattr(sys, "stderr", None)
    tell("warning")
    terminal.abandon(None)
