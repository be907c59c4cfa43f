"""Handle Ctrl-C and requests to end: one line, the usual status, and no leftovers.

A thread waits for signals, because Python's own handlers run between two steps of Python: while a
compiled loop works for a minute, they would wait for a minute. And it ends the process itself: an
exception could be caught by other people's code, or be lost in a callback.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from qconf.cli.terminal import tell
from qconf.core.unfinished import discard_unfinished

__all__ = ["hand_over_signals", "leave_on_signals", "uninterrupted"]

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

#: Held while a file is put in its place.
_placing = threading.Lock()


def leave_on_signals() -> None:
    """End with one line and status 128 + signal from now on; what is ignored stays ignored."""
    if os.name == "nt":
        return  # there, Ctrl-C is all there is, and `main` tells of it
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    threading.Thread(target=_wait, args=(reader,), daemon=True).start()
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave_it_to_the_thread)


def hand_over_signals() -> None:
    """Leave signals to whoever handles them next: a service ends in its own time."""
    if os.name != "nt" and threading.current_thread() is threading.main_thread():
        signal.set_wakeup_fd(-1)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a short piece of work be done before the process ends."""
    with _placing:
        yield


def _leave_it_to_the_thread(*_: object) -> None:
    """Be a handler: only signals that have one wake the thread."""


def _wait(reader: int) -> None:
    while True:
        number = os.read(reader, 1)[0]
        if number in {getattr(signal, name, None) for name in _NAMES}:
            with _placing:
                discard_unfinished()
                tell("interrupted")
                os._exit(128 + number)
