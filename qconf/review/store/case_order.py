"""Which cases are asked for, and in which order, in the words of the database.

It filters, sorts and counts: a page of a queue reads the cases of that page and no others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select

from qconf.review.store.tables import CASES, DECIDED, ESTIMATES, FEEDBACK, LOCKS

__all__ = ["ORDERS", "CaseFilter", "is_free", "is_one_of", "last_of_each", "order_of"]

#: Expected errors of zero are none to divide by.
_LEAST: Final = 1e-12
_off: Final = func.abs(func.coalesce(CASES.c.residual, 0.0))
#: Of cases without an outcome nobody knows how often their expected error they were off: last.
_times: Final = case(
    (CASES.c.residual.is_(None), -1.0),
    else_=_off / case((CASES.c.expected_error > _LEAST, CASES.c.expected_error), else_=_LEAST),
)
#: By what cases can be sorted; of those that are alike the newest queue comes first, then the rank.
ORDERS: Final[Mapping[str, ColumnElement[Any] | None]] = {
    "rank": None,
    "surprise": func.coalesce(CASES.c.p_value, 2.0),
    "error": _off.desc(),
    "times": _times.desc(),
    "value": CASES.c.prediction.desc(),
    "expected_error": CASES.c.expected_error.desc(),
}


def order_of(name: str) -> list[ColumnElement[Any]]:
    """Return by what cases are sorted, down to their numbers: no two stand in one place."""
    first = ORDERS[name]
    rest = [CASES.c.queued_at.desc(), CASES.c.rank, CASES.c.id]
    return rest if first is None else [first, *rest]


@dataclass(frozen=True)
class CaseFilter:
    """Some cases.

    Attributes
    ----------
    decided : bool, default=None
        Those that are decided, or that are not; None is all.
    drawn_by : str, default=None
        Those that one source brought.
    reason : str, default=None
        Those that were decided so, or of whose row somebody said so.
    ids : collection of int, default=None
        No others than these.
    """

    decided: bool | None = None
    drawn_by: str | None = None
    reason: str | None = None
    ids: Collection[int] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what must hold of each of them."""
        told: list[ColumnElement[bool]] = []
        if self.decided is not None:
            known = CASES.c.id.in_(select(DECIDED.c.case_id))
            told.append(known if self.decided else ~known)
        if self.drawn_by is not None:
            told.append(CASES.c.drawn_by == self.drawn_by)
        if self.reason is not None:
            told.append(_has_reason(self.reason))
        if self.ids is not None:
            told.append(is_one_of(CASES.c.id, self.ids))
        return told


def is_one_of(column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a number is one of several, however many these are."""
    # Numbers of ours, written out: databases take only so many parameters.
    return column.in_(bindparam(None, list(ids), expanding=True, literal_execute=True))


def is_free(case_id: ColumnElement[Any], who: str, now: str) -> ColumnElement[bool]:
    """Return the condition that a case is not decided, and not open with anybody else."""
    held = select(LOCKS.c.case_id).where(
        LOCKS.c.id.in_(last_of_each(LOCKS)), LOCKS.c.until > now, LOCKS.c.who != who
    )
    return case_id.not_in(select(DECIDED.c.case_id)) & case_id.not_in(held)


def last_of_each(table: Any) -> Any:
    """Return the numbers of the last rows of each case: those that count."""
    return select(func.max(table.c.id)).group_by(table.c.case_id)


def _has_reason(reason: str) -> ColumnElement[bool]:
    decided = select(DECIDED.c.case_id).where(
        DECIDED.c.id.in_(last_of_each(DECIDED)), DECIDED.c.reason == reason
    )
    said = select(ESTIMATES.c.row_key).join_from(FEEDBACK, ESTIMATES)
    said = said.where(FEEDBACK.c.reason == reason)
    return or_(CASES.c.id.in_(decided), CASES.c.row_key.in_(said))
