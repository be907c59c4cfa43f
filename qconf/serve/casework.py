"""Cases of the queue: list them, open one, decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qconf.errors import OptionError, not_one_of
from qconf.review.sources import SOURCES

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord, Decision, Lock
    from qconf.serve.context import ServeContext

__all__ = [
    "ORDERS", "STATES", "CaseOpened", "Queue", "decide_case", "list_cases", "open_case",
    "release_case", "show_case",
]  # fmt: skip

STATES: Final[Mapping[str, bool | None]] = {"open": False, "decided": True, "all": None}
_LOCK_MINUTES: Final = 15.0


def _times(case: CaseRecord) -> float:
    """Return how many expected errors an estimate was off; -1 where nothing came out."""
    if case.residual is None:
        return -1.0
    return abs(case.residual) / max(case.expected_error, 1e-12)


#: By what cases can be sorted, each with its key; all else is by rank.
ORDERS: Final[Mapping[str, Any]] = {
    "rank": None,
    "surprise": lambda case: 2.0 if case.p_value is None else case.p_value,
    "error": lambda case: -abs(case.residual or 0.0),
    "times": lambda case: -_times(case),
    "value": lambda case: -case.prediction,
    "expected_error": lambda case: -case.expected_error,
}


@dataclass(frozen=True)
class Queue:
    """A page of cases.

    Attributes
    ----------
    cases : list of CaseRecord
    counts : dict of str to int
        ``open``, ``decided`` and ``feedback``, of the whole store.
    total : int
        Cases that fit the filter.
    """

    cases: list[CaseRecord]
    counts: dict[str, int]
    total: int


@dataclass(frozen=True)
class CaseOpened:
    """A case, all decisions on it, and the next one that is free.

    Attributes
    ----------
    case : CaseRecord
    decisions : list of Decision
        Superseded ones too, the oldest first.
    next_id : int or None
        The next case that is not decided and that nobody else has open.
    """

    case: CaseRecord
    decisions: list[Decision]
    next_id: int | None


def list_cases(
    context: ServeContext,
    *,
    state: str = "open",
    source: str | None = None,
    order: str = "rank",
    limit: int = 50,
    offset: int = 0,
) -> Queue:
    """List cases, sorted and filtered.

    Raises
    ------
    OptionError
    """
    for what, asked, choices in (("state", state, STATES), ("order", order, ORDERS)):
        if asked not in choices:
            raise OptionError(not_one_of(what, asked, choices))
    if source is not None and source not in SOURCES:
        raise OptionError(not_one_of("source", source, SOURCES))
    cases = context.store.cases(decided=STATES[state], drawn_by=source)
    if ORDERS[order] is not None:
        cases = sorted(cases, key=ORDERS[order])
    return Queue(cases[offset : offset + limit], context.store.counts(), len(cases))


def show_case(context: ServeContext, case_id: int, who: str | None = None) -> CaseOpened:
    """Return a case with its decisions, and which comes next.

    Raises
    ------
    NotFoundError
    """
    case = context.store.case(case_id)
    free = [
        one
        for one in context.store.cases(decided=False)
        if one.id != case_id and (one.lock is None or one.lock.who == who)
    ]
    after = [one for one in free if (one.queue, one.rank) > (case.queue, case.rank)]
    after = [one for one in after if one.queue == case.queue] or free
    return CaseOpened(case, context.store.decisions(case_id), after[0].id if after else None)


def open_case(context: ServeContext, case_id: int, who: str) -> Lock:
    """Take a case for some minutes; again, to keep it longer.

    Raises
    ------
    NotFoundError, ConflictError
    """
    return context.store.open_case(case_id, who, minutes=_LOCK_MINUTES)


def release_case(context: ServeContext, case_id: int, who: str) -> None:
    """Give a case back that one has taken.

    Raises
    ------
    NotFoundError, ConflictError
    """
    context.store.release_case(case_id, who)


def decide_case(
    context: ServeContext,
    case_id: int,
    said: Mapping[str, Any],
    idempotency_key: str | None = None,
) -> int:
    """Keep what somebody decides of a case; return the number of the decision.

    Raises
    ------
    OptionError, NotFoundError, ConflictError
    """
    number = context.store.decide(case_id, idempotency_key=idempotency_key, **said)
    context.metrics.decisions.labels(said["reason"]).inc()
    return number
