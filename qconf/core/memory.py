"""Say how much memory there is, in bytes, and read how much of it somebody allows."""

from __future__ import annotations

import re
from pathlib import Path

from qconf.errors import OptionError

__all__ = ["in_gigabytes", "machine_memory", "read_size"]

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_MEMINFO = Path("/proc/meminfo")
#: What a container may use: of control groups of the second version, and of the first.
_CONTAINERS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def read_size(typed: str | float) -> int:
    """Read a number of bytes.

    Parameters
    ----------
    typed : str or float
        Such as ``"4GB"`` or ``"512 MiB"``; a bare number is bytes.

    Raises
    ------
    OptionError
        If it is none, or zero.

    Examples
    --------
    >>> read_size("1.5GB"), read_size("2 KiB")
    (1500000000, 2048)
    """
    found = _SIZE.fullmatch(str(typed))
    factor = None if found is None else _UNITS.get(found[2].upper())
    size = 0 if found is None or factor is None else int(float(found[1]) * factor)
    if size <= 0:
        msg = f"Memory must be a size above zero, such as 4GB or 800MB; got {typed!r}."
        raise OptionError(msg)
    return size


def in_gigabytes(size: int) -> str:
    """Write a size as people say it.

    Examples
    --------
    >>> in_gigabytes(6_000_000_000), in_gigabytes(12_345_678)
    ('6 GB', '0.012 GB')
    """
    return f"{size / 1e9:.2g} GB"


def machine_memory() -> int | None:
    """Return how many bytes the machine has, or its container may use.

    What is free just now is not asked: what is drawn from a table would be another thing each time.

    Returns
    -------
    int or None
        None where the system does not tell.
    """
    known = [one for one in (_of_machine(), *map(_of_container, _CONTAINERS)) if one is not None]
    return min(known, default=None)


def _of_machine() -> int | None:
    try:
        told = _MEMINFO.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    found = re.search(r"^MemTotal:\s*(\d+) kB", told, re.MULTILINE)
    return None if found is None else int(found[1]) * 1024


def _of_container(limit: Path) -> int | None:
    try:
        return int(limit.read_text())
    except (OSError, ValueError):  # none, or one without a limit: "max"
        return None
