"""Find cases with the decision in force, and who has them open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from qconf.review.store.errors import ConflictError, NotFoundError
from qconf.review.store.records import CaseRecord, Decision, Lock, fields_of
from qconf.review.store.tables import CASES, DECIDED, FEEDBACK, LOCKS

__all__ = ["check_not_taken", "count_by_state", "found_case", "found_cases"]

_LARGEST = 2**31 - 1

_DECISION = [one for one in DECIDED.c if one.name not in ("idempotency_key", "digest")]


def found_case(connection: Connection, case_id: int, now: str) -> CaseRecord:
    """Return a case.

    Raises
    ------
    NotFoundError
    """
    # PostgreSQL would refuse to look for a number that no column of it holds.
    asked = select(CASES).where(CASES.c.id == case_id)
    row = connection.execute(asked).first() if case_id <= _LARGEST else None
    if row is None:
        msg = f"There is no case {case_id!r}. qconf review list tells which there are."
        raise NotFoundError(msg)
    decision = _in_force(connection, case_id)
    return CaseRecord(**fields_of(row), decision=decision, lock=_lock_of(connection, case_id, now))


def found_cases(
    connection: Connection,
    now: str,
    *,
    decided: bool | None,
    drawn_by: str | None,
    limit: int | None,
    explained: bool,
) -> list[CaseRecord]:
    """Return cases, the newest queue first, and by rank."""
    in_force, locks = _decisions_in_force(connection), _locks(connection, now)
    columns = [one for one in CASES.c if explained or one.name != "explanation"]
    asked: Select[Any] = select(*columns).order_by(CASES.c.queued_at.desc(), CASES.c.rank)
    if drawn_by is not None:
        asked = asked.where(CASES.c.drawn_by == drawn_by)
    if decided is not None:
        known = select(DECIDED.c.case_id)
        asked = asked.where(CASES.c.id.in_(known) if decided else CASES.c.id.not_in(known))
    if limit is not None:
        asked = asked.limit(limit)
    return [
        CaseRecord(
            **{"explanation": None, **fields_of(row)},
            decision=in_force.get(row.id),
            lock=locks.get(row.id),
        )
        for row in connection.execute(asked)
    ]


def _in_force(connection: Connection, case_id: int) -> Decision | None:
    asked = select(*_DECISION).where(DECIDED.c.case_id == case_id)
    row = connection.execute(asked.order_by(DECIDED.c.id.desc()).limit(1)).first()
    return None if row is None else Decision(**fields_of(row))


def _decisions_in_force(connection: Connection) -> dict[int, Decision]:
    last = select(func.max(DECIDED.c.id)).group_by(DECIDED.c.case_id)
    told = connection.execute(select(*_DECISION).where(DECIDED.c.id.in_(last)))
    return {row.case_id: Decision(**fields_of(row)) for row in told}


def _lock_of(connection: Connection, case_id: int, now: str) -> Lock | None:
    asked = select(LOCKS.c.case_id, LOCKS.c.who, LOCKS.c.taken_at, LOCKS.c.until)
    asked = asked.where(LOCKS.c.case_id == case_id).order_by(LOCKS.c.id.desc()).limit(1)
    row = connection.execute(asked).first()
    return None if row is None or row.until <= now else Lock(**fields_of(row))


def _locks(connection: Connection, now: str) -> dict[int, Lock]:
    last = select(func.max(LOCKS.c.id)).group_by(LOCKS.c.case_id)
    asked = select(LOCKS.c.case_id, LOCKS.c.who, LOCKS.c.taken_at, LOCKS.c.until)
    asked = asked.where(LOCKS.c.id.in_(last), LOCKS.c.until > now)
    return {row.case_id: Lock(**fields_of(row)) for row in connection.execute(asked)}


def check_not_taken(case: CaseRecord, who: str) -> None:
    """Check that nobody else has a case open.

    Raises
    ------
    ConflictError
    """
    if case.lock is not None and case.lock.who != who:
        msg = (
            f"Case {case.id} is open with {case.lock.who} until {case.lock.until[:16]} UTC; take "
            "another, or wait."
        )
        raise ConflictError(msg)


def count_by_state(connection: Connection) -> dict[str, int]:
    """Count cases by whether they are decided, and feedback."""
    decided = connection.execute(select(func.count(DECIDED.c.case_id.distinct()))).scalar_one()
    cases = connection.execute(select(func.count()).select_from(CASES)).scalar_one()
    feedback = connection.execute(select(func.count()).select_from(FEEDBACK)).scalar_one()
    return {"open": cases - decided, "decided": decided, "feedback": feedback}
