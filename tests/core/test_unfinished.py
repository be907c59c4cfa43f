"""What a process was writing is removed when it ends at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf.core import unfinished


def test_what_is_there_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there any more is no matter, and other files stay."""
    for name in ("begun", "other"):
        (tmp_path / name).touch()
    paths = {str(tmp_path / name) for name in ("begun", "gone")}
    monkeypatch.setattr(unfinished, "UNFINISHED", paths)
    unfinished.discard_unfinished()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
