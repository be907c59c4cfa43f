"""Which cases are asked for: filtered, sorted, page by page; and which comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

import pandas as pd

from qconf.errors import OptionError, not_one_of
from qconf.review.reasons import DECISIONS
from qconf.review.slices import cells_of
from qconf.review.sources import SOURCES
from qconf.serve.casework import ORDERS, STATES

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord
    from qconf.review.store.store import FeedbackStore

__all__ = ["AskedCases", "Slices", "neighbours"]

_ON_A_PAGE: Final = 50
_MOST_PAGES: Final = 100_000
_LONGEST: Final = 300


@dataclass(frozen=True)
class AskedCases:
    """What is asked for.

    Attributes
    ----------
    state : {"open", "decided", "all"}
    source, reason : str
        Empty is all. A reason is one of decisions, or one that people gave for the row.
    by, slice : str
        An input, and one of its slices; empty is all.
    order : str
        One of `qconf.serve.casework.ORDERS`.
    page : int
        From 1.
    """

    state: str = "open"
    source: str = ""
    reason: str = ""
    by: str = ""
    slice: str = ""
    order: str = "rank"
    page: int = 1

    @classmethod
    def of(cls, told: Mapping[str, str]) -> Self:
        """Read it from an address.

        Raises
        ------
        OptionError
            If something is not one of its choices.
        """
        names = [one.name for one in fields(cls) if one.name != "page"]
        given: dict[str, Any] = {name: told[name][:_LONGEST] for name in names if told.get(name)}
        made = cls(**given)
        for what, value, choices in (
            ("status", made.state, STATES),
            ("order", made.order, ORDERS),
            ("source", made.source or next(iter(SOURCES)), SOURCES),
            ("reason", made.reason or next(iter(DECISIONS)), DECISIONS),
        ):
            if value not in choices:
                raise OptionError(not_one_of(what, value, choices))
        page = told.get("page") or "1"
        if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _MOST_PAGES):
            msg = f"The page must be a number from 1 on, got {page[:20]!r}."
            raise OptionError(msg)
        return replace(made, page=int(page[:9]), slice=made.slice if made.by else "")

    def query(self, **changes: Any) -> str:
        """Write it for an address, what is usual left out; with some of it changed."""
        usual, asked = type(self)(), replace(self, **changes)
        told = {
            one.name: getattr(asked, one.name)
            for one in fields(self)
            if getattr(asked, one.name) != getattr(usual, one.name)
        }
        return urlencode(told)

    def found(self, store: FeedbackStore) -> tuple[list[CaseRecord], Slices]:
        """Find the cases, in their order, and what slices there are."""
        cases = store.cases(
            decided=STATES[self.state], drawn_by=self.source or None, explained=False
        )
        if self.reason:
            said: dict[str, set[str]] = {}
            for one in store.feedback():
                said.setdefault(one.row_key, set()).add(one.reason)
            cases = [one for one in cases if self.reason in _reasons(one, said)]
        slices = Slices.of(cases, self.by)
        if self.slice:
            cases = slices.chosen(cases, self.slice)
        if ORDERS[self.order] is not None:
            cases = sorted(cases, key=ORDERS[self.order])
        return cases, slices

    def on_page(self, cases: Sequence[CaseRecord]) -> Sequence[CaseRecord]:
        """Return the cases of the page that is asked for."""
        return cases[(self.page - 1) * _ON_A_PAGE : self.page * _ON_A_PAGE]

    def n_pages(self, n_cases: int) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-n_cases // _ON_A_PAGE))


@dataclass(frozen=True)
class Slices:
    """Slices of cases by an input.

    Attributes
    ----------
    inputs : list of str
        By which cases can be sliced.
    rows : dict of str to list of int
        Positions of cases, by the slice that they are in.
    """

    inputs: list[str]
    rows: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, cases: Sequence[CaseRecord], by: str) -> Self:
        """Slice cases by an input; an input that none has makes no slices."""
        inputs = list(dict.fromkeys(name for one in cases for name in one.inputs))
        if by not in inputs:
            return cls(inputs, {})
        column = pd.Series([one.inputs.get(by) for one in cases])
        rows = {label: [*map(int, inside.nonzero()[0])] for label, inside in cells_of(by, column)}
        return cls(inputs, {label: own for label, own in rows.items() if own})

    def chosen(self, cases: Sequence[CaseRecord], label: str) -> list[CaseRecord]:
        """Return the cases of a slice; none if there is no such slice any more."""
        return [cases[at] for at in self.rows.get(label, ())]


def _reasons(case: CaseRecord, said: Mapping[str, set[str]]) -> set[str]:
    own = set() if case.decision is None else {case.decision.reason}
    return own | said.get(case.row_key, set())


def neighbours(
    cases: Sequence[CaseRecord], case: CaseRecord, who: str
) -> tuple[int | None, int | None]:
    """Return the case before and the one after that are not decided and free, in their order.

    Where the case itself is no longer among them (it is decided now), the first comes next.

    Parameters
    ----------
    cases : sequence of CaseRecord
    case : CaseRecord
    who : str
        Whose locks are no hindrance.
    """
    order = [one.id for one in cases]
    at = order.index(case.id) if case.id in order else -1
    free = [
        i
        for i, one in enumerate(cases)
        if one.id != case.id
        and one.decision is None
        and (one.lock is None or (who != "" and one.lock.who == who))
    ]
    before = [i for i in free if i < at]
    after = [i for i in free if i > at] or free
    return (order[before[-1]] if before else None), (order[after[0]] if after else None)
