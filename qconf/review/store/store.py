"""Keep estimates, what people say of them, cases, and what is decided."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import IntegrityError

from qconf.errors import OptionError, did_you_mean
from qconf.review.reasons import DECISIONS, REASONS
from qconf.review.store.cases import (
    check_not_taken,
    count_by_state,
    decision_in_force,
    found_case,
    found_cases,
    lock_of,
)
from qconf.review.store.errors import ConflictError, NotFoundError
from qconf.review.store.opening import WRITES, named, opened_engine, store_url, translated
from qconf.review.store.records import (
    CaseRecord,
    Decision,
    EstimateRecord,
    Feedback,
    Lock,
    fields_of,
)
from qconf.review.store.submissions import Submission, as_json, checked_text
from qconf.review.store.tables import CASES, DECIDED, ESTIMATES, FEEDBACK, LOCKS

if TYPE_CHECKING:
    from qconf.review.result import ReviewQueue

__all__ = ["FeedbackStore"]

_LONGEST_LOCK = 24 * 60


class FeedbackStore:
    """Feedback on estimates, cases and decisions, appended and never changed.

    Parameters
    ----------
    place : str or path
        A file of SQLite, or ``postgresql://user@host/name``. Several processes may use it at
        once; a file must lie on a disk of this machine (write-ahead logging).
    create : bool, default=True
        Whether to make it where there is none.
    now : callable, default=None
        Returns the time, with its zone; None is the clock.

    Raises
    ------
    TableError
        If what is there is no store, or one of a newer version.
    OutputError
        If it cannot be written; so all methods that write.

    Notes
    -----
    What a method has returned is on the disk. A submission with an idempotency key may be sent
    again when no answer came: it counts once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, FeedbackStore(f"{folder}/a.db") as store:
    ...     said = {"row_key": "house 7", "inputs": {"lot": 6200}, "estimate": {"prediction": 4e5}}
    ...     (one,) = store.add_estimates([said])
    ...     _ = store.add_feedback(one, who="ann", reason="wrong_input", corrected={"lot": 620})
    ...     store.flagged()
    {'house 7': 1}
    """

    def __init__(
        self,
        place: str | PathLike[str],
        *,
        create: bool = True,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._url = store_url(os.fspath(place))
        self._now = (lambda: datetime.now(UTC)) if now is None else now
        self._engine = opened_engine(self._url, create=create, now=self._moment())
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """Where it is, without a password."""
        return named(self._url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # Estimates and what is said of them.

    def add_estimates(self, estimates: Iterable[Mapping[str, Any]]) -> list[str]:
        """Keep estimates as they were told, in one transaction.

        Parameters
        ----------
        estimates : iterable of mapping
            ``row_key``, ``inputs`` and ``estimate``; ``key_columns``, ``model`` and
            ``explanation`` if known.

        Returns
        -------
        list of str
            Their ids, which cannot be guessed.
        """
        made_at, rows = self._moment(), []
        for one in estimates:
            rows.append(
                {
                    "id": secrets.token_urlsafe(16),
                    "row_key": checked_text("key of a row", one["row_key"]),
                    "key_columns": as_json("columns of the key", list(one.get("key_columns", ()))),
                    "model": checked_text("model", one.get("model", ""), empty=True),
                    "made_at": made_at,
                    "inputs": as_json("inputs", dict(one["inputs"])),
                    "estimate": as_json("estimate", dict(one["estimate"])),
                    "explanation": _optional("explanation", one.get("explanation")),
                }
            )
        if rows:
            with self._writing() as connection:
                connection.execute(ESTIMATES.insert(), rows)
        return [one["id"] for one in rows]

    def estimate(self, estimate_id: str) -> EstimateRecord:
        """Return an estimate.

        Raises
        ------
        NotFoundError
        """
        with self._reading() as connection:
            return EstimateRecord.of(self._found_estimate(connection, estimate_id))

    def add_feedback(
        self,
        estimate_id: str,
        *,
        who: str,
        reason: str,
        idempotency_key: str | None = None,
        **said: Any,
    ) -> int:
        """Keep what somebody says of an estimate.

        Parameters
        ----------
        estimate_id : str
        who : str
        reason : str
            One of `qconf.review.reasons.REASONS`.
        idempotency_key : str, default=None
            The same for the same submission, however often it is sent.
        **said
            ``text``; ``corrected``, inputs by name; ``own_value``; ``comparables``, a list.

        Returns
        -------
        int
            The number of the feedback.

        Raises
        ------
        OptionError
            If something breaks its rule.
        NotFoundError
            If there is no such estimate.
        ConflictError
            If the key was used for something else.
        """
        submission = Submission.checked(REASONS, who=who, reason=reason, **said)
        with self._reading() as connection:
            estimate = EstimateRecord.of(self._found_estimate(connection, estimate_id))
        _check_inputs(submission, estimate.inputs)
        row = {"estimate_id": estimate_id, "given_at": self._moment(), **submission.columns}
        return self._add_once(FEEDBACK, row, submission.digest(estimate_id), idempotency_key)

    def feedback(self, estimate_id: str | None = None) -> list[Feedback]:
        """Return what was said of an estimate, or of all, the oldest first."""
        kept = [column for column in FEEDBACK.c if column.name not in ("idempotency_key", "digest")]
        told = select(*kept, ESTIMATES.c.row_key, ESTIMATES.c.key_columns, ESTIMATES.c.inputs)
        told = told.join(ESTIMATES).order_by(FEEDBACK.c.id)
        if estimate_id is not None:
            told = told.where(FEEDBACK.c.estimate_id == estimate_id)
        with self._reading() as connection:
            return [Feedback(**fields_of(row)) for row in connection.execute(told)]

    def flagged(self) -> dict[str, int]:
        """Return how often people said something of each row, by its key."""
        told = select(ESTIMATES.c.row_key, func.count()).join_from(FEEDBACK, ESTIMATES)
        told = told.group_by(ESTIMATES.c.row_key).order_by(ESTIMATES.c.row_key)
        with self._reading() as connection:
            return {key: int(count) for key, count in connection.execute(told)}

    # Cases and decisions.

    def add_queue(self, queue: ReviewQueue) -> list[int]:
        """Add the cases of a queue; the same queue again adds nothing.

        Returns
        -------
        list of int
            The numbers of its cases, by rank.
        """
        queued_at, digest = self._moment(), queue.digest
        rows = [{"queue": digest, "queued_at": queued_at, **one} for one in as_records(queue)]
        known = select(CASES.c.id).where(CASES.c.queue == digest).order_by(CASES.c.rank)
        with self._writing() as connection:
            there = list(connection.execute(known).scalars())
            if rows and not there:
                connection.execute(CASES.insert(), rows)
                there = list(connection.execute(known).scalars())
        return there

    def queued(self) -> set[str]:
        """Return the keys of all rows that have been queued."""
        with self._reading() as connection:
            return set(connection.execute(select(CASES.c.row_key)).scalars())

    def case(self, case_id: int) -> CaseRecord:
        """Return a case.

        Raises
        ------
        NotFoundError
        """
        with self._reading() as connection:
            return found_case(connection, case_id, self._moment())

    def cases(
        self, *, decided: bool | None = None, drawn_by: str | None = None, limit: int | None = None
    ) -> list[CaseRecord]:
        """Return cases: the newest queue first, and by rank.

        Parameters
        ----------
        decided : bool, default=None
            Those that are decided, or that are not; None is all.
        drawn_by : str, default=None
            Those that one source brought.
        limit : int, default=None
        """
        with self._reading() as connection:
            return found_cases(
                connection, self._moment(), decided=decided, drawn_by=drawn_by, limit=limit
            )

    def counts(self) -> dict[str, int]:
        """Return how many cases are ``decided`` and ``open``, and how much ``feedback`` there is."""
        with self._reading() as connection:
            return count_by_state(connection)

    def open_case(self, case_id: int, who: str, *, minutes: float = 15) -> Lock:
        """Take a case, so that nobody else decides it meanwhile; again, to keep it longer.

        Parameters
        ----------
        case_id : int
        who : str
        minutes : float, default=15
            After which it is free again.

        Raises
        ------
        NotFoundError
        ConflictError
            If somebody else has it.
        """
        if not 0 < minutes <= _LONGEST_LOCK:
            msg = f"A case is held for up to {_LONGEST_LOCK} minutes, got {minutes!r}."
            raise OptionError(msg)
        return self._lock(case_id, who, timedelta(minutes=minutes))

    def release_case(self, case_id: int, who: str) -> None:
        """Give a case back that one has taken.

        Raises
        ------
        NotFoundError
        ConflictError
            If somebody else has it.
        """
        self._lock(case_id, who, timedelta(0))

    def decide(
        self,
        case_id: int,
        *,
        who: str,
        reason: str,
        supersedes: int | None = None,
        idempotency_key: str | None = None,
        **said: Any,
    ) -> int:
        """Keep what somebody decides of a case.

        Parameters
        ----------
        case_id : int
        who : str
        reason : str
            One of `qconf.review.reasons.DECISIONS`.
        supersedes : int, default=None
            The decision in force, to be replaced; it is kept.
        idempotency_key : str, default=None
        **said
            As in `add_feedback`.

        Returns
        -------
        int
            The number of the decision.

        Raises
        ------
        OptionError, NotFoundError
        ConflictError
            If the case is decided and that was not said, or somebody else has it open, or the key
            was used for something else.
        """
        submission = Submission.checked(DECISIONS, who=who, reason=reason, **said)
        before = 0 if supersedes is None else supersedes
        digest = submission.digest([case_id, before])
        if idempotency_key is not None:
            done = self._number_of(DECIDED, idempotency_key, digest)
            if done is not None:
                return done
        with self._reading() as connection:
            case = found_case(connection, case_id, self._moment())
        _check_inputs(submission, case.inputs)
        check_not_taken(case, who)
        _check_in_force(case, before)
        row = {
            "case_id": case_id, "supersedes": before, "decided_at": self._moment(),
            **submission.columns,
        }  # fmt: skip
        return self._add_once(DECIDED, row, digest, idempotency_key)

    def decisions(self, case_id: int | None = None) -> list[Decision]:
        """Return all decisions of a case, or of all cases, superseded ones too."""
        kept = [column for column in DECIDED.c if column.name not in ("idempotency_key", "digest")]
        told = select(*kept).order_by(DECIDED.c.id)
        if case_id is not None:
            told = told.where(DECIDED.c.case_id == case_id)
        with self._reading() as connection:
            return [Decision(**fields_of(row)) for row in connection.execute(told)]

    # What all of them need.

    def _lock(self, case_id: int, who: str, length: timedelta) -> Lock:
        checked_text("name of who says so", who)
        with self._writing() as connection:
            # Two who come at once take turns: at the file, or at the row of the case.
            connection.execute(select(CASES.c.id).where(CASES.c.id == case_id).with_for_update())
            now = self._now()
            case = found_case(connection, case_id, _written(now))
            check_not_taken(case, who)
            lock = Lock(case_id, who, _written(now), _written(now + length))
            connection.execute(LOCKS.insert().values(**vars(lock)))
        return lock

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

    def _found_estimate(self, connection: Connection, estimate_id: str) -> Any:
        asked = select(ESTIMATES).where(ESTIMATES.c.id == estimate_id)
        found = connection.execute(asked).first()
        if found is None:
            msg = f"There is no estimate {estimate_id!r} in the store {self.name}."
            raise NotFoundError(msg)
        return found

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
        with translated(self._url), self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: writes})
            with connection.begin():
                yield connection

    def _moment(self) -> str:
        return _written(self._now())


def _written(moment: datetime) -> str:
    # Of one length, so that text sorts as time does.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _optional(what: str, value: Any) -> str | None:
    return None if value is None else as_json(what, value)


def _check_inputs(submission: Submission, inputs: Mapping[str, Any]) -> None:
    for name in submission.corrected:
        if name not in inputs:
            msg = f"The estimate has no input {name!r}. {did_you_mean(name, inputs)}"
            raise OptionError(msg)


def _check_in_force(case: CaseRecord, before: int) -> None:
    known = case.decision
    if known is None and before:
        msg = f"Case {case.id} has no decision {before} to supersede: it is not decided yet."
        raise ConflictError(msg)
    if known is not None and known.id != before:
        msg = (
            f"Case {case.id} was decided as {known.reason!r} by {known.who} at "
            f"{known.decided_at[:16]}; to supersede that, name decision {known.id} (--supersede)."
        )
        raise ConflictError(msg)
