"""Several people and processes at once, and writers that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.review.store.errors import ConflictError


def test_threads_share_a_store(tmp_path: Path) -> None:
    """Every answer is kept, and each submission that several send is kept once."""
    with FeedbackStore(tmp_path / "a.db") as store:
        estimate = one_estimate(store)

        def say(number: int) -> int:
            key = f"k{number % 40}"
            return store.add_feedback(estimate, who="ann", reason="other", idempotency_key=key)

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(say, range(120)))
        assert len(set(numbers)) == 40
        assert [number for number in numbers if numbers[0] == number] == 3 * [numbers[0]]
        assert {one.id for one in store.feedback()} == set(numbers)


def test_of_many_who_decide_at_once_one_does(tmp_path: Path) -> None:
    """And of many who open a case, one has it."""
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(queue_of(as_case("r1"), as_case("r2", rank=2)))

        def decide(number: int) -> bool:
            try:
                store.decide(1, who=f"p{number}", reason="fine")
            except ConflictError:
                return False
            return True

        def take(number: int) -> bool:
            try:
                store.open_case(2, f"p{number}")
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(decide, range(16))) == 1
            assert sum(pool.map(take, range(16))) == 1
        assert len(store.decisions(1)) == 1


def test_a_fork_has_connections_of_its_own(tmp_path: Path) -> None:
    """Parent and child go on writing."""
    with FeedbackStore(tmp_path / "a.db") as store:
        estimate = one_estimate(store)
        child = os.fork()
        if not child:
            status = 1
            try:
                store.add_feedback(estimate, who="child", reason="other")
                status = 0
            finally:
                os._exit(status)
        store.add_feedback(estimate, who="parent", reason="other")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert sorted(one.who for one in store.feedback()) == ["child", "parent"]


#: Sends submissions until all were answered, and writes down each answer once it has it.
WRITER = """
import os, sys
from qconf import FeedbackStore
place, estimate, answers, first, last = sys.argv[1:]
done = open(answers).read().split() if os.path.exists(answers) else []
handle = os.open(answers, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
with FeedbackStore(place) as store:
    for number in range(int(first), int(last)):
        if f"k{number}" in done:
            continue
        said = {"who": f"w{first}", "reason": "other", "text": str(number)}
        store.add_feedback(estimate, idempotency_key=f"k{number}", **said)
        os.write(handle, f"k{number}\\n".encode())
"""
WRITERS, EACH, KILLS = 4, 250, 10


@pytest.mark.slow
def test_what_was_answered_is_there_once_though_writers_are_killed(tmp_path: Path) -> None:
    """1,000 feedbacks of four processes, of which one is killed (-9) ten times and started anew."""
    place = tmp_path / "a.db"
    with FeedbackStore(place) as store:
        estimate = one_estimate(store)
    answers = [tmp_path / f"answers-{i}" for i in range(WRITERS)]

    def start(number: int) -> subprocess.Popen[bytes]:
        span = str(EACH * number), str(EACH * (number + 1))
        command = [sys.executable, "-c", WRITER, str(place), estimate, str(answers[number]), *span]
        return subprocess.Popen(command)

    def answered() -> set[str]:
        # A line that was cut by the kill is no answer.
        return {key for one in answers if one.exists() for key in one.read_text().split("\n")[:-1]}

    rng = random.Random(18)  # noqa: S311 - no secret
    running = [start(i) for i in range(WRITERS)]
    kills = 0
    while kills < KILLS:
        before = len(answered())
        deadline = time.monotonic() + 60
        while len(answered()) < before + 20 and time.monotonic() < deadline:
            time.sleep(rng.uniform(0.001, 0.01))
        alive = [i for i, one in enumerate(running) if one.poll() is None]
        assert alive, "all writers came to their end before they were killed"
        victim = rng.choice(alive)
        running[victim].send_signal(signal.SIGKILL)
        running[victim].wait()
        kills += 1
        with FeedbackStore(place, create=False) as store:
            known = answered()
            kept = [f"k{one.text}" for one in store.feedback()]
        assert known <= set(kept)
        assert len(kept) == len(set(kept))
        running[victim] = start(victim)
    for one in running:
        assert one.wait(timeout=120) == 0
    with FeedbackStore(place, create=False) as store:
        kept = sorted(int(one.text) for one in store.feedback())
    assert kept == list(range(WRITERS * EACH))
    assert len(answered()) == WRITERS * EACH
