"""Progress is a line for those who watch, and a sign of life now and then for a log."""

from __future__ import annotations

import io
import os
import re
import sys
import time

import pytest

from qconf.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def wait_for(text: str, stream: io.StringIO) -> None:
    """Wait for the thread that looks."""
    end = time.monotonic() + 5
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    assert text in stream.getvalue()


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal where standard error is; after a fixture, pytest would put its own."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is gone at once would only flicker."""
    terminal = a_terminal(monkeypatch)
    with progress.progress_line() as report:
        report(0, 3, "valuation model")
    assert terminal.getvalue() == ""


def test_a_terminal_sees_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """How far it is, for how long and what is next; the line goes when it is over."""
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_PATIENCE", 0.01)
    with progress.progress_line() as report:
        report(0, 3, "valuation model")
        wait_for("0/3 fits 0:00 valuation model", terminal)
        report(1, 3, "residual")
        wait_for("[######--------------] 1/3 fits 0:00 residual", terminal)
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert "\n" not in terminal.getvalue()


@pytest.mark.parametrize(
    "label", ["[/nope]", "[link=x]", "\x1b[31m", "two\nlines", "東" * 99],
    ids=["markup", "link", "colour", "lines", "wide"],
)  # fmt: skip
@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_label_is_text_and_fits(label: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No markup, no command, no second line: names are other people's."""
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_PATIENCE", 0.01)
    monkeypatch.setattr(progress, "_terminal_width", lambda: width)
    with progress.progress_line() as report:
        report(1, 3, label)
        wait_for("[######", terminal)
    drawn = [line for line in terminal.getvalue().split("\r\x1b[K") if line]
    for line in drawn:
        assert line.isprintable()
        assert len(line) + line.count("東") < width
    if width == 80 and label.startswith("["):
        assert any(label in line for line in drawn)


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_a_log_sees_a_line_now_and_then(
    kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole lines without commands; so does a terminal that cannot rub out."""
    log = kind()
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setitem(os.environ, "TERM", "dumb")
    monkeypatch.setattr(progress, "_LOG_PATIENCE", 0.05)
    with progress.progress_line() as report:
        report(2, 16, "column:\x1b[2J")
        wait_for("\n", log)
    line = log.getvalue().splitlines()[0]
    assert re.fullmatch(r"qconf: 2 of 16 fits done after 0:0\d; now: column:\\x1b\[2J", line), line
    assert log.getvalue().isascii()
    assert "\r" not in log.getvalue()


def test_a_log_is_patient() -> None:
    """It shows life twice a minute, and short runs leave no line."""
    assert 10 <= progress._LOG_PATIENCE <= 30
