"""Show how many rows are scored: rows a second and the time left, on a terminal alone."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from qconf.cli.terminal import clear_line, cut, draw_line, terminal_width

__all__ = ["RowReport", "clock", "row_progress"]

#: Called with rows that were done since the last call, and the share of all that is done.
RowReport: TypeAlias = Callable[[int, float | None], None]

#: Seconds until a terminal shows something, and between two lines.
_PATIENCE = 1.0


@contextmanager
def row_progress() -> Iterator[RowReport]:
    """Show how far the scoring of rows has come, where somebody watches.

    Yields
    ------
    callable
        To be called after each batch.
    """
    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    state = _State()
    try:
        yield state.report if watched else _unwatched
    finally:
        clear_line()


class _State:
    """Rows that were done, and when something was shown last."""

    def __init__(self) -> None:
        self._began = self._shown = time.monotonic()
        self._rows = 0

    def report(self, rows: int, share: float | None) -> None:
        """Take note of more rows."""
        self._rows += rows
        now = time.monotonic()
        if now - self._shown < _PATIENCE:
            return
        self._shown = now
        spent = now - self._began
        line = f"{self._rows:,} rows {clock(spent)} {self._rows / spent:,.0f} rows/s"
        if share:
            line += f" {100 * share:.0f} %, {clock(spent / share - spent)} left"
        draw_line(cut(line, terminal_width() - 1))


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds.

    Examples
    --------
    >>> clock(3671.2)
    '61:11'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _unwatched(rows: int, share: float | None) -> None:
    """Show nothing."""
