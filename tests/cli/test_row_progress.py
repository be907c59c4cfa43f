"""Rows a second and the time left, for those who watch."""

from __future__ import annotations

import io
import sys

import pytest

from qconf.cli import row_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, share: float | None) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    clock = iter([0.0, 0.5, 10.0])
    monkeypatch.setattr("qconf.cli.row_progress.time.monotonic", lambda: next(clock))
    with row_progress.row_progress() as report:
        report(1000, 0.1)
        report(19_000, share)
    return stream.getvalue()


def test_a_terminal_sees_the_pace_and_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter is done after ten seconds: half a minute is left. The line goes at the end."""
    text = shown(Terminal(), monkeypatch, 0.25)
    assert text == "\r\x1b[K20,000 rows 0:10 2,000 rows/s 25 %, 0:30 left\r\x1b[K"


def test_a_stream_has_no_end_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then only the pace is shown."""
    assert shown(Terminal(), monkeypatch, None) == "\r\x1b[K20,000 rows 0:10 2,000 rows/s\r\x1b[K"


def test_a_log_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the last line alone, from whoever sums up."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with row_progress.row_progress() as report:
        report(1000, 0.1)
    assert stream.getvalue() == ""
