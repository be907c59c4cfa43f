"""A server that is killed while many say what they think: what was acknowledged is there, once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest
from reviewed_rows import offers, priced

import qconf
from benchmarks.server_process import RunningServer
from qconf import FeedbackStore

pytestmark = pytest.mark.slow

CLIENTS, EACH, KILLS = 50, 20, 10


class Client:
    """Says things over HTTP, again and again until each was acknowledged."""

    def __init__(self, server: RunningServer, address: str, acknowledged: Acknowledged) -> None:
        self._server = server
        self._address = address
        self._acknowledged = acknowledged

    def say_all(self, numbers: range) -> None:
        for number in numbers:
            self._acknowledged.add(number, self.say(number))

    def say(self, number: int) -> int:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            given = self._tried(number)
            if given is not None:
                return given
            time.sleep(0.05)
        raise TimeoutError(number)

    def _tried(self, number: int) -> int | None:
        """Send it once; None if nobody said that it was kept."""
        said: dict[str, Any] = {"who": "ann", "reason": "other", "text": str(number)}
        if number % 10 == 0:
            said |= {"reason": "wrong_input", "corrected": {"size": 100.0 + number}}
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"key-{number}"}
        connection = self._server.connected(timeout=20)
        try:
            connection.request("POST", self._address, json.dumps(said), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()
        if answer.status in (429, 503):
            return None
        assert answer.status in (200, 201), told
        return int(told["id"])


class Acknowledged:
    """Numbers of feedback by what was said, as clients were told them."""

    def __init__(self) -> None:
        self._told: dict[int, int] = {}
        self._lock = Lock()

    def add(self, number: int, kept: int) -> None:
        with self._lock:
            self._told[number] = kept

    def now(self) -> dict[int, int]:
        with self._lock:
            return dict(self._told)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    model = tmp_path / "avm.qconf"
    qconf.save(priced(), model)
    with RunningServer(model, tmp_path / "feedback.db", "--key", "id") as running:
        yield running


def estimated(server: RunningServer) -> str:
    row = json.loads(offers(1, 5).drop(columns="price").to_json(orient="records"))
    told = server.ask("POST", "/estimates", {"rows": row})[1]
    return str(json.loads(told)["estimates"][0]["id"])


def kill_again_and_again(server: RunningServer, acknowledged: Acknowledged, over: Event) -> int:
    """Kill the server whenever it has acknowledged some more, and start it anew."""
    rng, kills = random.Random(18), 0  # noqa: S311 - no secret
    for turn in range(KILLS):
        enough = (turn + 1) * CLIENTS * EACH // (KILLS + 2)
        until = time.monotonic() + 120
        while len(acknowledged.now()) < enough and not over.is_set():
            assert time.monotonic() < until
            time.sleep(rng.uniform(0.001, 0.01))
        assert not over.is_set()
        server.kill()
        kills += 1
        server.start()
    return kills


def test_what_was_acknowledged_is_there_once_though_the_server_is_killed(
    server: RunningServer, tmp_path: Path
) -> None:
    """1,000 feedbacks of 50 clients at once; the server is killed (-9) ten times and started anew.

    A client that got no answer sends the same again, with the same idempotency key.
    """
    address = f"/estimates/{estimated(server)}/feedback"
    acknowledged, over = Acknowledged(), Event()
    client = Client(server, address, acknowledged)
    shares = [range(EACH * i, EACH * (i + 1)) for i in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        killer = pool.submit(kill_again_and_again, server, acknowledged, over)
        clients = [pool.submit(client.say_all, share) for share in shares]
        for one in clients:
            one.result()
        over.set()
        assert killer.result() == KILLS
    told = acknowledged.now()
    again = {number: client.say(number) for number in range(0, CLIENTS * EACH, 7)}
    assert server.end() == 0
    with FeedbackStore(tmp_path / "feedback.db", create=False) as store:
        kept = store.feedback()
    assert Counter(one.text for one in kept) == Counter(map(str, range(CLIENTS * EACH)))
    assert {int(one.text): one.id for one in kept} == told
    assert again.items() <= told.items()
