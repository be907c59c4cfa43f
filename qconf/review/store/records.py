"""What a store tells: records of plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = ["CaseRecord", "Decision", "EstimateRecord", "Feedback", "Lock", "fields_of"]

#: Columns that hold JSON.
_JSON = ("inputs", "estimate", "explanation", "corrected", "comparables", "named_by", "key_columns")


def fields_of(row: Any) -> dict[str, Any]:
    """Read a row of a table; what is kept as JSON is unpacked."""
    told = dict(row._mapping)  # noqa: SLF001 - its public name
    for name in _JSON:
        if told.get(name) is not None:
            told[name] = json.loads(told[name])
    return told


@dataclass(frozen=True)
class EstimateRecord:
    """An estimate as it was told.

    Attributes
    ----------
    id, row_key : str
    key_columns : list of str
        What the key is made of: one column that is an id, or those that are read.
    model : str
        By what it is known again.
    made_at : str
        UTC, ISO 8601; so all times.
    inputs, estimate : dict
    explanation : plain values or None
    """

    id: str
    row_key: str
    key_columns: list[str]
    model: str
    made_at: str
    inputs: dict[str, Any]
    estimate: dict[str, Any]
    explanation: Any

    @classmethod
    def of(cls, row: Any) -> Self:
        """Read a row."""
        return cls(**fields_of(row))


@dataclass(frozen=True)
class Feedback:
    """What somebody said of an estimate.

    Attributes
    ----------
    id : int
    estimate_id, row_key, given_at, who, reason, text : str
    corrected : dict
    own_value : float or None
    comparables : list of str
    key_columns : list of str
        Of the estimate.
    inputs : dict
        Of the estimate, as they were.
    """

    id: int
    estimate_id: str
    row_key: str
    given_at: str
    who: str
    reason: str
    text: str
    corrected: dict[str, Any]
    own_value: float | None
    comparables: list[str]
    key_columns: list[str]
    inputs: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Decision:
    """What was decided of a case.

    Attributes
    ----------
    id, case_id : int
    supersedes : int
        The decision before it; 0 for the first.
    decided_at, who, reason, text : str
    corrected : dict
    own_value : float or None
    comparables : list of str
    """

    id: int
    case_id: int
    supersedes: int
    decided_at: str
    who: str
    reason: str
    text: str
    corrected: dict[str, Any]
    own_value: float | None
    comparables: list[str]


@dataclass(frozen=True)
class Lock:
    """Who has a case open.

    Attributes
    ----------
    case_id : int
    who, taken_at, until : str
    """

    case_id: int
    who: str
    taken_at: str
    until: str


@dataclass(frozen=True)
class CaseRecord:
    """An estimate that is to be looked into, and what was decided.

    Attributes
    ----------
    id : int
    queue : str
        What the queues that were added are told apart by.
    rank : int
        From 1.
    row_key : str
    key_columns : list of str
    model, queued_at : str
    drawn_by : str
        The source that brought it.
    named_by : list of str
        All sources that would have.
    why : str
        In a sentence.
    p_value, outcome, residual, threshold : float or None
    prediction, expected_error : float
    estimate, inputs : dict
    explanation : plain values or None
    decision : Decision or None
        The one in force.
    lock : Lock or None
        Who has it open now.
    """

    id: int
    queue: str
    rank: int
    row_key: str
    key_columns: list[str]
    model: str
    queued_at: str
    drawn_by: str
    named_by: list[str]
    why: str
    p_value: float | None
    prediction: float
    outcome: float | None
    residual: float | None
    expected_error: float
    threshold: float | None
    estimate: dict[str, Any]
    inputs: dict[str, Any]
    explanation: Any
    decision: Decision | None = None
    lock: Lock | None = None

    @property
    def row_name(self) -> str:
        """By what people know the row: its id; of a digest of many columns the beginning."""
        return self.row_key if len(self.key_columns) == 1 else f"row {self.row_key[:8]}"

    @property
    def outlier(self) -> bool | None:
        """Whether the estimate was off by more than the threshold; None if that is not known."""
        if self.residual is None or self.threshold is None:
            return None
        return abs(self.residual) > self.threshold
