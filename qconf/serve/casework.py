"""Cases of the queue: list them, open one, decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qconf.errors import OptionError, not_one_of
from qconf.review.sources import SOURCES
from qconf.review.store.case_order import ORDERS, CaseFilter

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord, Decision, Lock
    from qconf.serve.context import ServeContext

__all__ = [
    "ORDERS", "STATES", "CaseOpened", "Queue", "decide_case", "list_cases", "open_case",
    "release_case", "show_case",
]  # fmt: skip

STATES: Final[Mapping[str, bool | None]] = {"open": False, "decided": True, "all": None}
_LOCK_MINUTES: Final = 15.0


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
    store, wanted = context.store, CaseFilter(STATES[state], source)
    cases = store.page_of_cases(wanted, order=order, limit=limit, offset=offset)
    return Queue(cases, store.counts(), store.count_cases(wanted))


def show_case(context: ServeContext, case_id: int, who: str | None = None) -> CaseOpened:
    """Return a case with its decisions, and which comes next.

    Raises
    ------
    NotFoundError
    """
    store = context.store
    case = store.case(case_id)
    _, after = store.cases_beside(case_id, who or "", CaseFilter(decided=False))
    return CaseOpened(case, store.decisions(case_id), after)


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
