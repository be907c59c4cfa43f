"""The one place where results leave the program."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from qconf.errors import OptionError, OutputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "check_folder", "check_output", "write_bytes", "write_result"]


FORMATS = ("table", "json", "csv")


class Result(Protocol):
    """What a command has found."""

    @property
    def table(self) -> pd.DataFrame:
        """For CSV."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""


R = TypeVar("R", bound=Result)


def check_output(format_name: str, output: str | None) -> None:
    """Complain about the format and the output file before any work is done.

    Raises
    ------
    OptionError
        If there is no such format.
    OutputError
        If the file could not be written.
    """
    if format_name not in FORMATS:
        hint = did_you_mean(format_name, FORMATS)
        msg = f"The format must be one of {', '.join(FORMATS)}, got {format_name!r}. {hint}"
        raise OptionError(msg)
    if output is None:
        return
    path = Path(output)
    if path.is_dir():
        msg = f"Cannot write to {output!r}: it is a folder; name a file in it."
        raise OutputError(msg)
    _check_writable(output, path.parent)


def check_folder(folder: str) -> None:
    """Make a folder for pictures, if need be, and complain now if they could not be written.

    Raises
    ------
    OutputError
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        msg = f"Cannot write to {folder!r}: it is a file; name a folder."
        raise OutputError(msg)
    if not path.exists():
        _check_writable(folder, path.parent)
        path.mkdir()
    _check_writable(folder, path)


def _check_writable(output: str, folder: Path) -> None:
    if not folder.is_dir():
        msg = f"Cannot write to {output!r}: there is no folder {str(folder)!r}."
        raise OutputError(msg)
    if not os.access(folder, os.W_OK):
        msg = f"Cannot write to {output!r}: the folder {str(folder)!r} is not writable."
        raise OutputError(msg)


def write_result(
    result: R, as_table: Callable[[R], str], format_name: str, output: str | None
) -> None:
    """Write a result to a file or to standard output.

    Parameters
    ----------
    result : Result
    as_table : callable
        Draws the result for people.
    format_name : {"table", "json", "csv"}
    output : str or None
        A file; None is standard output.

    Raises
    ------
    OutputError
        If the file cannot be written; nothing is left half-written then.
    """
    if format_name == "json":
        text = json.dumps(_without_nan(result.to_dict()), indent=2, allow_nan=False) + "\n"
    elif format_name == "csv":
        text = result.table.to_csv(lineterminator="\n")
    else:
        text = as_table(result)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_bytes(Path(output), text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, or as it was before.

    Raises
    ------
    OutputError
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        msg = f"Cannot write to {str(path)!r}: {error.strerror}."
        raise OutputError(msg) from error
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is private; a result has the rights of any new file.
        written.chmod(0o666 & ~_umask())
        written.replace(path)
    except OSError as error:
        written.unlink(missing_ok=True)
        msg = f"Cannot write to {str(path)!r}: {error.strerror}."
        raise OutputError(msg) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
