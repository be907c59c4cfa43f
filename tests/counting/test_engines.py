"""A cluster counts files as one process does, also when it loses workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counted_rows import scored_rows

from qconf import evaluate_files
from qconf.counting.engines import mapper_named
from qconf.errors import OptionError

ASKED: dict[str, Any] = {"residual": "residual", "groups": "parcel", "n_resamples": 50}


def test_here_parts_are_done_one_by_one() -> None:
    """The local engine is `map`; another one is told which there are."""
    with mapper_named("local") as spread:
        assert list(spread(abs, [-1, 2])) == [1, 2]
    with pytest.raises(OptionError, match="must be one of local, dask"), mapper_named("spark"):
        pass


def written(folder: Path, n_parts: int, n: int = 280_000) -> str:
    """Write rows into a folder, in parts; more than one pass keeps."""
    score, residual, parcel = scored_rows(n, 1, 4)
    table = pd.DataFrame({"expected_error": score, "residual": residual, "parcel": parcel})
    (folder / f"{n_parts}").mkdir()
    for part in range(n_parts):
        some = table.iloc[np.arange(part, n, n_parts)]
        some.to_parquet(folder / f"{n_parts}" / f"{part}.parquet", index=False)
    return str(folder / f"{n_parts}")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a cluster whose workers come and go
def test_a_cluster_tells_the_same_to_the_bit(tmp_path: Path, cluster: Any) -> None:
    """1, 2 and 7 files, here or there: every figure and every interval."""
    here = evaluate_files(written(tmp_path, 1), **ASKED)
    assert here.passes == 3
    for n_parts in (2, 7):
        folder = written(tmp_path, n_parts)
        assert evaluate_files(folder, **ASKED).to_dict() == here.to_dict()
        there = evaluate_files(folder, engine=f"dask:{cluster.scheduler_address}", **ASKED)
        assert there.to_dict() == here.to_dict()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_changes_nothing(tmp_path: Path, cluster: Any) -> None:
    """What it had counted is counted again by another, once."""
    folder = written(tmp_path, 24)
    here = evaluate_files(folder, **ASKED)
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
    done: list[int] = []
    killed: list[int] = []

    def kill() -> None:
        while len(done) < 30:  # in the second of three passes
            time.sleep(0.002)
        with suppress(ProcessLookupError):
            os.kill(workers[0], signal.SIGKILL)
            killed.append(len(done))

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    there = evaluate_files(
        folder, engine=f"dask:{cluster.scheduler_address}",
        report=lambda rows, _: done.append(rows), **ASKED,
    )  # fmt: skip
    killer.join(10)
    assert killed
    assert killed[0] < len(done) == 3 * 24
    assert there.to_dict() == here.to_dict()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_faults_of_a_file_come_from_the_cluster_in_a_line(tmp_path: Path, cluster: Any) -> None:
    """As from this process."""
    folder = written(tmp_path, 2, 100)
    with pytest.raises(ValueError, match=r"has no column 'residuals'. Did you mean 'residual'"):
        evaluate_files(folder, residual="residuals", engine=f"dask:{cluster.scheduler_address}")
    with pytest.raises(OptionError, match="Cannot reach a Dask scheduler"):
        evaluate_files(folder, residual="residual", engine="dask:tcp://127.0.0.1:9")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_one_large_file_is_spread(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row groups are counted by both workers, with times: the same figures to the bit."""
    score, residual, parcel = scored_rows(280_000, 1, 4)
    table = pd.DataFrame({"expected_error": score, "residual": residual, "parcel": parcel})
    table["sold"] = pd.Timestamp("2015-01-01") + pd.to_timedelta(np.arange(len(table)), unit="min")
    file = str(tmp_path / "rows.parquet")
    table.to_parquet(file, index=False, row_group_size=30_000)
    asked = {**ASKED, "time": "sold"}
    here = evaluate_files(file, **asked)
    monkeypatch.setattr("qconf.counting.evaluate_files._SHARE", 50_000)
    done: list[int] = []
    engine = f"dask:{cluster.scheduler_address}"
    there = evaluate_files(file, engine=engine, report=lambda n, _: done.append(n), **asked)
    assert there.to_dict() == here.to_dict()
    # Ten row groups, two to a part.
    assert len(done) == 3 * 5
    assert max(done) == 60_000
