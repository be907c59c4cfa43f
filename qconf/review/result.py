"""Estimates that are to be looked into, each with what was known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pandas as pd

from qconf.core.estimate import in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html
from qconf.review.sources import RANDOM, SOURCES

__all__ = ["Case", "ReviewQueue", "as_records"]

_SHOWN = 20


@dataclass(frozen=True)
class Case:
    """An estimate that is to be looked into.

    Attributes
    ----------
    rank : int
        From 1.
    row_key : str
        An id, or a digest of what the model reads.
    drawn_by : str
        The source that brought it.
    named_by : tuple of str
        All sources that would have; a random row too may surprise.
    why : str
        In a sentence.
    p_value : float or None
        Two-sided tail probability of the residual; None if the outcome is not known.
    prediction, expected_error : float
    outcome, residual : float or None
    estimate : dict
        All that scoring says of it.
    inputs : dict
        Plain values, as they were.
    explanation : plain values or None
        As it was.
    """

    rank: int
    row_key: str
    drawn_by: str
    named_by: tuple[str, ...]
    why: str
    p_value: float | None
    prediction: float
    expected_error: float
    outcome: float | None
    residual: float | None
    estimate: dict[str, Any] = field(repr=False)
    inputs: dict[str, Any] = field(repr=False)
    explanation: Any = field(repr=False, default=None)


@dataclass(frozen=True, eq=False, repr=False)
class ReviewQueue:
    """Which estimates to look into, in this order.

    Attributes
    ----------
    cases : tuple of Case
    n_rows : int
        Rows that could have been chosen.
    n_tested : int
        Those of a known outcome.
    n_surprises : int
        Outcomes that surprise at the false discovery rate.
    n_queued_before : int
        Rows that were left out for that.
    fdr, random_share : float
    random_state : int
    key_columns : tuple of str
        What keys are made of.
    threshold : float or None
        From which absolute residual on a row is an outlier.
    model : str
        By what the model is known again.
    warnings : tuple of str
    """

    cases: tuple[Case, ...]
    n_rows: int
    n_tested: int
    n_surprises: int
    n_queued_before: int
    fdr: float
    random_share: float
    random_state: int
    key_columns: tuple[str, ...]
    threshold: float | None
    model: str
    warnings: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What tells it from other queues: the same rows by the same model are the same queue."""
        from qconf.review.store.submissions import as_json  # noqa: PLC0415 - the extra's own

        told = [self.model, [[one.row_key, one.drawn_by, one.rank] for one in self.cases]]
        return sha256(as_json("queue", told).encode()).hexdigest()[:32]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each case."""
        rows = [
            {
                "rank": one.rank, "row": one.row_key, "source": one.drawn_by,
                "named_by": "+".join(one.named_by), "why": one.why, "p_value": one.p_value,
                "prediction": one.prediction, "outcome": one.outcome, "residual": one.residual,
                "expected_error": one.expected_error,
            }
            for one in self.cases
        ]  # fmt: skip
        columns = [
            "rank", "row", "source", "named_by", "why", "p_value", "prediction", "outcome",
            "residual", "expected_error",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns).set_index("rank")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        told = {
            name: getattr(self, name)
            for name in (
                "n_rows", "n_tested", "n_surprises", "n_queued_before", "fdr", "random_share",
                "random_state", "threshold", "model",
            )
        }  # fmt: skip
        cases = [{**vars(one), "named_by": list(one.named_by)} for one in self.cases]
        return {**told, "key_columns": list(self.key_columns), "cases": cases}

    def __repr__(self) -> str:
        """Return a line: how many cases, of how many rows."""
        return f"<ReviewQueue: {len(self.cases)} of {self.n_rows:,} rows>"

    def __str__(self) -> str:
        """Return what `print` shows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._parts())

    def _parts(self) -> Iterator[str | Grid]:
        yield self.summary
        columns = [
            Column("rank", right=True), Column("row"), Column("source"),
            Column("prediction", right=True), Column("outcome", right=True),
            Column("why", fold=True),
        ]  # fmt: skip
        rows = [
            [
                str(one.rank), shown(one.row_key)[:20], one.drawn_by, in_units(one.prediction),
                "" if one.outcome is None else in_units(one.outcome), shown(one.why),
            ]
            for one in self.cases[:_SHOWN]
        ]  # fmt: skip
        yield Grid(columns, rows)
        if len(self.cases) > _SHOWN:
            yield f"And {len(self.cases) - _SHOWN} more."

    @property
    def summary(self) -> str:
        """What the queue is made of, in a few sentences."""
        counts = Counter(one.drawn_by for one in self.cases)
        told = ", ".join(f"{counts[name]} {name}" for name in SOURCES if counts[name])
        before = ""
        if self.n_queued_before:
            before = f" {self.n_queued_before:,} rows were queued before and are left out."
        return (
            f"{len(self.cases)} of {self.n_rows:,} rows to look at: {told or 'none'}. Of "
            f"{self.n_tested:,} outcomes {self.n_surprises:,} surprise at a false discovery rate "
            f"of {100 * self.fdr:g} %.{before} Rows taken at random: "
            f"{counts[RANDOM]} (seed {self.random_state}); they tell what the others miss."
        )


def as_records(queue: ReviewQueue) -> list[dict[str, Any]]:
    """Return the cases of a queue as a store keeps them."""
    from qconf.review.store.submissions import as_json  # noqa: PLC0415 - the extra's own

    common = {
        "model": queue.model,
        "threshold": queue.threshold,
        "key_columns": as_json("columns of the key", list(queue.key_columns)),
    }
    plain = ("rank", "row_key", "drawn_by", "why", "p_value", "prediction", "expected_error",
             "outcome", "residual")  # fmt: skip
    records = []
    for one in queue.cases:
        told = {name: getattr(one, name) for name in plain}
        packed = {
            name: as_json(name, getattr(one, name)) for name in ("estimate", "inputs", "named_by")
        }
        why = None if one.explanation is None else as_json("explanation", one.explanation)
        records.append({**common, **told, **packed, "explanation": why})
    return records
