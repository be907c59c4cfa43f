"""Do a function for each of some parts: here, or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from qconf.core.dask_cluster import dask_address, dask_client
from qconf.errors import QconfError

__all__ = ["LOCAL", "Mapper", "mapper_named"]

P = TypeVar("P")
R = TypeVar("R")

#: The engine that is this process.
LOCAL = "local"

#: Gives what a function returns for each part, in whatever order it is done.
Mapper = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]

#: Parts that wait at each thread of a worker: all at once would take a plan each.
_WAITING = 2


@contextmanager
def mapper_named(name: str) -> Iterator[Mapper]:
    """Give what does parts, by the name of an engine as of `qconf.core.dask_cluster`.

    Raises
    ------
    OptionError
        If there is no such engine, it is not installed, or cannot be reached.
    """
    address = dask_address(name)
    if address is None:
        yield map
        return
    with dask_client(address) as client:
        yield partial(_spread, client)


def _spread(client: Any, function: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
    """Send parts to workers, a few at a time; Dask sends those of a worker that dies to another."""
    from distributed import as_completed  # noqa: PLC0415 - an extra, and a second to import
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    waiting = iter(parts)
    room = _WAITING * max(sum(client.nthreads().values()), 1)
    futures = as_completed()

    def send() -> None:
        for part in waiting:
            futures.add(client.submit(function, part, pure=False))
            return

    for _ in range(room):
        send()
    try:
        for future in futures:
            yield future.result()
            send()
    except KilledWorker as error:
        msg = (
            "A part ended its worker again and again, most likely for want of memory: use workers "
            "with more, or smaller files."
        )
        raise QconfError(msg) from error
