"""A run that is killed leaves no half files, and the next one makes what would have been."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from new_rows import files_in, fitted_model, kept, new_rows

from qconf.errors import ModelFileError
from qconf.saving.writing import save
from qconf.scoring.parts import Part
from qconf.scoring.run import Job, digest_of, score_part
from qconf.scoring.stream import How

KILLS = 25


def command(*arguments: str) -> list[str]:
    usual = ["--keep", "id", "--on-error", "skip", "--batch-rows", "10"]
    return [sys.executable, "-m", "qconf", "score", "avm.qconf", *arguments, *usual]


def wait_for_progress(
    process: subprocess.Popen[bytes], folder: Path, share: float, whole: int
) -> None:
    """Wait until a run has written a share of what it has to, or has ended: clocks would not tell.

    Nearly all of a run's time goes into its start, and how long that takes hangs on what else the
    machine does.
    """
    left = set(folder.rglob(".qconf-*"))  # by those that were killed before
    begin = written(folder, left)
    while process.poll() is None and written(folder, left) <= begin + share * (whole - begin):
        time.sleep(0.001)


def written(folder: Path, left: set[Path]) -> int:
    """Count the bytes in a folder that is written to, but for files that were left in it."""
    sizes = 0
    for path in set(folder.rglob("*")) - left:
        with suppress(FileNotFoundError):
            sizes += path.stat().st_size if path.is_file() else 0
    return sizes


@pytest.mark.slow
@pytest.mark.parametrize("source", ["new", "new.parquet"])
def test_kills_at_random_moments(tmp_path: Path, source: str) -> None:
    """25 of them: what is there is whole; one more run makes all of it, byte for byte."""
    kept(tmp_path, 10)
    output = "out" if source == "new" else "out.parquet"
    whole = tmp_path / "undisturbed"
    whole.mkdir()
    subprocess.run(command(source, "--output", f"undisturbed/{output}"), cwd=tmp_path, check=True)
    wanted = files_in(whole)
    disturbed = tmp_path / "disturbed"
    disturbed.mkdir()
    rng, hit = np.random.default_rng(0), 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command(source, "--output", f"disturbed/{output}"), cwd=tmp_path, stderr=subprocess.PIPE
        )
        wait_for_progress(process, disturbed, rng.uniform(), sum(map(len, wanted.values())))
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        process.communicate()
        hit += process.returncode == -signal.SIGKILL
        for name, content in files_in(disturbed).items():
            assert name.rpartition("/")[2].startswith(".qconf-") or content == wanted[name], name
        if rng.random() < 0.6 and source == "new":  # so that the later ones find work, too
            for path in disturbed.rglob("*.parquet"):
                path.unlink()
    assert hit > KILLS // 2  # the others had ended by themselves
    done = subprocess.run(
        command(source, "--output", f"disturbed/{output}"),
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "rejected" in done.stderr
    assert files_in(disturbed) == wanted


@pytest.mark.slow
def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """One line, the usual status, and no file that was begun."""
    kept(tmp_path, 10)
    process = subprocess.Popen(
        command("new.parquet", "--output", "out.parquet"), cwd=tmp_path, stderr=subprocess.PIPE
    )
    while not list(tmp_path.glob(".qconf-*")):
        time.sleep(0.01)
    process.terminate()  # an interrupt may be ignored where tests run in the background
    _, said = process.communicate()
    assert (process.returncode, said) == (143, b"qconf: interrupted\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["avm.qconf", "new", "new.parquet"]


#: Not what `resource` says, which counts what the parent held when it started the process.
PEAK = """
import sys
from pathlib import Path
from qconf.cli.app import run
status = run(sys.argv[1:])
print(status, Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak")
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, kind: str) -> None:
    """A stream of 16 batches has the peak of one of 4, to a few megabytes."""
    save(fitted_model(confidence="constant"), tmp_path / "avm.qconf")
    rows, peaks = 20_000, []
    for n_batches in (4, 16):
        table = new_rows(rows * n_batches)
        table["text"] = "a text that is read, and kept " * 5
        new = tmp_path / f"new.{kind}"
        if kind == "csv":
            table.to_csv(new, index=False)
        else:
            table.to_parquet(new, index=False)  # one row group
        arguments = ["score", "avm.qconf", str(new), "--output", str(tmp_path / f"out.{kind}")]
        arguments += ["--keep", "text", "--batch-rows", str(rows)]
        done = subprocess.run(
            [sys.executable, "-c", PEAK, *arguments],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        )  # fmt: skip
        status, peak = done.stdout.split()
        assert status == "0", done.stderr
        peaks.append(int(peak) / 1024)
    assert peaks[1] < 1.1 * peaks[0] + 20, peaks


def test_a_part_keeps_what_it_was_made_from(tmp_path: Path) -> None:
    """In its own file, which says so to the next run."""
    kept(tmp_path, 1, 50)
    job = Job(str(tmp_path / "avm.qconf"), digest_of(str(tmp_path / "avm.qconf")), How(("id",)))
    out = tmp_path / "out" / "0.parquet"
    (tmp_path / "fine").mkdir()
    pq.write_table(
        pa.Table.from_pandas(new_rows(50), preserve_index=False), tmp_path / "fine" / "0.parquet"
    )
    part = Part(tmp_path / "fine" / "0.parquet", out, tmp_path / "aside.csv", 1, "0")
    tally = score_part(job, part)
    assert (tally.rows, tally.rejected) == (50, 0)
    assert job.digest.encode() in pq.read_metadata(out).metadata[b"qconf"]


def test_the_model_must_stay_the_same_file(tmp_path: Path) -> None:
    """A worker that opens it later sees what the run began with, or says so."""
    save(fitted_model(), tmp_path / "avm.qconf")
    with pytest.raises(ModelFileError, match="is another file than when the work began"):
        Job(str(tmp_path / "avm.qconf"), "0" * 64).open()
    with pytest.raises(ModelFileError, match=r"There is no file .*none.qconf'. There are: avm"):
        digest_of(str(tmp_path / "none.qconf"))
