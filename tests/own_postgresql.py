"""A server of PostgreSQL of our own, where there is one to start."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Any

import pytest

__all__ = ["own_postgresql"]


@contextmanager
def own_postgresql() -> Iterator[str]:
    """Start one in an empty folder, on a port of this machine alone; return its address."""
    found = [shutil.which("initdb"), *sorted(glob("/usr/lib/postgresql/*/bin/initdb"))]  # noqa: PTH207
    programs = [Path(one).parent for one in found if one]
    if not programs:
        pytest.skip("PostgreSQL's initdb is not installed")
    # It does not run as root, and another user does not get into pytest's own folders.
    owner: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="qconf-pg-") as folder, socket.socket() as free:
        if owner:
            shutil.chown(folder, "postgres", "postgres")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        yield from _served(programs[-1], Path(folder), port, owner)


def _served(programs: Path, folder: Path, port: int, owner: dict[str, Any]) -> Iterator[str]:
    def run(program: str, *words: str | Path) -> None:
        command = [programs / program, "-D", folder / "data", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **owner)

    run("initdb", "-U", "ann", "--auth=trust", "--no-sync")
    listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    run("pg_ctl", "-w", "-o", listen, "-l", folder / "log", "start")
    try:
        yield f"postgresql://ann@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
