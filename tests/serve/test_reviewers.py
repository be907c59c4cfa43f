"""Several reviewers at the same queue, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from attack_target import Target, attacked

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Clock:
    """Says what time it is."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("reviewers"), clock=clock) as made:
        yield made


def free(target: Target) -> int:
    """Find a case that nobody has decided or has open."""
    return next(int(one.id) for one in target.store.cases(decided=False) if one.lock is None)


@pytest.mark.slow
def test_of_many_who_open_a_case_at_once_one_has_it(target: Target) -> None:
    """The others are told who, and until when."""
    path = f"/review/{free(target)}/lock"
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda i: target.post(path, {"who": f"p{i}"}), range(16)))
    (taken,) = [one.json() for one in told if one.status == 200]
    others = [one for one in told if one.status != 200]
    assert {one.status for one in others} == {409}
    assert all(taken["who"] in one.json()["detail"] for one in others)


def test_who_has_a_case_decides_it_and_nobody_else_does_meanwhile(target: Target) -> None:
    """Until the lock has run out: after a quarter of an hour another may."""
    number = free(target)
    path, said = f"/review/{number}/decision", {"who": "bob", "reason": "fine"}
    assert target.post(f"/review/{number}/lock", {"who": "ann"}).status == 200
    refused = target.post(path, said)
    assert refused.status == 409
    assert "ann" in refused.json()["detail"]
    assert target.post(path, {**said, "who": "ann"}).status == 201
    assert [one.who for one in target.store.decisions(number)] == ["ann"]


def test_a_lock_runs_out(target: Target, clock: Clock) -> None:
    """Who went for lunch keeps nobody waiting; who comes back is told."""
    number = free(target)
    path = f"/review/{number}"
    assert target.post(f"{path}/lock", {"who": "ann"}).status == 200
    clock.now += timedelta(minutes=14)
    assert target.post(f"{path}/lock", {"who": "bob"}).status == 409
    clock.now += timedelta(minutes=2)
    assert target.post(f"{path}/lock", {"who": "bob"}).status == 200
    assert target.post(f"{path}/decision", {"who": "ann", "reason": "fine"}).status == 409
    assert target.post(f"{path}/decision", {"who": "bob", "reason": "fine"}).status == 201


def test_who_opens_a_case_again_keeps_it_longer(target: Target, clock: Clock) -> None:
    """Nobody else gives it back; who has it and does lets others in at once."""
    path = f"/review/{free(target)}"
    assert target.post(f"{path}/lock", {"who": "ann"}).status == 200
    clock.now += timedelta(minutes=10)
    assert target.post(f"{path}/lock", {"who": "ann"}).status == 200
    clock.now += timedelta(minutes=10)
    assert target.post(f"{path}/lock", {"who": "bob"}).status == 409
    refused = target.post(f"{path}/release", {"who": "bob"})
    assert refused.status == 409
    assert "ann" in refused.json()["detail"]
    assert target.post(f"{path}/lock", {"who": "bob"}).status == 409
    assert target.post(f"{path}/release", {"who": "ann"}).status == 200
    assert target.post(f"{path}/lock", {"who": "bob"}).status == 200


def test_of_many_who_decide_at_once_one_does(target: Target) -> None:
    """Nobody overwrites another; a decision is replaced only by who has seen it."""
    number = free(target)
    path = f"/review/{number}/decision"
    with ThreadPoolExecutor(16) as pool:
        told = list(
            pool.map(lambda i: target.post(path, {"who": f"p{i}", "reason": "fine"}), range(16))
        )
    assert sorted(one.status for one in told) == [201] + [409] * 15
    first = next(one.json()["id"] for one in told if one.status == 201)
    again = {"who": "ann", "reason": "condition", "supersedes": first}
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda i: target.post(path, {**again, "who": f"q{i}"}), range(8)))
    assert sorted(one.status for one in told) == [201] + [409] * 7
    assert len(target.store.decisions(number)) == 2


def test_the_next_case_is_one_that_nobody_has(target: Target) -> None:
    """Whoever decides is led past what others have open."""
    first = free(target)
    following = target.ask("GET", f"/review/{first}").json()["next_id"]
    if following is None:
        pytest.skip("the queue has come to its end")
    assert target.post(f"/review/{following}/lock", {"who": "bob"}).status == 200
    told = target.post(f"/review/{first}/decision", {"who": "ann", "reason": "fine"}).json()
    assert told["next_id"] != following


def test_a_page_tells_who_has_a_case_open(target: Target) -> None:
    """Before anybody types something in vain."""
    number = free(target)
    assert target.post(f"/review/{number}/lock", {"who": "Zoe Z"}).status == 200
    assert "Zoe Z" in target.page(f"/review/{number}").text
    assert "Zoe Z" in target.page("/review?state=all").text
