"""Cases of a store, as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.core.estimate import in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord, Decision

__all__ = ["CaseList", "CaseSheet", "cases_in_words", "counted"]

_OF_SALES = ("weight", "price", "adjusted_price")
_COLUMNS = (
    "case", "rank", "row", "source", "prediction", "outcome", "expected_error", "why", "reason",
    "who", "open_with",
)  # fmt: skip


def counted(n: int, what: str) -> str:
    """Say how many there are, and the verb.

    Examples
    --------
    >>> counted(1, "case"), counted(1200, "case")
    ('1 case is', '1,200 cases are')
    """
    return f"{n:,} {what} is" if n == 1 else f"{n:,} {what}s are"


def cases_in_words(n_open: int, n_decided: int) -> str:
    """Say how many cases are open and how many are decided.

    Examples
    --------
    >>> cases_in_words(1, 9), cases_in_words(9, 1)
    ('1 case is open, 9 are decided', '9 cases are open, 1 is decided')
    """
    return (
        f"{counted(n_open, 'case')} open, {n_decided:,} {'is' if n_decided == 1 else 'are'} decided"
    )


@dataclass(frozen=True, eq=False)
class CaseList:
    """Some cases.

    Attributes
    ----------
    cases : list of CaseRecord
    counts : dict of str to int
        Of the whole store.
    """

    cases: list[CaseRecord]
    counts: dict[str, int]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each."""
        return pd.DataFrame(map(_row, self.cases), columns=list(_COLUMNS)).set_index("case")

    def to_dict(self) -> dict[str, Any]:
        """Return all that is known of them."""
        return {"counts": self.counts, "cases": [asdict(one) for one in self.cases]}

    def __str__(self) -> str:
        """Return what ``qconf review list`` prints."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _parts(self) -> Iterator[str | Grid]:
        yield f"{cases_in_words(self.counts['open'], self.counts['decided'])}."
        columns = [
            Column("case", right=True), Column("row", fold=True), Column("source"),
            Column("prediction", right=True), Column("outcome", right=True),
            Column("why", fold=True), Column("decided", fold=True),
        ]  # fmt: skip
        rows = [
            [
                str(one.id), shown(one.row_name), one.drawn_by, in_units(one.prediction),
                "" if one.outcome is None else in_units(one.outcome), shown(one.why), _state(one),
            ]
            for one in self.cases
        ]  # fmt: skip
        yield Grid(columns, rows)


@dataclass(frozen=True, eq=False)
class CaseSheet:
    """All that is known of one case.

    Attributes
    ----------
    case : CaseRecord
    decisions : list of Decision
        Superseded ones too.
    """

    case: CaseRecord
    decisions: list[Decision]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each input."""
        inputs = self.case.inputs
        rows = {"input": list(inputs), "value": list(inputs.values())}
        return pd.DataFrame(rows).set_index("input")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self.case), "decisions": [asdict(one) for one in self.decisions]}

    def __str__(self) -> str:
        """Return what ``qconf review show`` prints."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        case = self.case
        lines = [f"Case {case.id}, row {case.row_key}: {case.why}. {_state(case)}".rstrip()]
        figures, inputs = (
            [Column(name, fold=True), Column("value", fold=True)] for name in ("figure", "input")
        )
        told = {**case.estimate, "outcome": case.outcome}
        estimate = {name: _figure(one) for name, one in told.items()}
        parts: list[str | Grid] = [*lines, "The estimate:", Grid(figures, _pairs(estimate))]
        parts += ["Inputs:", Grid(inputs, _pairs(case.inputs))]
        if case.explanation is not None:
            parts += ["Explanation:", *_explanation(case.explanation)]
        for one in self.decisions:
            parts.append(
                f"Decision {one.id}, {one.decided_at[:16]}, {one.who}: {one.reason}. {one.text}"
            )
        return drawn(*parts).rstrip("\n")


def _explanation(told: Any) -> Iterator[str | Grid]:
    """Write an explanation of ours for people, and any other as it is kept."""
    parts = told if isinstance(told, dict) else {}
    ours = [one for one in ("value", "error") if "in_words" in (parts.get(one) or ())]
    for name in ours:
        yield f"{name}: {parts[name]['in_words']}"
    if not ours:
        yield from json.dumps(told, indent=1, ensure_ascii=False).split("\n")
        return
    sales = (parts.get("comparables") or {}).get("comparables") or []
    if sales:
        columns = [Column("comparable"), *(Column(name, right=True) for name in _OF_SALES)]
        yield Grid(columns, [[shown(str(one.get("sale"))), *_figures(one)] for one in sales])


def _figures(sale: dict[str, Any]) -> list[str]:
    return [str(_figure(sale.get(name, ""))) for name in _OF_SALES]


def _figure(value: Any) -> Any:
    """Write a number as people read it; anything else stays."""
    return in_units(value) if isinstance(value, float) else value


def _pairs(values: dict[str, Any]) -> list[list[str]]:
    return [[shown(str(name)), shown(str(one))] for name, one in values.items()]


def _state(case: CaseRecord) -> str:
    if case.decision is not None:
        return shown(f"{case.decision.reason} ({case.decision.who})")
    if case.lock is not None:
        return shown(f"open with {case.lock.who}")
    return ""


def _row(case: CaseRecord) -> dict[str, Any]:
    decision, lock = case.decision, case.lock
    values = (
        case.id, case.rank, case.row_key, case.drawn_by, case.prediction, case.outcome,
        case.expected_error, case.why, None if decision is None else decision.reason,
        None if decision is None else decision.who, None if lock is None else lock.who,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))
