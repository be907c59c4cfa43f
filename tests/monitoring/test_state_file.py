"""A state is replaced whole, and by one run at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf.errors import OutputError
from qconf.monitoring.state_file import StateFile


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A state that is not there is None; then it is what was written."""
    path = tmp_path / "state.json"
    file = StateFile(path, "model")
    assert file.read() is None
    file.write({"rows": 3})
    assert StateFile(path, "model").read() == {"rows": 3}
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    """The one that writes last is refused: what the other has counted would be gone."""
    path = tmp_path / "state.json"
    first, second = StateFile(path, "model"), StateFile(path, "model")
    first.read(), second.read()
    first.write({"rows": 1})
    with pytest.raises(OutputError, match="Another run"):
        second.write({"rows": 2})
    assert StateFile(path, "model").read() == {"rows": 1}
