"""Results leave whole or not at all; progress is for those who watch."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from qconf.cli import output, progress
from qconf.errors import OutputError


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk is full, the old file is still there and no temporary one is."""
    path = tmp_path / "result.json"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left on device"):
        output.write_bytes(path, b"new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["result.json"]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """A folder that vanished since the check is named."""
    with pytest.raises(OutputError, match="No such file"):
        output.write_bytes(tmp_path / "gone" / "result.json", b"new")


def test_no_progress_if_nobody_watches() -> None:
    """Without a terminal there is no callback, so nothing can be written."""
    with progress.progress_line() as report:
        assert report is None


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second the line appears on standard error, and goes when it is over."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setitem(os.environ, "TERM", "xterm")
    with progress.progress_line() as report:
        assert report is not None
        report(0, 3, "valuation model")
        assert terminal.getvalue() == ""
        monkeypatch.setattr(progress, "_PATIENCE", 0.0)
        report(1, 3, "residual")
    assert "residual" in terminal.getvalue()
    assert "1/3 fits" in terminal.getvalue()
