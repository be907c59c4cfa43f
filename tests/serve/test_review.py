"""The queue, and what is decided, as programs ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from served_models import queue_of, served
from starlette.testclient import TestClient

from qconf import FeedbackStore


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """At noon."""
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    """A service with six cases."""
    with FeedbackStore(tmp_path / "a.db", now=clock) as store:
        store.add_queue(queue_of(6))
        with served(store) as client:
            yield client


def ids(client: TestClient, query: str) -> list[int]:
    answer = client.get(f"/review?{query}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["cases"]]


def test_the_queue_is_sorted_and_filtered(client: TestClient) -> None:
    """By rank, error, value and the rest; by source and state; page by page."""
    assert ids(client, "") == [1, 2, 3, 4, 5, 6]
    assert ids(client, "order=error") == [1, 2, 3, 4, 5, 6]
    assert ids(client, "order=value") == [6, 5, 4, 3, 2, 1]
    assert ids(client, "source=random") == [2, 4, 6]
    assert ids(client, "order=value&limit=2&offset=1") == [5, 4]
    assert ids(client, "state=decided") == []
    whole = client.get("/review?source=random&limit=1").json()
    assert whole["total"] == 3
    assert whole["counts"] == {"open": 6, "decided": 0, "feedback": 0}


@pytest.mark.parametrize("query", ["order=size", "state=shut", "source=me", "limit=0", "limit=x"])
def test_what_the_queue_is_not_sorted_by_is_told(client: TestClient, query: str) -> None:
    """And nothing of the database is asked."""
    assert client.get(f"/review?{query}").status_code == 422


def test_a_case_is_held_until_its_lock_runs_out(client: TestClient, clock: Clock) -> None:
    """Another reviewer is refused meanwhile, and sees who has it."""
    assert client.post("/review/1/lock", json={"who": "ann"}).status_code == 200
    held = client.post("/review/1/lock", json={"who": "bob"})
    assert held.status_code == 409
    assert "open with ann" in held.json()["detail"]
    decided = client.post("/review/1/decision", json={"who": "bob", "reason": "fine"})
    assert decided.status_code == 409
    assert client.get("/review/1").json()["case"]["lock"]["who"] == "ann"
    clock.moment += timedelta(minutes=16)
    assert client.get("/review/1").json()["case"]["lock"] is None
    assert client.post("/review/1/lock", json={"who": "bob"}).status_code == 200
    assert client.post("/review/1/release", json={"who": "bob"}).status_code == 200
    assert client.post("/review/1/lock", json={"who": "ann"}).status_code == 200


def test_the_next_case_is_one_that_is_free(client: TestClient) -> None:
    """After the one that is decided, by rank, and not one that somebody else has."""
    client.post("/review/2/lock", json={"who": "bob"})
    done = client.post("/review/1/decision", json={"who": "ann", "reason": "fine"})
    assert done.status_code == 201
    assert done.json() == {"id": 1, "case_id": 1, "next_id": 3}
    last = client.post("/review/6/decision", json={"who": "ann", "reason": "fine"})
    assert last.json()["next_id"] == 3


def test_a_decision_is_superseded_by_name_only(client: TestClient) -> None:
    """The first stays; whoever does not know of it is told."""
    say = {"who": "ann", "reason": "fine"}
    client.post("/review/1/decision", json=say)
    other = {"who": "bob", "reason": "wrong_input", "corrected": {"area": 90}}
    assert client.post("/review/1/decision", json=other).status_code == 409
    again = client.post("/review/1/decision", json={**other, "supersedes": 1})
    assert again.status_code == 201
    opened = client.get("/review/1").json()
    assert [one["reason"] for one in opened["decisions"]] == ["fine", "wrong_input"]
    assert opened["case"]["decision"]["id"] == 2


@pytest.mark.parametrize("name", ["7", str(2**53)])
def test_a_case_that_is_not_there_is_not_found(client: TestClient, name: str) -> None:
    """Also one of a number that no database has."""
    assert client.get(f"/review/{name}").status_code == 404
    assert client.post(f"/review/{name}/lock", json={"who": "a"}).status_code == 404


def test_a_number_beyond_all_cases_breaks_a_rule(client: TestClient) -> None:
    """So does what is none."""
    for name in (str(2**63), "0", "-1", "x", "1.5"):
        assert client.get(f"/review/{name}").status_code == 422


def test_the_summary_is_that_of_the_store(client: TestClient) -> None:
    """Plain values, with null for what is not known; sliced by inputs that there are."""
    client.post("/review/1/decision", json={"who": "ann", "reason": "condition"})
    told = client.get("/summary?by=zone&level=0.9").json()
    assert told["counts"]["decided"] == 1
    assert told["level"] == 0.9
    (decided,) = (row for row in told["rows"] if row["table"] == "decisions")
    assert (decided["what"], decided["n"], decided["value"]) == ("condition", 1, 1.0)
    assert client.get("/summary?by=nothing").status_code == 404
    assert client.get("/summary?level=1").status_code == 422
