"""A file that takes long to write is there whole or not at all, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qconf.core.long_files import long_file
from qconf.core.unfinished import discard_unfinished


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_takes_the_old_ones_place_at_the_end(tmp_path: Path) -> None:
    """Until then, readers see what was there before."""
    target = tmp_path / "scores"
    target.write_bytes(b"old")
    with long_file(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == {"scores"}


def test_an_error_changes_nothing(tmp_path: Path) -> None:
    """What was begun is removed."""
    with pytest.raises(ZeroDivisionError), long_file(tmp_path / "scores") as file:
        file.write(bytes([1 // 0]))
    assert names(tmp_path) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
from qconf.core.long_files import long_file
with long_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_writer_takes_away_what_a_kill_left(tmp_path: Path) -> None:
    """But not what another process is writing, nor the rest of another file."""
    target = tmp_path / "scores"
    for name in ("scores", "others"):
        done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / name)], check=False)
        assert done.returncode == -signal.SIGKILL
    left = names(tmp_path)
    assert len(left) == 2
    with long_file(target) as first:
        now = names(tmp_path)
        assert len(now & left) == 1
        with long_file(target) as second:
            assert names(tmp_path) > now
            second.write(b"second")
        first.write(b"first")
    assert target.read_bytes() == b"first"
    assert names(tmp_path) == {"scores", *(now & left)}


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """The process may end at once, without a word to whoever is writing."""
    with pytest.raises(FileNotFoundError), long_file(tmp_path / "scores"):
        discard_unfinished()
    assert names(tmp_path) == set()
