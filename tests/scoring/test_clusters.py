"""A cluster scores a folder as one process does, also when it loses workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from new_rows import files_in, kept

from qconf.errors import OptionError
from qconf.scoring.clusters import engine_named
from qconf.scoring.run import Job, digest_of, local_engine, score_folder
from qconf.scoring.stream import How, Tally


def test_engines_have_names() -> None:
    """What is none is told which there are."""
    assert engine_named("local") is local_engine
    for name in ("sparkle", "local:8786", ""):
        with pytest.raises(OptionError, match="must be one of local, dask, dask:ADDRESS, got"):
            engine_named(name)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the working folder back after a test."""
    monkeypatch.chdir(Path.cwd())


def run(folder: Path, output: str, engine: str, batch_rows: int = 20) -> Tally:
    """Score a folder, all names being relative to where we are, and workers are not."""
    model = "avm.qconf"
    os.chdir(folder)
    job = Job(model, digest_of(model), How(("id",), skip=True, batch_rows=batch_rows))
    report: list[int] = []

    tally = score_folder(
        job, "new", Path(output), Path(f"{output}.csv"), engine_named(engine),
        begin=lambda _: lambda rows, _: report.append(rows),
    )  # fmt: skip
    assert sum(report) == tally.rows + tally.rejected
    return tally


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a cluster whose workers die
@pytest.mark.parametrize("n_parts", [1, 2, 7])
def test_a_cluster_writes_the_same_bytes(tmp_path: Path, cluster: Any, n_parts: int) -> None:
    """However many parts there are, in whatever order they are done."""
    kept(tmp_path, n_parts)
    here = run(tmp_path, "here", "local")
    there = run(tmp_path, "there", f"dask:{cluster.scheduler_address}")
    assert (there.rows, there.rejected) == (here.rows, here.rejected)
    assert here.rejected == 4 * n_parts
    assert files_in(tmp_path / "there") == files_in(tmp_path / "here")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_loses_nothing(tmp_path: Path, cluster: Any) -> None:
    """Its part is done by another, and what it had begun is gone."""
    kept(tmp_path, 12)
    run(tmp_path, "here", "local", batch_rows=10)
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
    killed = []

    def kill() -> None:
        # In the midst of a part: that is when its unfinished file is there.
        while not list((tmp_path / "there").glob(".qconf-*")):
            time.sleep(0.005)
        with suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
            killed.append(workers[0])

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    run(tmp_path, "there", f"dask:{cluster.scheduler_address}", batch_rows=10)
    killer.join(10)
    assert killed
    assert files_in(tmp_path / "there") == files_in(tmp_path / "here")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    """It says where it looked."""
    pytest.importorskip("distributed")
    kept(tmp_path, 1)
    with pytest.raises(OptionError, match=r"Cannot reach a Dask scheduler at 'tcp://127.0.0.1:9'"):
        run(tmp_path, "there", "dask:tcp://127.0.0.1:9")
