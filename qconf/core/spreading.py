"""Spread fits that do not hang on each other over the workers of a cluster, a whole fit each.

A fit draws its seeds before it is sent, and takes nothing from another: whoever makes it, in
whatever order, it is the same model.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import sleep
from typing import Any, TypeVar

from qconf.core.dask_cluster import dask_address, dask_client
from qconf.core.threads import side_by_side
from qconf.errors import QconfError

__all__ = ["each", "is_spread", "spread_fits"]

T = TypeVar("T")
R = TypeVar("R")

#: The client of the cluster that fits go to, where they go to one. Workers have none: what a fit is
#: made of stays on its worker.
_CLIENT: ContextVar[Any] = ContextVar("client", default=None)
#: How often data are sent again while workers die, and after how many seconds.
_TRIES, _PAUSE = 5, 0.5
#: On a worker of several threads: fits have threads of their own.
_ONE_FIT = threading.Lock()


@contextmanager
def spread_fits(engine: str = "dask") -> Iterator[None]:
    """Send fits that do not hang on each other to a cluster, as long as this lasts.

    Those of the rounds of `compare`, `backtest` and `fit_model`, of the folds of residuals and of
    a blend, and of replicates: each whole fit goes to one worker. The models are the same as
    without, whatever the number of workers, and if some of them die.

    Parameters
    ----------
    engine : str, default="dask"
        ``"local"`` changes nothing; ``"dask"`` starts a worker for each core of this machine;
        ``"dask:ADDRESS"`` is a scheduler that is running, whose workers have qconf.

    Raises
    ------
    OptionError
        If there is no such engine, it is not installed, or no scheduler answers.

    Examples
    --------
    >>> from qconf import spread_fits
    >>> with spread_fits("local"):
    ...     pass
    """
    address = dask_address(engine)
    if address is None:
        yield
        return
    with dask_client(address) as client:
        before = _CLIENT.set(client)
        try:
            yield
        finally:
            _CLIENT.reset(before)


def is_spread() -> bool:
    """Tell whether fits go to a cluster."""
    return _CLIENT.get() is not None


def each(function: Callable[[T], R], items: Sequence[T], n_rows: int, *, ours: bool) -> Iterator[R]:
    """Call a function with each of several items: on the cluster, if any, or as `side_by_side`.

    Parameters
    ----------
    function : callable
        Fits something, and returns all that is needed of it: what it changes may be a copy.
    items, n_rows, ours
        As for `side_by_side`.

    Yields
    ------
    object
        What the function returns, in the order of the items.
    """
    client = _CLIENT.get()
    if client is None or len(items) <= 1:
        yield from side_by_side(function, items, n_rows, ours=ours)
        return
    yield from _on_cluster(client, function, items)


def _on_cluster(client: Any, function: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    from distributed import CancelledError  # noqa: PLC0415 - an extra, and a second to import
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    shared = _sent(client, _Shared(function, items))
    # Two fits are never one because they look alike.
    futures = [client.submit(_fit, shared, at, pure=False) for at in range(len(items))]
    try:
        for future in futures:
            yield future.result()
    except (KilledWorker, CancelledError) as error:
        msg = (
            "A fit ended its worker again and again, most likely for want of memory, or all "
            "workers are gone: fewer rows (--memory), or workers with more."
        )
        raise QconfError(msg) from error
    finally:
        client.cancel([*futures, shared])


def _sent(client: Any, shared: _Shared) -> Any:
    """Send what fits need to each worker once, and to all: one that dies takes none with it."""
    for _ in range(_TRIES):
        # One that dies while it is sent to makes all of the sending fail.
        with suppress(OSError):
            return client.scatter(shared, broadcast=True, hash=False)
        sleep(_PAUSE)
    return client.scatter(shared, broadcast=True, hash=False)


class _Shared:
    """What all fits of one kind need."""

    def __init__(self, function: Callable[[Any], Any], items: Sequence[Any]) -> None:
        self.function, self.items = function, items


def _fit(shared: _Shared, at: int) -> Any:
    """Make one fit, on a worker."""
    # A worker may be a thread of whoever sends the fits.
    before = _CLIENT.set(None)
    try:
        with _ONE_FIT:
            return shared.function(shared.items[at])
    finally:
        _CLIENT.reset(before)
