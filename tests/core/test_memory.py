"""How much memory there is, and may be taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf.core import memory
from qconf.core.memory import machine_memory, read_size
from qconf.errors import OptionError


@pytest.mark.parametrize(
    ("typed", "size"),
    [("4GB", 4 * 10**9), ("1.5 gb", 15 * 10**8), ("800MiB", 800 * 2**20), (4096, 4096)],
)
def test_sizes_are_read_as_people_write_them(typed: str | int, size: int) -> None:
    """With a unit of thousands or of 1,024s, or as bytes."""
    assert read_size(typed) == size


@pytest.mark.parametrize("typed", ["", "much", "4 PB", "-1GB", "0GB", "GB", "nan"])
def test_what_is_no_size_is_refused(typed: str) -> None:
    """The message shows what one looks like."""
    with pytest.raises(OptionError, match="such as 4GB or 800MB"):
        read_size(typed)


def test_the_smaller_of_machine_and_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may have less than the machine; one without a limit says so."""
    machine, most = tmp_path / "meminfo", tmp_path / "max"
    monkeypatch.setattr(memory, "_MEMINFO", machine)
    monkeypatch.setattr(memory, "_CONTAINERS", [most, tmp_path / "nowhere"])
    assert machine_memory() is None
    machine.write_text("MemTotal:    8000 kB\nMemAvailable:    10 kB\n")
    most.write_text("max\n")
    assert machine_memory() == 8000 * 1024
    most.write_text("5000\n")
    assert machine_memory() == 5000
