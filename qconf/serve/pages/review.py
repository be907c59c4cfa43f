"""The queue: cases filtered and sorted, and each with a way in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from qconf.explanation.money import in_steps
from qconf.explanation.sentences import told_error
from qconf.review.reasons import DECISIONS
from qconf.review.store.errors import NotFoundError
from qconf.serve.casework import STATES
from qconf.serve.pages.asked_cases import AskedCases
from qconf.serve.pages.told import unit_of

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.review.store.records import CaseRecord
    from qconf.serve.pages.rendering import Renderer

__all__ = ["add_routes", "asked_of", "decided_before", "off_by", "queue_page", "state_of"]

#: By what cases can be sorted, in words.
_ORDERS: Final = {
    "rank": "as queued",
    "surprise": "most surprising first",
    "error": "largest error first",
    "times": "largest error in expected errors first",
    "value": "highest value first",
    "expected_error": "least sure first",
}
#: Digits of the number of a case.
_LONGEST_NUMBER: Final = 15
_STATES: Final = {"open": "not decided", "decided": "decided", "all": "all"}


@dataclass(frozen=True)
class Line:
    """A case of the list, in words.

    Attributes
    ----------
    id : int
    row, source, why, value, outcome, off, expected, state : str
    held : bool
        Whether somebody has it open.
    """

    id: int
    row: str
    source: str
    why: str
    value: str
    outcome: str
    off: str
    expected: str
    state: str
    held: bool


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the route of the queue."""

    @router.get("/review")
    async def show_queue(request: Request) -> Response:
        return await renderer.context.run(queue_page, renderer, request)


def queue_page(
    renderer: Renderer,
    request: Request,
    asked: AskedCases | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """Show the queue; `problem` says what could not be done with it."""
    store = renderer.context.store
    told = AskedCases.of(request.query_params) if asked is None else asked
    found = told.found(store)
    done = decided_before(renderer, request)
    unit = unit_of(renderer.context.served)
    return renderer.page(
        request, "review.html", status=status, asked=told, problem=problem, done=done,
        lines=[_line(one, unit) for one in found.cases], total=found.total, pages=found.n_pages,
        counts=store.counts(), states={name: _STATES[name] for name in STATES}, orders=_ORDERS,
        inputs=[(one, one) for one in found.slices.inputs],
        parts=[(label, f"{label} ({len(own):,})") for label, own in found.slices.cases.items()],
    )  # fmt: skip


def asked_of(text: str) -> AskedCases:
    """Read what the list asked for out of a field of a form.

    Raises
    ------
    OptionError
    """
    return AskedCases.of(dict(parse_qsl(text[:2000])))


def decided_before(renderer: Renderer, request: Request) -> CaseRecord | None:
    """Return the case that was decided a moment ago, by what the address says."""
    number = request.query_params.get("done", "")
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        return None
    try:
        return renderer.context.store.case(int(number))
    except NotFoundError:
        return None


def _line(case: CaseRecord, unit: str) -> Line:
    return Line(
        id=case.id,
        row=case.row_name,
        source=case.drawn_by,
        why=case.why,
        value=in_steps(case.prediction),
        outcome="" if case.outcome is None else in_steps(case.outcome),
        off=off_by(case, unit),
        expected=told_error(case.expected_error, unit),
        state=state_of(case),
        held=case.lock is not None,
    )


def off_by(case: CaseRecord, unit: str) -> str:
    """Say how far off an estimate was, and to which side; nothing if that is not known."""
    if case.residual is None:
        return ""
    off = case.residual
    if case.outcome and unit == "percent":
        # Of the outcome, also where errors are logarithms: those of large ones tell nobody much.
        off = (case.prediction - case.outcome) / abs(case.outcome)
    side = "too high" if off > 0 else "too low"
    return f"{told_error(abs(off), unit)} {side}" if off else "not at all"


def state_of(case: CaseRecord) -> str:
    """Say what became of a case."""
    return "; ".join(_states(case)) or "open"


def _states(case: CaseRecord) -> Iterator[str]:
    if case.decision is not None:
        yield f"{DECISIONS.get(case.decision.reason, case.decision.reason)} ({case.decision.who})"
    if case.lock is not None:
        yield f"open with {case.lock.who} until {case.lock.until[11:16]} UTC"
