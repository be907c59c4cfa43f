"""Write results: the one place where they leave the program."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from qconf.cli.destination import check_destination, check_not_an_input, write_bytes
from qconf.cli.streams import check_standard_output, write_text
from qconf.cli.terminal_lines import folded_for_terminal
from qconf.core.printable import shown
from qconf.errors import OptionError, not_one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "check_output", "write_result"]


FORMATS = ("table", "json", "csv")

#: As for tables that are read, this name is not a file's.
_STANDARD_OUTPUT = "-"


class Result(Protocol):
    """What a command has found."""

    @property
    def table(self) -> pd.DataFrame:
        """For CSV."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""


R = TypeVar("R", bound=Result)


def check_output(
    format_name: str,
    output: str | None,
    inputs: Iterable[str] = (),
    *,
    model: str | None = None,
    store: str | None = None,
    formats: Sequence[str] = FORMATS,
) -> None:
    """Complain about the format and the output before any work is done.

    Parameters
    ----------
    format_name : str
    output : str or None
        A file; None and ``-`` are standard output.
    inputs : iterable of str
        What the command reads, which is never overwritten.
    model, store : str, default=None
        A model's file, or a store of reviews, that it reads.
    formats : sequence of str
        What the command can write.

    Raises
    ------
    OptionError
        If there is no such format.
    OutputError
        If the result could not be written.
    """
    if format_name not in formats:
        raise OptionError(not_one_of("format", format_name, formats))
    if output is None or output == _STANDARD_OUTPUT:
        check_standard_output()
        check_not_an_input(1, inputs, model=model, store=store)
    else:
        check_destination(output, inputs, model=model, store=store)


def write_result(
    result: R, as_table: Callable[[R], str], format_name: str, output: str | None
) -> None:
    """Write a result to a file or to standard output.

    Parameters
    ----------
    result : Result
    as_table : callable
        Draws the result for people.
    format_name : str
        ``json``, ``csv``, or what `as_table` draws.
    output : str or None
        A file; None and ``-`` are standard output.

    Raises
    ------
    OutputError
        If it cannot be written; no file is left half-written then.
    """
    if format_name == "json":
        text = json.dumps(_without_nan(result.to_dict()), indent=2, allow_nan=False) + "\n"
    elif format_name == "csv":
        text = result.table.to_csv(lineterminator="\n")
    else:
        text = as_table(result)
    is_drawn = format_name not in ("json", "csv", "html")
    if output is not None and output != _STANDARD_OUTPUT:
        write_bytes(Path(output), text.encode(errors="backslashreplace"))
        return
    if sys.stdout is not None and sys.stdout.isatty():
        # In a file, data stay as they are; what a terminal shows must not command it.
        text = "".join(shown(line) + "\n" for line in text.split("\n")[:-1])
    write_text(folded_for_terminal(text) if is_drawn else text, drawn=is_drawn)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
