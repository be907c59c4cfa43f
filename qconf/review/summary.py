"""What people found: reasons by slice and time, what sources are worth, what foretells errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from qconf.core.conventions import check_options
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.core.printable import shown
from qconf.errors import TableError, did_you_mean
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html
from qconf.review.rates import apart, rate_of
from qconf.review.reasons import DECISIONS, FINE, REASONS
from qconf.review.slices import MONTH, slices_of
from qconf.review.sources import RANDOM, SOURCES

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord, Feedback
    from qconf.review.store.store import FeedbackStore

__all__ = ["ReviewSummary", "summarize"]

CANNOT_SAY: Final = "cannot say"
_COLUMNS = (
    "table", "what", "of", "n", "value", "low", "high", "verdict", "compared_with",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class ReviewSummary:
    """What was said and decided, in numbers with their intervals.

    Attributes
    ----------
    counts : dict of str to int
        Cases ``open`` and ``decided``, and ``feedback``.
    table : DataFrame
        A row for each number: ``table`` is ``decisions``, ``feedback``, ``slices``, ``sources`` or
        ``errors``; ``what`` is the reason or the source; ``of`` says of which rows the share
        ``value`` is.
    confidence_level : float
    """

    counts: dict[str, int]
    table: pd.DataFrame
    confidence_level: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        rows = self.table.reset_index().to_dict("records")
        return {"counts": self.counts, "level": self.confidence_level, "rows": rows}

    def __repr__(self) -> str:
        """Return a line: how much was decided."""
        return f"<ReviewSummary: {self.counts['decided']} cases decided>"

    def __str__(self) -> str:
        """Return what `print` shows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._parts())

    def _parts(self) -> Iterator[str | Grid]:
        counts = self.counts
        yield (
            f"{counts['decided']:,} cases are decided, {counts['open']:,} are not; "
            f"{counts['feedback']:,} times people said something of an estimate. Intervals hold "
            f"with {100 * self.confidence_level:g} %, those of slices all at once."
        )
        rows = self.table.reset_index()
        for name, heading in _HEADINGS.items():
            own = rows[rows["table"] == name]
            if len(own):
                yield heading
                yield Grid(_GRID, [_cells(one) for _, one in own.iterrows()])


_HEADINGS = {
    "decisions": "What was decided:",
    "feedback": "What people said:",
    "slices": "Where and when (more or less often than in all other rows):",
    "sources": "What sources are worth: of the rows that each brought, and of the random ones:",
    "errors": "Which reasons go with large errors (beside the random rows):",
}
_GRID = [
    Column("what", fold=True), Column("of", fold=True), Column("n", right=True),
    Column("share", right=True), Column("interval, %", right=True), Column("verdict"),
]  # fmt: skip


def _cells(row: Any) -> list[str]:
    told = Estimate(row["value"], (row["low"], row["high"]))
    share = "-" if np.isnan(told.value) else in_percent(told.value)
    interval = "0.0 to 100.0" if np.isnan(told.value) else percent_range(told)
    return [shown(str(row["what"])), shown(str(row["of"])), str(row["n"]), share, interval,
            str(row["verdict"] or "")]  # fmt: skip


def summarize(
    store: FeedbackStore, *, by: Sequence[str] = (), confidence_level: float = 0.95
) -> ReviewSummary:
    """Sum up what people said and what was decided.

    Parameters
    ----------
    store : FeedbackStore
    by : sequence of str, default=()
        Inputs to slice by, beside the month.
    confidence_level : float, default=0.95

    Returns
    -------
    ReviewSummary

    Raises
    ------
    TableError
        If there is no such input.
    OptionError
        If the level is none.
    """
    check_options(threshold=1.0, fraction=1.0, confidence_level=confidence_level, outlier_rates=())
    cases, feedback = store.cases(explained=False), store.feedback()
    _check_by(by, cases, feedback)
    decided = [one for one in cases if one.decision is not None]
    rows = [
        *_reasons("decisions", [_decision(one) for one in decided], DECISIONS, confidence_level),
        *_reasons("feedback", [_said(one) for one in feedback], REASONS, confidence_level),
        *_slices([*map(_decision, decided), *map(_said, feedback)], by, confidence_level),
        *_sources(cases, confidence_level),
        *_errors(cases, feedback, confidence_level),
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).set_index("table")
    return ReviewSummary(store.counts(), table, confidence_level)


def _check_by(by: Sequence[str], cases: list[CaseRecord], feedback: list[Feedback]) -> None:
    every = [one.inputs for one in cases] + [one.inputs for one in feedback]
    known = {name for inputs in every for name in inputs}
    for name in by:
        if name not in known:
            msg = f"No estimate has an input {name!r}. {did_you_mean(name, sorted(known))}"
            raise TableError(msg)


