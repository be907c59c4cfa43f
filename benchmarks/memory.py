"""The peak of memory of a process, as Linux tells it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_of_memory"]


def peak_of_memory() -> int:
    """Return the most memory that this process has had until now, in KiB."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
