"""Devices that a test may lose: broken code, run by root, would replace the machine's own."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["make_device"]

_NUMBERS = {"null": (1, 3), "full": (1, 7)}


def make_device(path: Path, kind: str) -> bool:
    """Put a device like /dev/null or /dev/full at a path, and say whether that could be done.

    Root makes a node of its own. Others may not, and get a link, through which they can harm
    nothing: the folder of devices is root's.
    """
    if os.geteuid() != 0:
        path.symlink_to(f"/dev/{kind}")
        return True
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(*_NUMBERS[kind]))
        with path.open("rb"):
            return True
    except OSError:  # some containers allow no nodes, or none that can be opened
        path.unlink(missing_ok=True)
        return False
