"""Results leave through whatever standard output is, or it is said that they do not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from commands import CommandServer, qconf
from worlds import sales_table

from qconf.cli import streams
from qconf.errors import OutputError

NAME = "Fläche 東\x1b[31m"
QUICK = ["compare", "sales.csv", "--target", "price", "--prediction", "avm", "--features", "area"]
TABLE = [*QUICK, "--estimators", f"constant,column:{NAME}"]
CSV = [*TABLE, "--format", "csv"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sales")
    table = sales_table(120).assign(avm=lambda t: t["price"] * 1.1, **{NAME: 0.1})
    table.to_csv(path / "sales.csv", index=False)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "utf-8", "utf-16"])
def test_every_alphabet_will_do(encoding: str, folder: Path, server: CommandServer) -> None:
    """What an alphabet lacks is written as an escape, rules of tables as dashes."""
    path = folder / f"{encoding}.out"
    done = server.run(folder, TABLE, streams={1: str(path)}, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    text = path.read_bytes().decode(encoding)
    assert r"\x1b[31m" in text
    assert "\x1b" not in text
    assert ("東" in text) == encoding.startswith("utf")
    assert ("ä" in text) == (encoding != "ascii")
    assert ("----" in text) != encoding.startswith("utf")
    assert "constant" in text


@pytest.mark.slow
def test_data_in_a_file_stay_data(folder: Path, server: CommandServer) -> None:
    """CSV and JSON that nobody looks at hold the name as it is; both are plain to read."""
    done = server.run(folder, CSV)
    table = pd.read_csv(io.StringIO(done.stdout))
    assert f"column:{NAME}" in set(table["estimator"])
    done = server.run(folder, [*TABLE, "--format", "json"], encoding="ascii")
    assert f"column:{NAME}" in {one["estimator"] for one in json.loads(done.stdout)["ranking"]}
    done = server.run(folder, CSV, encoding="cp1252")
    assert r"\u6771" in done.stdout
    assert done.returncode == 0


def test_closed_output_is_said_before_the_work(folder: Path, server: CommandServer) -> None:
    """There is nowhere to write to; a file is another matter."""
    done = server.run(folder, CSV, streams={1: None})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "standard output: it is closed; name a file with --output" in done.stderr
    done = server.run(folder, [*CSV, "--output", "closed.csv"], streams={1: None})
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "closed.csv").read_text().startswith("estimator,")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["compare", "-h"]])
@pytest.mark.parametrize("output", [None, "/dev/full"])
def test_help_that_cannot_be_written(
    output: str | None, words: list[str], folder: Path, server: CommandServer
) -> None:
    """It does not look as if it had been."""
    done = server.run(folder, words, streams={1: output})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("where", [None, "/dev/full"])
def test_the_result_comes_without_standard_error(
    where: str | None, folder: Path, server: CommandServer
) -> None:
    """Closed or full: warnings are lost, the result is not."""
    leaky = [*QUICK[:4], "--format", "json", "--estimators", "constant"]
    done = server.run(folder, leaky, streams={2: where})
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] == 120


def test_a_full_disk_is_one_line(folder: Path, server: CommandServer) -> None:
    """It is not ours to mend."""
    done = server.run(folder, CSV, streams={1: "/dev/full"})
    assert done.returncode == 2
    assert done.stderr == "qconf: Cannot write to standard output: No space left on device.\n"


def test_all_streams_closed(folder: Path, server: CommandServer) -> None:
    """The exit status is all that is left, and a file is written all the same."""
    closed = {0: None, 1: None, 2: None}
    assert server.run(folder, CSV, streams=closed).returncode == 2
    done = server.run(folder, [*CSV, "--output", "quiet.csv"], streams=closed)
    assert done.returncode == 0
    assert (folder / "quiet.csv").read_text().startswith("estimator,")


def test_a_closed_input_is_empty(folder: Path, server: CommandServer) -> None:
    """As one that holds nothing."""
    done = server.run(folder, ["compare", "-", "--target", "price"], streams={0: None})
    assert "'standard input' is empty" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--help"], CSV])
def test_a_reader_who_has_gone(words: list[str], folder: Path) -> None:
    """No words: the status that shells give for a broken pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "qconf", *words],
        cwd=folder,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_output_after_the_input_is_refused(folder: Path, server: CommandServer) -> None:
    """``>> sales.csv`` would put the result into the table."""
    whole = (folder / "sales.csv").read_bytes()
    copy = folder / "copy.csv"
    copy.write_bytes(whole)
    done = server.run(folder, ["compare", "copy.csv", "--target", "price"], streams={1: str(copy)})
    # The server empties the file, as `>` does; what matters is that it is seen.
    assert done.returncode == 2
    assert "standard output: it is the table itself" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_the_end_of_the_process_changes_nothing(stream: str, folder: Path) -> None:
    """Python writes once more what could not be written, and then ends with a status of its own."""
    leaky = [*QUICK[:4], "--estimators", "constant", "--format", "csv"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qconf", *leaky],
            cwd=folder,
            stdout=full if stream == "stdout" else subprocess.PIPE,
            stderr=full if stream == "stderr" else subprocess.PIPE,
            check=False,
            # Streams without buffers have nothing left to write at the end.
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
    assert done.returncode == (2 if stream == "stdout" else 0)
    if stream == "stdout":
        assert done.stderr.endswith(b"standard output: No space left on device.\n")
    else:
        assert done.stdout.startswith(b"estimator,")


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "nonsense.UTF-8"},
        {"TERM": "dumb", "COLUMNS": "20", "NO_COLOR": "1"},
        {"TERM": "", "COLUMNS": "wide"},
        {"COLUMNS": "0", "HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
        {"NUMBA_CACHE_DIR": "/dev/null/cache"},
        {"PYTHONWARNINGS": "always", "PYTHONDEVMODE": "0"},
    ],
    ids=str,
)
def test_odd_surroundings(environment: dict[str, str], folder: Path) -> None:
    """The result is there, with nothing beside it."""
    # What is typed can only be read as the surroundings say: no letters beyond ASCII here.
    done = qconf(folder, [*QUICK, "--estimators", "constant"], environment)
    assert done.returncode == 0, done.stderr
    assert "constant" in done.stdout
    if "PYTHONWARNINGS" not in environment:
        assert done.stderr == ""


def test_what_cannot_be_encoded_is_an_error_of_ours_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stream that somebody has closed is an `OutputError`."""
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stdout", gone)
    with pytest.raises(OutputError, match="closed file"):
        streams.write_text("result", drawn=True)
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="it is closed"):
        streams.check_standard_output()
