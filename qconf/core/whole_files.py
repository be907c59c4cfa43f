"""Write a file whole, or leave what was there before."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = ["beside", "whole_file"]


@contextmanager
def whole_file(target: Path, written: Path | None = None) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of an old one once the block has come to its end.

    Readers see the old content or the new one, also if the process is killed or the disk is full.
    The new file has the old one's mode and owner.

    Parameters
    ----------
    target : Path
        A regular file, or none yet; links are not followed.
    written : Path, default=None
        What the new file is called until it is whole, in the same folder; None is a name of ours.

    Yields
    ------
    file
        Open for writing bytes.

    Raises
    ------
    OSError
        If it cannot be written; nothing has changed then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "answer")
    ...     with whole_file(target) as file:
    ...         _ = file.write(b"42")
    ...     target.read_bytes()
    b'42'
    """
    written = beside(target.parent) if written is None else written
    try:
        # The mode is cut by the umask, as that of any new file.
        handle = os.open(written, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(handle)  # some file systems only now find out that they are full
        with suppress(FileNotFoundError):
            _take_after(written, target.stat())
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def beside(folder: Path, mark: str = "") -> Path:
    """Name a file that is not there yet."""
    # Not named after another file, whose name may be as long as names can be.
    return folder / f".qconf-{mark}{uuid.uuid4().hex[:16]}.tmp"


def _take_after(written: Path, old: os.stat_result) -> None:
    new = written.stat()
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(OSError, AttributeError):  # only root may give files away
            os.chown(written, old.st_uid, old.st_gid)
    written.chmod(stat.S_IMODE(old.st_mode))
