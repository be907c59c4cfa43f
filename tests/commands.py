"""Run the command as people do: a process each, with real files and real streams.

Loading the libraries takes most of a second. So a server loads them once and then forks: each
command is a process of its own, which runs the program's `main` from its beginning to its end, but
does not have to load anything. `qconf` starts a process from nothing.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["CommandServer", "qconf"]

NONE: Mapping[str, str] = MappingProxyType({})


def qconf(
    folder: Path, arguments: Iterable[str], environment: Mapping[str, str] = NONE
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m qconf`` in a folder, with an empty file to read from, as the server does."""
    with tempfile.NamedTemporaryFile() as empty, Path(empty.name).open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "qconf", *arguments],
            cwd=folder,
            stdin=stdin,
            capture_output=True,
            check=False,
            timeout=120,
            env={**os.environ, **environment},
        )
    texts = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    return subprocess.CompletedProcess(done.args, done.returncode, *texts)


class CommandServer:
    """A process with everything loaded, whose children are commands."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answers = tempfile.TemporaryDirectory()

    def run(
        self,
        folder: Path,
        arguments: Iterable[str],
        *,
        stdin: bytes = b"",
        streams: Mapping[int, str | None] = MappingProxyType({}),
        encoding: str = "utf-8",
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a folder.

        Parameters
        ----------
        folder : Path
        arguments : iterable of str
        stdin : bytes
        streams : mapping of int to str or None
            Where standard output (1) and standard error (2) go instead; None is closed.
        encoding : str
            Of standard output.
        """
        own = {number: str(Path(self._answers.name, str(number))) for number in (0, 1, 2)}
        for path in own.values():
            Path(path).write_bytes(stdin)
        job: dict[str, Any] = {
            "folder": str(folder),
            "arguments": list(arguments),
            "streams": {**own, **streams},
            "encoding": encoding,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        texts = [
            "" if number in streams else Path(own[number]).read_bytes().decode(errors="replace")
            for number in (1, 2)
        ]
        return subprocess.CompletedProcess(job["arguments"], status, *texts)

    def close(self) -> None:
        """End the server."""
        self._process.communicate()
        self._answers.cleanup()


#: What a command would load, and nothing that starts threads.
LOADED = (
    "difflib", "lightgbm", "numba", "openpyxl", "pyarrow.csv", "pyarrow.dataset",
    "pyarrow.feather", "pyarrow.parquet", "qconf.cli.progress", "qconf.comparison.table",
    "qconf.estimators", "qconf.learners.trees.boosted", "qconf.simulation.simulate",
    "qconf.datasets", "qconf.scoring.clusters", "qconf.tables.reading",
)  # fmt: skip


def _serve() -> None:
    for name in LOADED:
        import_module(name)
    from qconf.cli.app import run  # noqa: PLC0415
    from qconf.errors import QconfError  # noqa: PLC0415

    with suppress(QconfError):
        run(["simulate", "--groups-of-each", "0"])  # now the options, too, have been set up
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(job: dict[str, Any]) -> None:
    """Be as a process that was started for this command."""
    import signal  # noqa: PLC0415

    from qconf.cli.main import main  # noqa: PLC0415

    signal.alarm(120)
    os.chdir(job["folder"])
    handles = {}
    for number, path in job["streams"].items():
        mode = os.O_RDONLY if number == "0" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        handles[int(number)] = None if path is None else os.open(path, mode)
    for number, handle in handles.items():
        if handle is not None:
            os.dup2(handle, number)
            os.close(handle)
    for number in (number for number, handle in handles.items() if handle is None):
        os.close(number)
    sys.stdin = _opened(job, 0, "r")
    sys.stdout = _opened(job, 1, "w", encoding=job["encoding"])
    sys.stderr = _opened(job, 2, "w", errors="backslashreplace")
    sys.argv = ["qconf", *job["arguments"]]
    try:
        main()
    except SystemExit as ended:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        # Taking all modules down would copy all memory, and take longer than most commands.
        os._exit(int(ended.code or 0))


def _opened(job: dict[str, Any], number: int, mode: str, **how: str) -> Any:
    if job["streams"][str(number)] is None:
        return None
    how = {"encoding": "utf-8", **how}
    return open(number, mode, closefd=False, **how)  # type: ignore[call-overload]


if __name__ == "__main__":
    _serve()
