"""Files that this process is writing, for whoever ends it at once. Imports nothing heavy."""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["UNFINISHED", "discard_unfinished"]

#: Their paths.
UNFINISHED: set[str] = set()


def discard_unfinished() -> None:
    """Remove what this process was writing."""
    for path in tuple(UNFINISHED):
        with suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - pathlib is not loaded yet when a process begins
