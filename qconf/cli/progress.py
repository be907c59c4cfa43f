"""A progress line on standard error, if someone is watching."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from qconf.contest import Progress as Report

__all__ = ["progress_line"]

_PATIENCE = 1.0


@contextmanager
def progress_line() -> Iterator[Report | None]:
    """Show how far a comparison has come, from the first second on.

    Yields
    ------
    callable or None
        To be passed as ``progress``; None if standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for those who watch
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    line = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} fits"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = line.add_task("", total=None)
    began = time.monotonic()

    def show(done: int, total: int, label: str) -> None:
        line.update(task, completed=done, total=total, description=label)
        if not line.live.is_started and time.monotonic() - began > _PATIENCE:
            line.start()

    try:
        yield show
    finally:
        line.stop()
