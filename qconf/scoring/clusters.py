"""Score the parts of a folder on the workers of a cluster, or of this machine, with Dask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from qconf.core.dask_cluster import dask_address, dask_client
from qconf.errors import QconfError
from qconf.scoring.parts import Part
from qconf.scoring.run import Engine, Job, local_engine, score_part
from qconf.scoring.stream import Report, Tally

__all__ = ["engine_named"]


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
    address = dask_address(name)
    if address is None:
        return local_engine
    return partial(_dask_engine, address)


def _dask_engine(
    address: str, job: Job, parts: Sequence[Part], report: Report
) -> Iterator[tuple[Part, Tally]]:
    """Send each part to a worker; Dask sends those of a worker that dies to another."""
    from distributed import as_completed  # noqa: PLC0415 - as above
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    with dask_client(address) as client:
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
