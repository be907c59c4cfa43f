"""A store that a team shares: the same laws in PostgreSQL, where there is one to start."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from own_postgresql import own_postgresql
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.review.store.errors import ConflictError
from qconf.review.summary import summarize

psycopg: Any = pytest.importorskip("psycopg")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of our own."""
    with own_postgresql() as made:
        yield made


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
