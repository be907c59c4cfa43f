"""Check that a regular file can be written under a name, before the work that fills it is done."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from qconf.core.whole_files import beside
from qconf.errors import OutputError

__all__ = ["cannot_write", "check_name_length", "check_target", "check_writable"]

_LONGEST_NAME = 255


def cannot_write(output: str | os.PathLike[str], reason: str) -> str:
    """Say in one line why something cannot be written.

    Examples
    --------
    >>> cannot_write("a.csv", "it is a folder; name a file in it")
    "Cannot write to 'a.csv': it is a folder; name a file in it."
    """
    return f"Cannot write to {str(output)!r}: {reason}."


def check_target(output: str | os.PathLike[str]) -> Path:
    """Check that a regular file can be written under a name.

    Parameters
    ----------
    output : str or path
        A file that is there, or none yet; a link stands for what it points to.

    Returns
    -------
    Path
        The file, links followed.

    Raises
    ------
    OutputError
        If it could not be written.
    OSError
        If the system does not even say.
    """
    name, path = os.fspath(output), Path(output)
    if not name:
        raise OutputError(cannot_write(name, "the name is empty; name a file"))
    check_name_length(name, path.name)
    if path.is_dir():
        raise OutputError(cannot_write(name, "it is a folder; name a file in it"))
    target = Path(os.path.realpath(path))
    if path.exists():
        _check_old(name, path)
    else:
        _check_new(name, target)
    check_writable(name, target.parent)
    return target


def check_name_length(output: str, name: str) -> None:
    """Check that the last part of a name is as short as file systems have them.

    Raises
    ------
    OutputError
    """
    length = len(os.fsencode(name))
    if length > _LONGEST_NAME:
        reason = f"a name may have {_LONGEST_NAME} bytes, this one has {length}"
        raise OutputError(cannot_write(output, reason))


def check_writable(output: str, folder: Path) -> None:
    """Check that a new file may be made in a folder.

    Raises
    ------
    OutputError
    """
    if not folder.is_dir():
        raise OutputError(cannot_write(output, f"there is no folder {str(folder)!r}"))
    trial = beside(folder)
    try:
        # Only trying tells: rights, a file system for reading only, no room for one more file.
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        trial.unlink()
    except OSError as error:
        reason = f"the folder {str(folder)!r} is not writable ({error.strerror})"
        raise OutputError(cannot_write(output, reason)) from error


def _check_old(output: str, path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kinds = {stat.S_IFBLK: "a disk", stat.S_IFSOCK: "a socket"}
        kind = kinds.get(stat.S_IFMT(mode), "no regular file")
        raise OutputError(cannot_write(output, f"it is {kind}; name a file"))
    if not os.access(path, os.W_OK):
        raise OutputError(cannot_write(output, "the file is not writable"))


def _check_new(output: str, target: Path) -> None:
    if not target.parent.is_dir():
        folder = str(target.parent if Path(output).is_symlink() else Path(output).parent)
        raise OutputError(cannot_write(output, f"there is no folder {folder!r}"))
    check_name_length(output, target.name)
    if output.endswith(("/", os.sep)):
        raise OutputError(cannot_write(output, "there is no such folder; name a file"))
