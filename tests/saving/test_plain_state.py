"""A tree of values and arrays comes out of a file as it went in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qconf.errors import OutputError
from qconf.saving.plain_state import read_plain_state, write_plain_state


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    """Values, lists and arrays of any shape; equal states are equal bytes."""
    state = {
        "a": 1, "b": [None, True, "text", {"c": 0.5}],
        "d": np.arange(6, dtype=np.int64).reshape(2, 3), "e": [np.array([2**64 - 1], dtype="u8")],
    }  # fmt: skip
    for name in ("one", "two"):
        write_plain_state(tmp_path / name, "kept", state)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    read = read_plain_state(tmp_path / "one", "kept")
    assert (read["a"], read["b"]) == (state["a"], state["b"])
    assert np.array_equal(read["d"], [[0, 1, 2], [3, 4, 5]])
    assert read["e"][0].tolist() == [2**64 - 1]


def test_a_file_of_another_kind_is_none(tmp_path: Path) -> None:
    """Its text has another name; and nothing is written where there is no folder."""
    write_plain_state(tmp_path / "kept", "kept", {})
    with pytest.raises(ValueError, match=r"no part may be called 'kept.json'"):
        read_plain_state(tmp_path / "kept", "other")
    with pytest.raises(OutputError):
        write_plain_state(tmp_path / "nowhere" / "kept", "kept", {})