def _decision(case: CaseRecord) -> dict[str, Any]:
    known = case.decision
    reason, when = (known.reason, known.decided_at) if known else ("", "")
    return {"row": case.row_key, "reason": reason, "day": when[:10], **_inputs(case.inputs)}


def _said(feedback: Feedback) -> dict[str, Any]:
    told = {"row": feedback.row_key, "reason": feedback.reason, "day": feedback.given_at[:10]}
    return {**told, **_inputs(feedback.inputs)}


def _inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    # Beside each other no input can be taken for what was said.
    return {f"input {name}": value for name, value in inputs.items()}


def _row(table: str, what: str, of: str, n: int, told: Estimate, verdict: str = "",
         compared_with: float | None = None) -> dict[str, Any]:  # fmt: skip
    low, high = told.interval
    values = (table, what, of, n, told.value, low, high, verdict, compared_with)
    return dict(zip(_COLUMNS, values, strict=True))


def _reasons(
    table: str, said: list[dict[str, Any]], choices: Any, level: float
) -> Iterator[dict[str, Any]]:
    reason = np.array([one["reason"] for one in said], dtype=object)
    told = {name: [one[name] for one in said] for name in ("row", "day")}
    for name in choices:
        if (reason == name).any():
            share = rate_of(reason == name, level, rows=told["row"], days=told["day"])
            yield _row(table, name, "all", len(reason), share)


def _slices(
    said: list[dict[str, Any]], by: Sequence[str], level: float
) -> Iterator[dict[str, Any]]:
    """Hold each reason in each slice against the rest; all at once (Bonferroni)."""
    if not said:
        return
    frame = pd.DataFrame(said)
    reason = frame["reason"].to_numpy(dtype=object)
    asked = [
        (name, label, inside)
        for label, inside in slices_of(frame, [MONTH, *(f"input {one}" for one in by)])
        for name in dict.fromkeys(reason[inside])
    ]
    each = 1 - (1 - level) / max(len(asked), 1)
    for name, label, inside in asked:
        came = reason == name
        rows = frame["row"].to_numpy(dtype=object)
        own = rate_of(came[inside], each, rows=list(rows[inside]))
        rest = rate_of(came[~inside], each, rows=list(rows[~inside]))
        verdict = _verdict(apart(own, rest, each), "more often", "less often")
        yield _row("slices", name, label, int(inside.sum()), own, verdict, rest.value)


def _verdict(difference: Estimate, above: str, below: str) -> str:
    low, high = difference.interval
    if np.isnan(difference.value) or low <= 0 <= high:
        return CANNOT_SAY
    return above if low > 0 else below


def _sources(cases: list[CaseRecord], level: float) -> Iterator[dict[str, Any]]:
    """Tell how often something was off, of what sources brought and of what they name."""
    decided = [one for one in cases if one.decision is not None]
    wrong = np.array([one.decision.reason != FINE for one in decided if one.decision], dtype=bool)
    by = np.array([one.drawn_by for one in decided], dtype=object)
    for name in SOURCES:
        brought = by == name
        if brought.any():
            told = rate_of(wrong[brought], level)
            yield _row("sources", name, "rows it brought: off", int(brought.sum()), told)
    at_random = by == RANDOM
    if not at_random.any():
        return
    for name in SOURCES:
        named = np.array([name in one.named_by for one in decided], dtype=bool)
        if name == RANDOM or not any(name in one.named_by for one in cases):
            continue
        for of, among, came in (
            ("random rows that it names: off", at_random & named, wrong),
            ("random rows that are off: named", at_random & wrong, named),
        ):
            told = rate_of(came[among], level)
            verdict = "" if among.any() else CANNOT_SAY
            yield _row("sources", name, of, int(among.sum()), told, verdict)


def _errors(
    cases: list[CaseRecord], feedback: list[Feedback], level: float
) -> Iterator[dict[str, Any]]:
    """Tell how often estimates with a reason were outliers, beside those drawn at random."""
    outlier = {one.row_key: one.outlier for one in cases if one.outlier is not None}
    drawn = [one.outlier for one in cases if one.drawn_by == RANDOM and one.outlier is not None]
    usual = rate_of(np.array(drawn, dtype=bool), level)
    if drawn:
        yield _row("errors", RANDOM, "random rows: outliers", len(drawn), usual)
    for name in REASONS:
        rows = {one.row_key for one in feedback if one.reason == name} & outlier.keys()
        if rows:
            came = np.array([outlier[one] for one in sorted(rows)], dtype=bool)
            own = rate_of(came, level)
            verdict = _verdict(apart(own, usual, level), "larger errors", "smaller errors")
            of = "rows of which that was said: outliers"
            yield _row("errors", name, of, len(came), own, verdict, usual.value)
