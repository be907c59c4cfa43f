"""Run the command in the process of the test, which is soon done; `commands` gives it its own."""

from __future__ import annotations

import pytest

from qconf.cli.main import main

__all__ = ["run"]


def run(typed: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> tuple[str, str]:
    """Run a command; return what it wrote to the one stream and to the other."""
    with pytest.raises(SystemExit) as ended:
        main(typed)
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.out, written.err
