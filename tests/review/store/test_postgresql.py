"""A store that a team shares: the same laws in PostgreSQL, where there is one to start."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.review.store.errors import ConflictError
from qconf.review.summary import summarize

psycopg: Any = pytest.importorskip("psycopg")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Start a server of our own in an empty folder, on a port of this machine alone."""
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


def test_the_laws_hold_there_too(url: str) -> None:
    """Once, append-only, superseded, locked, of many one."""
    with FeedbackStore(url) as store:
        estimate = one_estimate(store)
        said = {"who": "ann", "reason": "other", "text": "\u00e9'; DROP TABLE qconf_feedback; --"}

        def say(number: int) -> int:
            key = f"k{number % 10}"
            return store.add_feedback(estimate, idempotency_key=key, **said)

        store.add_queue(queue_of(as_case("r1"), as_case("r2", rank=2)))

        def take(number: int) -> bool:
            try:
                store.open_case(2, f"p{number}")
                store.decide(2, who=f"p{number}", reason="fine")
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(say, range(60)))) == 10
            assert sum(pool.map(take, range(16))) == 1
        first = store.decide(1, who="ann", reason="wrong_input", corrected={"lot": 620})
        with pytest.raises(ConflictError):
            store.decide(1, who="bob", reason="fine")
        store.decide(1, who="bob", reason="fine", supersedes=first)
        assert store.feedback()[0].text == said["text"]
        assert store.flagged() == {"r1": 10}
        assert len(summarize(store).table) > 0
    with FeedbackStore(url, create=False) as again:
        assert again.counts() == {"open": 0, "decided": 2, "feedback": 10}


@pytest.mark.parametrize("table", ["store", "estimates", "feedback", "cases", "decisions", "locks"])
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {0}", "TRUNCATE {0} CASCADE", "UPDATE {0} SET who = 'x'"]
)
def test_nothing_is_changed_or_lost(url: str, table: str, statement: str) -> None:
    """Whoever asks."""
    FeedbackStore(url).close()
    column = {"store": "made_by", "estimates": "model", "cases": "why"}.get(table, "who")
    asked = statement.replace("who", column).format(f"qconf_{table}")
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute(asked)
