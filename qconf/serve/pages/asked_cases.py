"""Which cases are asked for: filtered, sliced, sorted, page by page; and which comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from qconf.errors import OptionError, not_one_of
from qconf.review.reasons import DECISIONS
from qconf.review.slices import cells_of
from qconf.review.sources import SOURCES
from qconf.review.store.case_order import CaseFilter
from qconf.serve.casework import ORDERS, STATES

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord
    from qconf.review.store.store import FeedbackStore

__all__ = ["AskedCases", "FoundCases", "Slices"]

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

    def found(self, store: FeedbackStore) -> FoundCases:
        """Find the cases of the page, how many there are, and what slices of them."""
        asked, slices = self._filter(store)
        offset = (self.page - 1) * _ON_A_PAGE
        cases = store.page_of_cases(asked, order=self.order, limit=_ON_A_PAGE, offset=offset)
        return FoundCases(cases, store.count_cases(asked), slices)

    def beside(self, store: FeedbackStore, case_id: int, who: str) -> tuple[int | None, int | None]:
        """Return the free cases before and after one; after the last one comes the first.

        Parameters
        ----------
        store : FeedbackStore
        case_id : int
        who : str
            Whose locks are no hindrance.
        """
        asked, _ = self._filter(store)
        return store.cases_beside(case_id, who, asked, order=self.order)

    def _filter(self, store: FeedbackStore) -> tuple[CaseFilter, Slices]:
        asked = CaseFilter(STATES[self.state], self.source or None, self.reason or None)
        slices = Slices(store.input_names())
        if self.by in slices.inputs:
            # What slices there are hangs on the inputs of all cases, and on nothing else of them.
            slices = slices.by(self.by, store.inputs_of_cases(asked))
        if self.slice:
            asked = replace(asked, ids=slices.cases.get(self.slice, ()))
        return asked, slices


@dataclass(frozen=True)
class FoundCases:
    """A page of cases.

    Attributes
    ----------
    cases : list of CaseRecord
        Of the page.
    total : int
    slices : Slices
    """

    cases: list[CaseRecord]
    total: int
    slices: Slices

    @property
    def n_pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // _ON_A_PAGE))


@dataclass(frozen=True)
class Slices:
    """Slices of cases by an input.

    Attributes
    ----------
    inputs : list of str
        By which cases can be sliced.
    cases : dict of str to list of int
        Numbers of cases, by the slice that they are in.
    """

    inputs: list[str]
    cases: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def by(self, name: str, inputs: Mapping[int, Mapping[str, Any]]) -> Self:
        """Slice cases by an input.

        Parameters
        ----------
        name : str
        inputs : mapping of int to mapping
            What each case has.
        """
        numbers = np.fromiter(inputs, dtype=np.int64, count=len(inputs))
        column = pd.Series([one.get(name) for one in inputs.values()])
        cells = {label: numbers[inside].tolist() for label, inside in cells_of(name, column)}
        return replace(self, cases={label: own for label, own in cells.items() if own})
