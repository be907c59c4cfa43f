"""Check where a file is to be written, and write it whole or not at all.

A regular file is replaced at once, by a file beside it: readers see the old one or the new one.
Links stay links, and point to the new content. Everything else (a pipe, a terminal, /dev/null,
/dev/stdout, the other end of ``>(...)``) is written through, and never replaced.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from glob import glob, has_magic
from pathlib import Path

from qconf.cli.interrupts import uninterrupted
from qconf.core.targets import cannot_write, check_name_length, check_target, check_writable
from qconf.core.whole_files import whole_file
from qconf.errors import OutputError

__all__ = [
    "check_destination",
    "check_folder",
    "check_not_an_input",
    "own_descriptor",
    "write_bytes",
]

#: What a folder is read for: Parquet files, or text if it has none.
_PARQUET = (".parquet", ".pq", ".parq")
_TEXT = (".csv", ".tsv", ".csv.gz", ".tsv.gz")


def check_destination(
    output: str,
    inputs: Iterable[str] = (),
    *,
    model: str | None = None,
    store: str | None = None,
) -> None:
    """Complain about an output file before any work is done.

    Parameters
    ----------
    output : str
    inputs : iterable of str
        What the command reads: files, folders, patterns, or ``-``.
    model, store : str, default=None
        A model's file, or a store of reviews, that it reads.

    Raises
    ------
    OutputError
        If it could not be written, or is (a part of) the input, by whatever name.
    """
    try:
        _check_file(output)
        check_not_an_input(output, inputs, model=model, store=store)
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(cannot_write(output, _reason(error))) from error


def check_folder(folder: str) -> None:
    """Complain now if files could not be written into a folder, which need not be there yet.

    Raises
    ------
    OutputError
    """
    path = Path(folder)
    try:
        check_name_length(folder, path.name)
        if path.exists() and not path.is_dir():
            raise OutputError(cannot_write(folder, "it is a file; name a folder"))
        check_writable(folder, path if path.exists() else path.parent)
    except OSError as error:  # an OutputError is none
        raise OutputError(cannot_write(folder, _reason(error))) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, or as it was before.

    Raises
    ------
    OutputError
        If it cannot be written; nothing is left half-written then.
    """
    try:
        descriptor = own_descriptor(path)
        if descriptor is not None:
            _write_through(os.dup(descriptor), content)
        elif _is_special(path):
            _write_through(os.open(path, os.O_WRONLY), content)
        else:
            with uninterrupted(), whole_file(Path(os.path.realpath(path))) as file:
                file.write(content)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(cannot_write(str(path), _reason(error))) from error


def check_not_an_input(
    output: str | int,
    inputs: Iterable[str],
    *,
    model: str | None = None,
    store: str | None = None,
) -> None:
    """Complain if an output file, or an open descriptor, is what the command reads.

    Raises
    ------
    OutputError
    """
    name = repr(output) if isinstance(output, str) else "standard output"
    if isinstance(output, str):
        own = own_descriptor(Path(output))
        output = output if own is None else own
    with suppress(FileNotFoundError):
        target = os.stat(output)  # noqa: PTH116 - a descriptor has no path
        single = {"model": model, "store of reviews": store}
        what = _what_it_is(target, inputs, single) if stat.S_ISREG(target.st_mode) else None
        if what is not None:
            msg = f"Cannot write to {name}: it is the {what} itself; name another file."
            raise OutputError(msg)
    if isinstance(output, str) and any(_would_join(Path(output), given) for given in inputs):
        reason = "it would be read as a part of the table; name a file elsewhere"
        raise OutputError(cannot_write(output, reason))


def _check_file(output: str) -> None:
    path = Path(output)
    check_name_length(output, path.name)
    descriptor = own_descriptor(path)
    if descriptor is not None:
        os.write(descriptor, b"")  # fails if it is not open, or only for reading
    elif path.is_fifo() or path.is_char_device():
        if not os.access(path, os.W_OK):
            raise OutputError(cannot_write(output, "the file is not writable"))
    else:
        check_target(output)


def _write_through(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) or 0 :]


def _is_special(path: Path) -> bool:
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def own_descriptor(path: Path) -> int | None:
    """Return the open descriptor that a name such as /dev/stdout or /dev/fd/63 stands for.

    Opened anew, a file that standard output was redirected to would be written from its
    beginning; replaced, it would be another file than the one that is open.
    """
    folders = {f"/proc/{os.getpid()}/fd", "/dev/fd"}
    for _ in range(40):  # as many links as Linux follows
        if os.path.realpath(path.parent) in folders and path.name.isdecimal():
            return int(path.name)
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _files(given: str) -> Iterator[str | int]:
    """List the files that an input stands for; descriptor 0 is standard input."""
    if given == "-":
        yield 0
    elif Path(given).is_dir():
        yield from _parts(given)
    elif Path(given).exists() or not has_magic(given):
        yield given
    else:
        yield from glob(given)  # noqa: PTH207 - the pattern is the user's, absolute or not


def _what_it_is(
    target: os.stat_result, inputs: Iterable[str], single: Mapping[str, str | None]
) -> str | None:
    """Name the kind of input that a file is, if it is one."""
    for kind, file in single.items():
        if file is not None and _is_same(target, file):
            return kind
    same = any(_is_same(target, one) for given in inputs for one in _files(given))
    return "table" if same else None


def _is_same(target: os.stat_result, given: str | int) -> bool:
    try:
        return os.path.samestat(target, os.stat(given))  # noqa: PTH116 - the same
    except OSError:
        return False


def _would_join(output: Path, given: str) -> bool:
    target = os.path.realpath(output)
    if Path(given).is_dir():
        # A folder of text would be one of Parquet from then on.
        endings = (*_PARQUET, *(_TEXT if all(map(_is_text, _parts(given))) else ()))
        inside = Path(os.path.realpath(given)) in Path(target).parents
        return inside and target.lower().endswith(endings)
    return has_magic(given) and not Path(given).exists() and fnmatch(target, _absolute(given))


def _absolute(pattern: str) -> str:
    """Make a pattern absolute, its folder without links as far as it has no wildcard."""
    folder, name = os.path.split(pattern)
    return str(Path(folder if has_magic(folder) else os.path.realpath(folder), name).absolute())


def _parts(given: str) -> list[str]:
    """List the files in a folder that are read as one table."""
    files = [str(Path(folder, name)) for folder, _, names in os.walk(given) for name in names]
    parquet = [file for file in files if file.lower().endswith(_PARQUET)]
    return parquet or [file for file in files if _is_text(file)]


def _is_text(name: str) -> bool:
    return name.lower().endswith(_TEXT)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
