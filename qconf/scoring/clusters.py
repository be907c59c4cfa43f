"""Score the parts of a folder on the workers of a cluster, or of this machine, with Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from qconf.errors import OptionError, QconfError, not_one_of
from qconf.scoring.parts import Part
from qconf.scoring.run import Engine, Job, local_engine, score_part
from qconf.scoring.stream import Report, Tally

__all__ = ["client_of", "engine_kind", "engine_named"]

_ENGINES = ("local", "dask")


def engine_named(name: str) -> Engine:
    """Return what does the parts of a folder.

    Parameters
    ----------
    name : str
        ``local``: this process; ``dask``: as many workers as this machine has cores;
        ``dask:ADDRESS``: a scheduler that is running, whose workers see the same files.

    Returns
    -------
    Engine

    Raises
    ------
    OptionError
        If there is no such engine, or it is not installed.
    """
    kind, address = engine_kind(name)
    return local_engine if kind == "local" else partial(_dask_engine, address)


def engine_kind(name: str) -> tuple[str, str]:
    """Split the name of an engine into its kind and the address of a scheduler, which may be empty.

    Raises
    ------
    OptionError
        If there is no such engine, or it is not installed.
    """
    kind, _, address = name.partition(":")
    if kind not in _ENGINES or (kind == "local" and address):
        raise OptionError(not_one_of("engine", name, (*_ENGINES, "dask:ADDRESS")))
    if kind == "dask":
        try:
            import distributed  # noqa: F401, PLC0415 - an extra, and a second to import
        except ImportError as error:
            msg = "--engine dask needs Dask: pip install 'qconf[dask]'"
            raise OptionError(msg) from error
    return kind, address


def _dask_engine(
    address: str, job: Job, parts: Sequence[Part], report: Report
) -> Iterator[tuple[Part, Tally]]:
    """Send each part to a worker; Dask sends those of a worker that dies to another."""
    from distributed import as_completed  # noqa: PLC0415 - as above
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    with client_of(address) as client:
        # What a part does is done on disk: two parts are never one because they look alike.
        elsewhere = replace(job, model=str(Path(job.model).absolute()))
        futures = {
            client.submit(score_part, elsewhere, _absolute(part), pure=False): part
            for part in parts
        }
        try:
            for future in as_completed(futures):
                done = future.result()
                report(done.rows + done.rejected, 1.0)
                yield futures[future], done
        except KilledWorker as error:
            msg = (
                "A part ended its worker again and again, most likely for want of memory: fewer "
                "rows at once (--batch-rows), or workers with more."
            )
            raise QconfError(msg) from error
        finally:
            client.cancel(list(futures))


def _absolute(part: Part) -> Part:
    """Name files as they are called in any folder: workers have another one than we."""
    files = {name: getattr(part, name).absolute() for name in ("source", "output", "rejected")}
    return replace(part, **files)


@contextmanager
def client_of(address: str) -> Iterator[Any]:
    """Connect to a scheduler; without an address, start a worker for each core of this machine.

    Raises
    ------
    OptionError
        If there is no scheduler at the address.
    """
    from distributed import Client, LocalCluster  # noqa: PLC0415 - as above
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
