"""Whatever is wrong with the input, the command says it in one line and writes nothing.

Each case is a real command on real files, in a process of its own.
"""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import pytest
from bad_inputs import CASES, make_folder
from commands import CommandServer, qconf

#: These start from nothing, as a person's command does: one of each kind.
FROM_NOTHING = [
    "spread is a word", "constant target", "output is the table", "output with a long name"
]  # fmt: skip
ALL_FROM_NOTHING = list(CASES)[::7]
#: Neighbours in the list are of a kind: in a hurry, each second will do.
EACH = [
    name if at % 2 == 0 else pytest.param(name, marks=pytest.mark.slow)
    for at, name in enumerate(CASES)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("tables"))


def typed(name: str) -> list[str]:
    """Split what is typed in a case, and ask for an output file where none is named."""
    arguments = shlex.split(CASES[name][0])
    is_command = len(arguments) > 2 and arguments[0] in {"backtest", "compare", "simulate"}
    # A file name at the end would be the value of an option that has none.
    if not is_command or "--output" in arguments or "option" in name:
        return arguments
    return [*arguments, "--output", "result.json"]


def everything(folder: Path) -> dict[str, tuple[object, ...]]:
    """Describe all that is in a folder: kinds, sizes, times, and which file it is."""
    found = [entry for place, names, files in os.walk(folder)
             for entry in (Path(place, name) for name in [*names, *files])]  # fmt: skip
    seen = {str(path): path.lstat() for path in [folder, *found]}
    return {
        name: (stat.S_IFMT(one.st_mode), one.st_mode, one.st_size, one.st_mtime_ns, one.st_ino)
        for name, one in seen.items()
        # A trial file may have come and gone.
        if not stat.S_ISDIR(one.st_mode)
    }


def check(name: str, status: int, out: str, err: str) -> None:
    assert status == 2, err
    assert out == ""
    assert len(err.splitlines()) == 1, err
    assert err.startswith("qconf: ")
    assert err.endswith("\n")
    assert err[:-1].isprintable(), err
    assert CASES[name][1] in err


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_bad_input_is_one_line_and_no_file(name: str, folder: Path, server: CommandServer) -> None:
    """Exit status 2, one line on standard error, nothing on standard output; no file is touched."""
    if name == "output is full" and not (folder / "full").exists():
        pytest.skip("no device can be made here")
    before = everything(folder)
    done = server.run(folder, typed(name))
    check(name, done.returncode, done.stdout, done.stderr)
    assert everything(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", FROM_NOTHING)
def test_bad_input_from_nothing(name: str, folder: Path) -> None:
    """The same, with nothing loaded yet."""
    before = everything(folder)
    done = qconf(folder, typed(name))
    check(name, done.returncode, done.stdout, done.stderr)
    assert everything(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL_FROM_NOTHING)
def test_more_bad_input_from_nothing(name: str, folder: Path) -> None:
    """Each seventh, however common."""
    test_bad_input_from_nothing(name, folder)


def test_there_are_enough_cases() -> None:
    """The list does not shrink unseen."""
    assert len(CASES) >= 280
    assert set(FROM_NOTHING) <= set(CASES)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_in_a_folder_that_is_not_ours(folder: Path) -> None:
    """A folder without write permission is named before any work is done."""
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    done = qconf(folder, ["compare", "sales.csv", "--target", "price", "--output", "locked/o.csv"])
    assert done.returncode == 2
    assert "is not writable" in done.stderr


def test_debug_shows_the_traceback(folder: Path, server: CommandServer) -> None:
    """With ``--debug`` the whole story is told, and the exit status stays the same."""
    done = server.run(folder, ["compare", "sales.csv", "--target", "\x1b[31mx", "--debug"])
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert r"The table has no column '\x1b[31mx'" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "OMP_NUM_THREADS",
        pytest.param("LOKY_MAX_CPU_COUNT", marks=pytest.mark.slow),
        pytest.param("NUMBA_NUM_THREADS", marks=pytest.mark.slow),
    ],
)
def test_a_bad_number_of_threads_is_no_matter(name: str, folder: Path) -> None:
    """What is no number is passed over, without a word of the libraries that read it."""
    chosen = ["--prediction", "avm", "--features", "area", "--estimators", "count,constant"]
    command = ["compare", "sales.csv", "--target", "price", "--format", "csv", *chosen]
    done = qconf(folder, command, {name: "²"})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("estimator,")
