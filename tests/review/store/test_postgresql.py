"""A store that a team shares: the same laws in PostgreSQL, where there is one to start."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from own_postgresql import own_postgresql
from reviewed_rows import as_case, filled, one_estimate, queue_of
from sqlalchemy import make_url

from qconf import FeedbackStore
from qconf.review.store.case_order import ORDERS, CaseFilter
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


def test_pages_are_those_of_a_file(url: str, tmp_path: Path) -> None:
    """Both databases filter, sort and number alike; an estimate is kept once by its name."""
    address = make_url(url)
    with FeedbackStore(url) as store:
        engine = store._engine
        with engine.connect() as opened:
            opened.execution_options(isolation_level="AUTOCOMMIT")
            opened.exec_driver_sql("CREATE DATABASE paging")
    team = address.set(database="paging").render_as_string(hide_password=False)
    told = {"row_key": "r", "inputs": {"lot": 1}, "estimate": {"prediction": 5.0}}
    with FeedbackStore(tmp_path / "a.db") as file, FeedbackStore(team) as shared:
        both = [filled(one) for one in (file, shared)]
        for asked in (CaseFilter(), CaseFilter(False, "random"), CaseFilter(reason="condition"),
                      CaseFilter(ids=range(1, 100_000))):  # fmt: skip
            counts = [one.count_cases(asked) for one in both]
            assert counts[0] == counts[1]
            for order in ORDERS:
                pages = [one.page_of_cases(asked, order=order, limit=9, offset=9) for one in both]
                ids = [[case.id for case in page] for page in pages]
                assert ids[0] == ids[1]
                beside = [one.cases_beside(5, "ann", asked, order=order) for one in both]
                assert beside[0] == beside[1]
        names = [one.input_names() for one in both]
        assert names[0] == names[1]
        with ThreadPoolExecutor(8) as pool:
            kept = list(pool.map(lambda _: shared.keep_estimate("a-name", told), range(40)))
        assert all(one == kept[0] for one in kept)
