"""Read and write a store: one transaction each, and each submission once."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike
from typing import Any, Self

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError

from qconf.review.store.errors import ConflictError
from qconf.review.store.opening import WRITES, named, opened_engine, store_url, translated
from qconf.review.store.submissions import checked_text
from qconf.review.store.tables import STORE

__all__ = ["Connected", "written"]


class Connected:
    """A database that is open.

    Parameters
    ----------
    place, create, now
        As in `FeedbackStore`.
    """

    def __init__(
        self,
        place: str | PathLike[str],
        *,
        create: bool = True,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._url = store_url(os.fspath(place))
        self._now: Callable[[], datetime] = _clock if now is None else now
        self._engine = opened_engine(self._url, create=create, now=self._moment())
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """Where it is, without a password."""
        return named(self._url)

    def check(self) -> None:
        """Check that the store can be read now.

        Raises
        ------
        OutputError, TableError
        """
        with self._reading() as connection:
            connection.execute(select(STORE.c.schema_version)).first()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _add_once(
        self, table: Table, row: Mapping[str, Any], digest: str, idempotency_key: str | None
    ) -> int:
        """Add a row, unless the same submission is there already."""
        key = uuid.uuid4().hex if idempotency_key is None else idempotency_key
        whole = {**row, "digest": digest, "idempotency_key": checked_text("idempotency key", key)}
        try:
            with self._writing() as connection:
                added = connection.execute(table.insert().values(**whole))
                return int(added.inserted_primary_key[0])  # type: ignore[index]
        except IntegrityError as error:
            done = self._number_of(table, key, digest)
            if done is None:
                msg = "Somebody else decided this case a moment ago; look at it again."
                raise ConflictError(msg) from error
            return done

    def _number_of(self, table: Table, key: str, digest: str) -> int | None:
        """Return the number of a submission that was sent before."""
        asked = select(table.c.id, table.c.digest).where(table.c.idempotency_key == key)
        with self._reading() as connection:
            found = connection.execute(asked).first()
        if found is None:
            return None
        if found.digest != digest:
            msg = f"The idempotency key {key!r} was used for another submission; make a new one."
            raise ConflictError(msg)
        return int(found.id)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._connected(writes=False) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._connected(writes=True) as connection:
            yield connection

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        if os.getpid() != self._process:
            # After a fork connections are the parent's.
            self._engine.dispose(close=False)
            self._process = os.getpid()
        with translated(self._url), self._engine.connect() as opened:
            connection = opened.execution_options(**{WRITES: writes})
            with connection.begin():
                yield connection

    def _moment(self) -> str:
        return written(self._now())


def _clock() -> datetime:
    return datetime.now(UTC)


def written(moment: datetime) -> str:
    """Write a time in UTC."""
    # Of one length, so that text sorts as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
