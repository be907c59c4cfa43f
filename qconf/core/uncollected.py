"""Make many objects that all stay, without a search for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Put off the search for circular garbage, until the block has come to its end.

    Python searches through all objects that there are, those of every library among them, whenever
    enough new ones were made. Where the new ones are a model, that finds nothing, and was a quarter
    of the time to open one (docs/decisions/0029-the-model-file.md).

    Examples
    --------
    >>> with uncollected():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
