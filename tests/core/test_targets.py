"""What cannot be written is told before the work, in one line."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from qconf.core.targets import check_target
from qconf.errors import OutputError


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "the name is empty"),
        ("here", "it is a folder; name a file in it"),
        ("none/x.qconf", "there is no folder 'none'"),
        ("astray.qconf", "there is no folder"),
        ("none/", "there is no such folder; name a file"),
        ("x" * 256, "a name may have 255 bytes, this one has 256"),
        ("pipe", "it is no regular file; name a file"),
        ("socket", "it is a socket; name a file"),
    ],
)
def test_what_cannot_be_written(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of the trial."""
    monkeypatch.chdir(tmp_path)
    Path("here").mkdir()
    Path("astray.qconf").symlink_to("gone/x.qconf")
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(OutputError) as refused:
            check_target(name)
    assert reason in str(refused.value)
    assert sorted(tmp_path.iterdir()) == before


def test_links_are_followed(tmp_path: Path) -> None:
    """To the file that will be replaced, which need not be there."""
    (tmp_path / "link").symlink_to("real.qconf")
    assert check_target(tmp_path / "link") == (tmp_path / "real.qconf").resolve()
    (tmp_path / "real.qconf").write_bytes(b"old")
    assert check_target(str(tmp_path / "link")).read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real.qconf"]
