"""Mend standard output, input and error where they are closed, full, or of a small alphabet."""

from __future__ import annotations

import io
import os
import sys

from qconf.cli.terminal import abandon
from qconf.errors import OutputError

__all__ = ["check_standard_output", "mend_streams", "write_text"]

_CLOSED = "it is closed; name a file with --output FILE"

#: What tables are drawn with, for alphabets that lack it.
_PLAIN = str.maketrans({"─": "-", "━": "-", "│": "|", "–": "-", "−": "-", "…": "...", "²": "^2"})


class _ClosedStream(io.TextIOBase):
    """Stands where standard output should be, and refuses what is written."""

    def write(self, text: str) -> int:
        del text
        raise OutputError(_cannot_write(_CLOSED))


def mend_streams() -> None:
    """Make the three standard streams usable, whatever the process was started with.

    A closed descriptor would be given to the next file that is opened, which would then hold
    whatever a library prints.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one
    if sys.stdin is None:
        sys.stdin = io.open(os.devnull, encoding="utf-8")  # noqa: SIM115, UP020 - for as long as we live
    if sys.stderr is None:
        sys.stderr = io.open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, UP020 - the same
    if sys.stdout is None:
        sys.stdout = _ClosedStream()


def check_standard_output() -> None:
    """Complain if a result could not be written, before there is one.

    Raises
    ------
    OutputError
    """
    if sys.stdout is None or isinstance(sys.stdout, _ClosedStream):
        raise OutputError(_cannot_write(_CLOSED))


def write_text(text: str, *, drawn: bool) -> None:
    """Write to standard output, in its own alphabet; what that lacks is written as an escape.

    Parameters
    ----------
    text : str
    drawn : bool
        Whether lines and dashes may become plainer.

    Raises
    ------
    OutputError
        If it cannot be written, but not if the reader has had enough.
    """
    check_standard_output()
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        sys.stdout.write(_encodable(text, encoding, drawn=drawn))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        abandon(sys.stdout)
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(_cannot_write(reason)) from error


def _encodable(text: str, encoding: str, *, drawn: bool) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plainer = text.translate(_PLAIN) if drawn else text
        return plainer.encode(encoding, "backslashreplace").decode(encoding)
    return text


def _cannot_write(reason: str) -> str:
    return f"Cannot write to standard output: {reason}."
