"""The one place where results leave the program."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from qconf.errors import OptionError, OutputError, did_you_mean

if TYPE_CHECKING:
    from qconf.comparison import Comparison

__all__ = ["FORMATS", "check_output", "write_result", "write_text"]


def as_json(comparison: Comparison) -> str:
    """Write everything but the single rows; what is not a number becomes null."""
    return json.dumps(_without_nan(comparison.to_dict()), indent=2, allow_nan=False) + "\n"


def as_csv(comparison: Comparison) -> str:
    """Write the ranking, one line for each estimator."""
    return comparison.table.to_csv(lineterminator="\n")


def as_table(comparison: Comparison) -> str:
    """Write the ranking for people."""
    from qconf.cli.table import ranking_text  # noqa: PLC0415 - JSON and CSV do without rich

    return ranking_text(comparison)


FORMATS: dict[str, Callable[[Comparison], str]] = {
    "table": as_table,
    "json": as_json,
    "csv": as_csv,
}


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
    folder = path.parent
    if not folder.is_dir():
        msg = f"Cannot write to {output!r}: there is no folder {str(folder)!r}."
        raise OutputError(msg)
    if not os.access(folder, os.W_OK):
        msg = f"Cannot write to {output!r}: the folder {str(folder)!r} is not writable."
        raise OutputError(msg)


def write_result(comparison: Comparison, format_name: str, output: str | None) -> None:
    """Write a comparison to a file or to standard output, and its warnings to standard error.

    Raises
    ------
    OutputError
        If the file cannot be written; nothing is left half-written then.
    """
    for warning in comparison.warnings:
        typer.echo(f"qconf: warning: {warning}", err=True)
    text = FORMATS[format_name](comparison)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(Path(output), text)


def write_text(path: Path, text: str) -> None:
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
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
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
