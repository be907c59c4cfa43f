"""Limit NumPy's linear algebra to one thread where the work is small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import scipy.linalg  # noqa: F401 - brings a library of its own, which must be there to be limited
from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]

#: Held by the thread of the program that has set the limit.
_HOLDER = Lock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the linear algebra of NumPy and SciPy use one thread, as long as this lasts.

    Its threads wait for each other by spinning. In products of tables with few columns they wait
    longer than they work, and where other programs want the cores too, ten times as long.

    The limit is one of the whole process. While one thread of the program holds it, others that
    ask for it go on without: each would take back what it found, and that might be a limit.
    """
    if not _HOLDER.acquire(blocking=False):
        yield
        return
    try:
        with _libraries().limit(limits=1):
            yield
    finally:
        _HOLDER.release()


@cache
def _libraries() -> ThreadpoolController:
    found: ThreadpoolController = ThreadpoolController().select(user_api="blas")
    return found
