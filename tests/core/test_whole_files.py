"""A file is there whole, or as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf.core.whole_files import whole_file


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """Neither the old file nor the folder has changed."""
    target = tmp_path / "one"
    target.write_bytes(b"old")

    def fail() -> None:
        with whole_file(target) as file:
            file.write(b"half of the ne")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_new_file_has_the_old_ones_mode(tmp_path: Path) -> None:
    """Who may read it does not change with what is in it."""
    target = tmp_path / "one"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with whole_file(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
