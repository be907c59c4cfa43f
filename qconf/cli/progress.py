"""Show the progress of a comparison on standard error: a line that changes, or one now and then."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from qconf._types import Progress as Report
from qconf.cli.terminal import clear_line, cut, draw_line, tell
from qconf.cli.terminal import terminal_width as _terminal_width
from qconf.core.printable import shown

__all__ = ["progress_line"]

#: Seconds until a terminal shows something, and between two looks.
_PATIENCE = 1.0
#: Seconds between two lines of a log: it must show life, and stay a log.
_LOG_PATIENCE = 30.0
_BAR = 20


@contextmanager
def progress_line() -> Iterator[Report]:
    """Show how far a comparison has come: on a terminal from the first second on.

    Where nobody watches (a log, a terminal that cannot rub out), a line is written every half
    minute, so that short runs write none.

    Yields
    ------
    callable
        To be passed as ``progress``.
    """
    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    state = _State(watched=watched)
    done = threading.Event()

    def look() -> None:
        while not done.wait(_PATIENCE if watched else _LOG_PATIENCE):
            state.show()

    # A thread, since a single fit may take minutes.
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield state.report
    finally:
        done.set()
        looking.join()
        clear_line()


class _State:
    """What is known of the progress, and how it is shown."""

    def __init__(self, *, watched: bool) -> None:
        self._watched = watched
        self._began = time.monotonic()
        self._steps = 0, 0, ""

    def report(self, done: int, total: int, label: str) -> None:
        """Take note of steps done, steps in all and what comes next."""
        self._steps = done, total, label
        if self._watched and time.monotonic() - self._began > _PATIENCE:
            self.show()

    def show(self) -> None:
        done, total, label = self._steps
        spent = round(time.monotonic() - self._began)
        clock = f"{spent // 60}:{spent % 60:02}"
        if not self._watched:
            tell(f"{done} of {total} fits done after {clock}; now: {label}")
            return
        bar = ("#" * (_BAR * done // max(total, 1))).ljust(_BAR, "-")
        # The last column stays free: some terminals would go on to the next line.
        width = _terminal_width() - 1
        draw_line(cut(f"[{bar}] {done}/{total} fits {clock} {shown(label)}", width))
