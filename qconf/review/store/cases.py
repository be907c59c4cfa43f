"""Find cases with the decision in force, and who has them open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select, true

from qconf.review.store.case_order import CaseFilter, is_one_of, last_of_each, order_of
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
    asked: CaseFilter,
    *,
    order: str = "rank",
    limit: int | None = None,
    offset: int = 0,
    explained: bool = True,
) -> list[CaseRecord]:
    """Return the cases asked for, in an order; with `limit` some of them."""
    columns = [one for one in CASES.c if explained or one.name != "explanation"]
    told: Select[Any] = select(*columns).where(true(), *asked.conditions())
    told = told.order_by(*order_of(order)).offset(offset or None)
    if limit is not None:
        told = told.limit(limit)
    rows = connection.execute(told).all()
    ids = None if limit is None else [row.id for row in rows]
    in_force, locks = _decisions_in_force(connection, ids), _locks(connection, now, ids)
    return [
        CaseRecord(
            **{"explanation": None, **fields_of(row)},
            decision=in_force.get(row.id),
            lock=locks.get(row.id),
        )
        for row in rows
    ]


def _in_force(connection: Connection, case_id: int) -> Decision | None:
    asked = select(*_DECISION).where(DECIDED.c.case_id == case_id)
    row = connection.execute(asked.order_by(DECIDED.c.id.desc()).limit(1)).first()
    return None if row is None else Decision(**fields_of(row))


def _decisions_in_force(connection: Connection, ids: list[int] | None) -> dict[int, Decision]:
    told = select(*_DECISION).where(DECIDED.c.id.in_(_last(DECIDED, ids)))
    return {row.case_id: Decision(**fields_of(row)) for row in connection.execute(told)}


def _last(table: Any, ids: list[int] | None) -> Any:
    """Return the numbers of the rows that count, of some cases or of all."""
    last = last_of_each(table)
    return last if ids is None else last.where(is_one_of(table.c.case_id, ids))


def _lock_of(connection: Connection, case_id: int, now: str) -> Lock | None:
    asked = select(LOCKS.c.case_id, LOCKS.c.who, LOCKS.c.taken_at, LOCKS.c.until)
    asked = asked.where(LOCKS.c.case_id == case_id).order_by(LOCKS.c.id.desc()).limit(1)
    row = connection.execute(asked).first()
    return None if row is None or row.until <= now else Lock(**fields_of(row))


def _locks(connection: Connection, now: str, ids: list[int] | None) -> dict[int, Lock]:
    asked = select(LOCKS.c.case_id, LOCKS.c.who, LOCKS.c.taken_at, LOCKS.c.until)
    asked = asked.where(LOCKS.c.id.in_(_last(LOCKS, ids)), LOCKS.c.until > now)
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
