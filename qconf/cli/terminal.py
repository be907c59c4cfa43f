"""Print to a terminal or a log: no control characters, one line a message.

Names of columns, files, levels and packages are other people's. Written as they stand, they could
colour, rename or clear a terminal, or look like lines of ours.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import unicodedata
from contextlib import suppress

from qconf.core.printable import shown

TYPE_CHECKING = False  # as type checkers have it: nothing but what an interrupt needs is imported
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["abandon", "clear_line", "cut", "draw_line", "one_line", "tell", "terminal_width"]

_CLEAR = "\r\x1b[K"

#: Whoever writes to standard error holds it: the command, its progress, and an interrupt.
_lock = threading.RLock()
_drawn = threading.Event()


def one_line(text: str) -> str:
    r"""Join lines, and write out what does not print.

    Examples
    --------
    >>> one_line("first\n  second\x07\n")
    'first second\\x07'
    """
    return shown(re.sub(r"[ \t\r\n\f\v]+", " ", text).strip())


def tell(message: str) -> None:
    """Write a message on standard error: one line, which never fails and never hides a result."""
    held = _lock.acquire(timeout=1)
    try:
        _write(f"{_CLEAR if _drawn.is_set() else ''}qconf: {one_line(message)}\n")
        _drawn.clear()
    finally:
        if held:
            _lock.release()


def draw_line(text: str) -> None:
    """Draw a line on a terminal that the next one, or the next message, replaces."""
    with _lock:
        _write(_CLEAR + text)
        _drawn.set()


def clear_line() -> None:
    """Take the drawn line away, if there is one."""
    with _lock:
        if _drawn.is_set():
            _write(_CLEAR)
        _drawn.clear()


def cut(text: str, width: int) -> str:
    """Cut printable text to so many columns; wide letters take two.

    Examples
    --------
    >>> cut("residual", 5), cut("東京都", 5)
    ('resid', '東京')
    """
    taken = 0
    for i, letter in enumerate(text):
        taken += 0 if unicodedata.combining(letter) else _columns(letter)
        if taken > width:
            return text[:i]
    return text


def terminal_width() -> int:
    """Return how many columns the terminal has that standard error is, or 80."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def abandon(stream: TextIO | None) -> None:
    """Send to nowhere what a stream could not write, or Python tries again when it ends."""
    if stream is None:
        return
    with suppress(OSError, ValueError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def _columns(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        abandon(sys.stderr)
