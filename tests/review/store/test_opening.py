"""What is opened as a store, and what is refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from reviewed_rows import as_case, one_estimate, queue_of
from sqlalchemy.engine import URL

from qconf import FeedbackStore
from qconf.errors import OptionError, OutputError, TableError
from qconf.review.store.opening import named, store_url

TABLES = ("store", "estimates", "feedback", "cases", "decisions", "locks")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a row in each of its tables."""
    place = tmp_path / "a.db"
    with FeedbackStore(place) as store:
        store.add_feedback(one_estimate(store), who="ann", reason="other")
        store.add_queue(queue_of(as_case("r1")))
        store.open_case(1, "ann")
        store.decide(1, who="ann", reason="fine")
    return place


def test_a_store_is_opened_again_with_all_that_is_in_it(path: Path) -> None:
    """By its name, a path, or a URL; also where none would be made."""
    for place in (path, str(path), f"sqlite:///{path}"):
        with FeedbackStore(place, create=False) as store:
            assert store.counts() == {"open": 0, "decided": 1, "feedback": 1}
            assert repr(str(path)) == store.name


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {0} SET rowid = rowid",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "REPLACE INTO {0} SELECT * FROM {0} LIMIT 1",
    ],
)
def test_nothing_is_changed_or_lost_whoever_asks(path: Path, table: str, statement: str) -> None:
    """The database itself refuses, also in the hands of another program."""
    other = sqlite3.connect(path)
    before = other.execute(f"SELECT * FROM qconf_{table}").fetchall()  # noqa: S608 - our own
    assert before
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement.format(f"qconf_{table}"))
    assert other.execute(f"SELECT * FROM qconf_{table}").fetchall() == before  # noqa: S608
    other.close()


def test_a_replaced_idempotency_key_would_be_a_changed_feedback(path: Path) -> None:
    """Replacing by any unique column is refused, not by the number of the row alone."""
    other = sqlite3.connect(path)
    columns = [row[1] for row in other.execute("PRAGMA table_info(qconf_feedback)")][1:]
    names = ", ".join(columns)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(
            f"INSERT OR REPLACE INTO qconf_feedback ({names}) "  # noqa: S608 - our own
            f"SELECT {names} FROM qconf_feedback"
        )
    other.close()


def test_a_newer_store_is_refused_and_left_as_it_is(path: Path) -> None:
    """With what to do."""
    other = sqlite3.connect(path)
    other.execute("INSERT INTO qconf_store VALUES (2, 'later', 'qconf 9')")
    other.commit()
    other.close()
    with pytest.raises(TableError) as told:
        FeedbackStore(path)
    assert "made by a newer qconf (schema 2, this one knows 1)" in str(told.value)
    assert "pip install --upgrade qconf" in str(told.value)


def test_files_of_others_are_not_touched(tmp_path: Path) -> None:
    """Neither a database of another program, nor what is none."""
    database, text, nothing = (tmp_path / name for name in ("b.db", "c.db", "d.db"))
    other = sqlite3.connect(database)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    text.write_bytes(b"id,price\n" * 200)
    for place in (database, text):
        before = place.read_bytes()
        for create in (True, False):
            with pytest.raises(TableError, match="is no store of qconf"):
                FeedbackStore(place, create=create)
        assert place.read_bytes() == before
    with pytest.raises(TableError, match="There is no store"):
        FeedbackStore(nothing, create=False)
    assert not nothing.exists()


def test_a_place_that_cannot_be_written_is_a_line(tmp_path: Path) -> None:
    """A folder that is not there, or is a folder."""
    for place in (tmp_path / "no" / "a.db", tmp_path):
        with pytest.raises(OutputError, match="Cannot use the store") as told:
            FeedbackStore(place)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mysql://u@h/d", "in a file or in PostgreSQL"),
        ("sqlite://", "only in memory"),
        ("sqlite:///:memory:", "only in memory"),
        ("postgresql://h:port/d", "must be like postgresql"),
        ("", "a file of its own"),
        ("-", "a file of its own"),
    ],
)
def test_places_that_are_none(place: str, words: str) -> None:
    """Are said before anything is opened."""
    with pytest.raises(OptionError, match=words):
        store_url(place)


def test_a_password_is_not_told() -> None:
    """In no message."""
    url = store_url("postgresql://ann:secret@host/name")
    assert "secret" not in named(url)
    assert named(url) == "'postgresql+psycopg://ann:***@host/name'"
    assert isinstance(url, URL)


def test_a_database_that_is_not_there_is_a_line() -> None:
    """Without the password."""
    pytest.importorskip("psycopg")
    with pytest.raises(OutputError) as told:
        FeedbackStore("postgresql://ann:secret@127.0.0.1:1/name")
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_without_sqlalchemy_the_extra_is_named() -> None:
    """As a line, and the rest of the package works."""
    program = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import qconf; from qconf import review_queue, apply_corrections\n"
        "try: qconf.FeedbackStore\n"
        "except qconf.QconfError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install 'qconf[review]'" in done.stdout


@pytest.mark.slow
def test_two_programs_may_make_it_at_once(tmp_path: Path) -> None:
    """One makes it, the other finds it."""
    program = "import sys; from qconf import FeedbackStore; FeedbackStore(sys.argv[1]).close()"
    command = [sys.executable, "-c", program, str(tmp_path / "a.db")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for one in both:
        _, err = one.communicate()
        assert one.returncode == 0, err
