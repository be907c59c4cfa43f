"""Write a file that takes minutes: whole or not at all, and nothing left of it after a kill.

A process that is killed leaves its unfinished file behind. Such files are named after their target
and locked by whoever writes them, so the next one that writes the same target takes them away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from qconf.core.unfinished import UNFINISHED
from qconf.core.whole_files import beside, whole_file

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

__all__ = ["long_file"]


@contextmanager
def long_file(target: Path) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of an old one once the block has come to its end.

    Parameters
    ----------
    target : Path
        A regular file, or none yet; links are not followed.

    Yields
    ------
    file
        Open for writing bytes.

    Raises
    ------
    OSError
        If it cannot be written; nothing has changed then.
    """
    mark = f"{sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
    _remove_abandoned(target.parent, mark)
    written = beside(target.parent, mark)
    UNFINISHED.add(str(written))
    try:
        with whole_file(target, written) as file:
            _lock(file.fileno())
            yield file
    finally:
        UNFINISHED.discard(str(written))


def _remove_abandoned(folder: Path, mark: str) -> None:
    """Remove files of the same target that nobody writes any more."""
    for left in folder.glob(f".qconf-{mark}*.tmp"):
        with suppress(OSError), left.open("rb") as file:
            _lock(file.fileno())
            left.unlink()


def _lock(descriptor: int) -> None:
    """Take a lock that ends with the process.

    Raises
    ------
    OSError
        If another has it.
    """
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
