"""The service of a team: its store in PostgreSQL, where there is one to start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from own_postgresql import own_postgresql
from reviewed_rows import as_case, offers, priced, queue_of

import qconf
from benchmarks.server_process import RunningServer
from qconf import FeedbackStore

pytest.importorskip("psycopg", reason="psycopg speaks to PostgreSQL")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of our own."""
    with own_postgresql() as made:
        yield made


def test_two_services_of_a_team_share_what_people_said(url: str, tmp_path: Path) -> None:
    """Each submission counts once, one reviewer has a case, and nothing hostile is a fault."""
    model = tmp_path / "avm.qconf"
    qconf.save(priced(), model)
    with FeedbackStore(url) as store:
        store.add_queue(queue_of(as_case("r1"), as_case("r2", rank=2)))
    rows = json.loads(offers(3, 5).drop(columns="price").to_json(orient="records"))
    with (
        RunningServer(model, url, "--key", "id", log=tmp_path / "log1") as one,
        RunningServer(model, url, "--key", "id", log=tmp_path / "log2") as other,
    ):
        both = (one, other)
        made = json.loads(one.ask("POST", "/estimates", {"rows": rows})[1])["estimates"]
        path = f"/estimates/{made[0]['id']}"
        assert json.loads(other.ask("GET", path)[1])["estimate"] == made[0]["estimate"]

        def say(number: int) -> int:
            said = {"who": "ann", "reason": "other", "text": f"'; DROP TABLE x; -- {number % 10}"}
            key = {"Idempotency-Key": f"key-{number % 10}"}
            return int(
                json.loads(both[number % 2].ask("POST", f"{path}/feedback", said, key)[1])["id"]
            )

        def take(number: int) -> int:
            return both[number % 2].ask("POST", "/review/2/lock", {"who": f"p{number}"})[0]

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(say, range(40)))) == 10
            assert sorted(pool.map(take, range(8))) == [200] + [409] * 7
        for hostile in ("/estimates/x%00", "/estimates/%ED%A0%80", "/review?source=%00",
                        "/summary?by=%00", "/review/99999999999"):  # fmt: skip
            assert 400 <= one.ask("GET", hostile)[0] < 500, hostile
        for text in ("\0", "\ud800"):
            said = {"who": "ann", "reason": "other", "text": text}
            assert one.ask("POST", f"{path}/feedback", said)[0] in (400, 422)
            assert one.ask("POST", "/estimates", {"rows": [{**rows[0], "zone": text}]})[0] < 500
            assert one.ask("POST", "/estimates", {"rows": [{**rows[0], "id": text}]})[0] < 500
        assert one.end() == other.end() == 0
    with FeedbackStore(url, create=False) as store:
        assert len(store.feedback()) == 10
    for log in tmp_path.glob("log?"):
        assert '"level": "error"' not in log.read_text()
