"""Open a database as a store: made anew, or checked to be one that this version reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError

import qconf
from qconf.core.targets import cannot_write
from qconf.errors import OptionError, OutputError, TableError
from qconf.review.store.tables import METADATA, SCHEMA, STORE

__all__ = ["WRITES", "named", "opened_engine", "store_url", "translated"]

#: An option of a connection that is going to write.
WRITES = "qconf_writes"
#: So long a writer waits for another, in seconds.
_PATIENCE = 30
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"


def store_url(place: str | Path) -> URL:
    """Read where a store is: a file, or the address of a database.

    Parameters
    ----------
    place : str or path
        ``feedback.db``, ``sqlite:///feedback.db`` or ``postgresql://user@host/name``.

    Raises
    ------
    OptionError
    """
    text = str(place)
    if "://" not in text:
        if not text or text == "-":
            msg = f"A store is a file of its own, such as feedback.db; got {text!r}."
            raise OptionError(msg)
        return URL.create(_SQLITE, database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        msg = "The address of a store must be like postgresql://user@host/name; this one is not."
        raise OptionError(msg) from error
    kind = url.get_backend_name()
    if kind not in (_SQLITE, _POSTGRESQL):
        msg = f"A store is kept in a file or in PostgreSQL (postgresql://...); got {kind}://."
        raise OptionError(msg)
    if kind == _SQLITE and url.database in (None, "", ":memory:"):
        msg = "A store that is only in memory keeps nothing: name a file, such as feedback.db."
        raise OptionError(msg)
    return url.set(drivername="postgresql+psycopg") if url.drivername == _POSTGRESQL else url


def named(url: URL) -> str:
    """Name a store for people, without a password."""
    if url.get_backend_name() == _SQLITE:
        return repr(url.database)
    return repr(url.render_as_string(hide_password=True))


def opened_engine(url: URL, *, create: bool, now: str) -> Engine:
    """Open a store.

    Parameters
    ----------
    url : URL
    create : bool
        Whether to make one where there is none.
    now : str
        When it is made, if it is.

    Raises
    ------
    TableError
        If there is none, or what is there is no store or that of a newer version.
    OutputError
        If it cannot be opened for writing.
    """
    is_file = url.get_backend_name() == _SQLITE
    if is_file and not create and not Path(str(url.database)).exists():
        msg = f"There is no store {named(url)}. qconf review queue --output makes one."
        raise TableError(msg)
    try:
        engine = create_engine(url, connect_args={"timeout": _PATIENCE} if is_file else {})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        msg = (
            "A store in PostgreSQL needs psycopg, which is not installed. Install it with: "
            "pip install 'qconf[postgresql]'"
        )
        raise OptionError(msg) from error
    if is_file:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    try:
        with translated(url), engine.connect() as opened:
            connection = opened.execution_options(**{WRITES: create})
            with connection.begin():
                _check(connection, url, create=create, now=now)
        if is_file:
            _log_ahead(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(connection: Any, _: Any) -> None:
    """Wait for others; what was acknowledged outlives a power cut."""
    connection.isolation_level = None  # transactions begin where `_begin` says so
    cursor = connection.cursor()
    try:
        for setting in (
            f"busy_timeout = {1000 * _PATIENCE}", "synchronous = FULL", "foreign_keys = ON",
            "recursive_triggers = ON",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {setting}")
    finally:
        cursor.close()


def _log_ahead(engine: Engine, url: URL) -> None:
    """Let readers and one writer work at the same time; the file remembers that it is so.

    Only now: a file that turned out to be somebody else's is left as it was.
    """
    for _ in range(10 * _PATIENCE):
        connection = engine.raw_connection()
        try:
            (mode,) = connection.cursor().execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError:
            mode = ""  # another program is opening it, too
        finally:
            connection.close()
        if mode == "wal":
            return
        sleep(0.1)
    reason = "the disk cannot be shared (write-ahead logging); put it on a disk of this machine"
    raise OutputError(cannot_write(str(url.database), reason))


def _begin(connection: Connection) -> None:
    # A writer takes its turn at the beginning: one that read first and then wanted to write, while
    # another had written, would have to be refused.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check(connection: Connection, url: URL, *, create: bool, now: str) -> None:
    there = set(inspect(connection).get_table_names())
    if STORE.name not in there:
        # A team's database may hold other things; a file that does is somebody's.
        foreign = bool(there) and url.get_backend_name() == _SQLITE
        if foreign or not create:
            msg = f"{named(url)} is no store of qconf; name another file, or none that is there."
            raise TableError(msg)
        METADATA.create_all(connection)
        made = {"schema_version": SCHEMA, "made_at": now, "made_by": f"qconf {qconf.__version__}"}
        connection.execute(STORE.insert().values(**made))
        return
    found = connection.execute(select(STORE.c.schema_version)).scalars().all()
    newest = max(found, default=0)
    if newest > SCHEMA:
        msg = (
            f"The store {named(url)} was made by a newer qconf (schema {newest}, this one knows "
            f"{SCHEMA}): pip install --upgrade qconf."
        )
        raise TableError(msg)
    if newest < 1:
        msg = f"The store {named(url)} is damaged: it does not say of which version it is."
        raise TableError(msg)


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Say in one line what a database refuses.

    Raises
    ------
    OutputError, TableError
    """
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseError as error:
        reason = str(error.orig).strip().partition("\n")[0].rstrip(".")
        if isinstance(error.orig, sqlite3.DatabaseError) and "not a database" in reason:
            msg = f"{named(url)} is no store of qconf: it is not a file of SQLite."
            raise TableError(msg) from error
        if "database is locked" in reason:
            reason = f"another program has held it for {_PATIENCE} seconds; try again"
        msg = f"Cannot use the store {named(url)}: {reason}."
        raise OutputError(msg) from error
