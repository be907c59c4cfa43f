"""Connect to a cluster of Dask: one that is running, or the cores of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from qconf.errors import OptionError, not_one_of

__all__ = ["dask_address", "dask_client"]

_ENGINES = ("local", "dask")


def dask_address(engine: str) -> str | None:
    """Read the name of an engine.

    Parameters
    ----------
    engine : str
        ``local``: this process; ``dask``: as many workers as this machine has cores;
        ``dask:ADDRESS``: a scheduler that is running.

    Returns
    -------
    str or None
        Where the scheduler is, nothing if there is none yet; None without Dask.

    Raises
    ------
    OptionError
        If there is no such engine, or it is not installed.

    Examples
    --------
    >>> dask_address("local") is None
    True
    """
    kind, _, address = engine.partition(":")
    if kind not in _ENGINES or (kind == "local" and address):
        raise OptionError(not_one_of("engine", engine, (*_ENGINES, "dask:ADDRESS")))
    if kind == "local":
        return None
    try:
        import distributed  # noqa: F401, PLC0415 - an extra, and a second to import
    except ImportError as error:
        msg = "--engine dask needs Dask: pip install 'qconf[dask]'"
        raise OptionError(msg) from error
    return address


@contextmanager
def dask_client(address: str) -> Iterator[Any]:
    """Connect to a scheduler; without an address, start a worker for each core and end them.

    Raises
    ------
    OptionError
        If there is none.
    """
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra, and a second to import
    from joblib import cpu_count  # noqa: PLC0415

    if address:
        connect: Callable[[], Any] = partial(Client, address, timeout=10)
        try:
            client = connect()
        except (OSError, ValueError) as error:
            msg = f"Cannot reach a Dask scheduler at {address!r}: is it running?"
            raise OptionError(msg) from error
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=cpu_count(), threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
