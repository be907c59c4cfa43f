"""How the service ends: with what is being worked on, and with its store whole."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from reviewed_rows import offers, priced

import qconf
from benchmarks.server_process import RunningServer
from qconf import FeedbackStore

pytestmark = pytest.mark.slow

ROWS = 1000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ending") / "avm.qconf"
    qconf.save(priced(), made)
    return made


def rows(n: int) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(
        offers(n, 5).drop(columns="price").to_json(orient="records")
    )
    return told


def half_sent(server: RunningServer, body: bytes) -> HTTPConnection:
    """Ask for estimates, and keep the second half of what is asked back."""
    connection = server.connected()
    connection.putrequest("POST", "/estimates")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[: len(body) // 2])
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_being_worked_on_is_done_first(
    model: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Clients that were heard get their answers, and the store has what they were told.

    Their rows are complete only once it was asked to end, so that nothing can be done before.
    It ends with status 0, as it was asked to; nothing stands in the log that failed.
    """
    place = tmp_path / "feedback.db"
    body = json.dumps({"rows": rows(ROWS)}).encode()
    with RunningServer(model, place, "--key", "id", log=tmp_path / "log") as server:
        clients = [half_sent(server, body) for _ in range(4)]
        assert server.is_ready()  # came later, so those before it are heard
        assert server.process is not None
        server.process.send_signal(number)
        while server.is_ready():
            time.sleep(0.05)
        for one in clients:
            one.send(body[len(body) // 2 :])
        answers = [one.getresponse() for one in clients]
        told = [(one.status, one.read()) for one in answers]
        for one in clients:
            one.close()
        assert server.process.wait(30) == 0
    lines = (tmp_path / "log").read_text().splitlines()
    assert [status for status, _ in told] == [200] * 4
    ids = [one["id"] for _, answer in told for one in json.loads(answer)["estimates"]]
    assert len(set(ids)) == 4 * ROWS
    with FeedbackStore(place, create=False) as store:
        assert store.estimate(ids[-1]).id == ids[-1]
    assert not [one for one in lines if "Traceback" in one or '"level": "error"' in one]
    assert json.loads(lines[-1])["event"] == "ended"


def test_the_store_is_one_whole_file_afterwards(model: Path, tmp_path: Path) -> None:
    """What stood in the log of the database is in the database, which can then be copied."""
    place = tmp_path / "feedback.db"
    with RunningServer(model, place, "--key", "id", log=tmp_path / "log") as server:
        assert server.ask("POST", "/estimates", {"rows": rows(20)})[0] == 200
        assert server.end() == 0
    assert not list(tmp_path.glob("feedback.db-*"))
    with sqlite3.connect(place) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM qconf_estimates").fetchone() == (20,)


def test_two_services_share_a_store(model: Path, tmp_path: Path) -> None:
    """As several workers do: what the one keeps the other has, and a submission counts once."""
    place = tmp_path / "feedback.db"
    with (
        RunningServer(model, place, "--key", "id", log=tmp_path / "log1") as one,
        RunningServer(model, place, "--key", "id", log=tmp_path / "log2") as other,
    ):
        made = json.loads(one.ask("POST", "/estimates", {"rows": rows(1)})[1])
        path = f"/estimates/{made['estimates'][0]['id']}/feedback"
        told: list[int] = []

        def say(server: RunningServer, number: int) -> None:
            said = {"who": "ann", "reason": "other", "text": str(number)}
            key = {"Idempotency-Key": f"key-{number}"}
            status, answer = server.ask("POST", path, said, key)
            assert status == 201, answer
            told.append(json.loads(answer)["id"])

        threads = [
            threading.Thread(target=say, args=(server, number))
            for number in range(40)
            for server in (one, other)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert one.end() == other.end() == 0
    assert len(told) == 80
    assert len(set(told)) == 40
    with FeedbackStore(place, create=False) as store:
        assert sorted(int(said.text) for said in store.feedback()) == list(range(40))
