"""The page of a case: how its estimate came about, and what is decided of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from qconf.core.error_scale import error_scale
from qconf.errors import OptionError
from qconf.explanation.money import in_steps
from qconf.explanation.sentences import told_error
from qconf.probability.additive import additive_scale
from qconf.report.page.parts import KeyFigure
from qconf.review.sources import SOURCES
from qconf.review.store.errors import ConflictError, NotFoundError
from qconf.serve.casework import decide_case, open_case
from qconf.serve.forms import read_form, said_in
from qconf.serve.pages.asked_cases import AskedCases
from qconf.serve.pages.estimates import with_sales
from qconf.serve.pages.fields import fields_of_inputs, with_levels
from qconf.serve.pages.people import remember, who_of
from qconf.serve.pages.review import asked_of, decided_before, off_by, queue_page
from qconf.serve.pages.told import explained_sections, sales_of, unit_of, verdict
from qconf.serve.problems import problem_of

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.review.store.records import CaseRecord
    from qconf.serve.pages.rendering import Renderer

__all__ = ["add_routes"]

#: What may have been typed when a case is taken.
_TYPED: Final = ("reason", "text", "own_value", "comparables")
#: Digits of the number of a case.
_LONGEST: Final = 15


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the routes of cases."""
    context = renderer.context

    @router.get("/review/{case_id}")
    async def show_case(request: Request, case_id: str) -> Response:
        asked = AskedCases.of(request.query_params)
        return await context.run(_page, renderer, request, _number(case_id), asked)

    @router.post("/review/{case_id}/lock")
    async def take_case(request: Request, case_id: str) -> Response:
        form = await read_form(context, request)
        return await context.run(_take, renderer, request, _number(case_id), form)

    @router.post("/review/{case_id}/release")
    async def give_back(request: Request, case_id: str) -> Response:
        form = await read_form(context, request)
        return await context.run(_release, renderer, request, _number(case_id), form)

    @router.post("/review/{case_id}/decision")
    async def decide(request: Request, case_id: str) -> Response:
        form = await read_form(context, request)
        return await context.run(_decide, renderer, request, _number(case_id), form)


def _number(case_id: str) -> int:
    if not (case_id.isascii() and case_id.isdigit() and len(case_id) <= _LONGEST):
        msg = f"There is no case {case_id[:40]!r}: cases have numbers. The queue has them all."
        raise NotFoundError(msg)
    return int(case_id)


def _take(renderer: Renderer, request: Request, case_id: int, form: Mapping[str, str]) -> Response:
    """Take a case, or say who has it."""
    asked, who = asked_of(form.get("queue", "")), form.get("who", "").strip()
    try:
        open_case(renderer.context, case_id, who)
    except NotFoundError:
        raise
    except OptionError as error:
        found = problem_of(error)
        return queue_page(renderer, request, asked, found.detail, found.status)
    if any(form.get(name) for name in _TYPED):
        # Nothing that was typed before is lost.
        return remember(request, _page(renderer, request, case_id, asked, form), who)
    return remember(request, _to_case(renderer, request, case_id, asked), who)


def _release(
    renderer: Renderer, request: Request, case_id: int, form: Mapping[str, str]
) -> Response:
    """Give a case back, and go to the queue."""
    asked = asked_of(form.get("queue", ""))
    renderer.context.store.release_case(case_id, form.get("who", ""))
    return renderer.see_other(request, f"/review?{asked.query()}")


def _decide(
    renderer: Renderer, request: Request, case_id: int, form: Mapping[str, str]
) -> Response:
    """Keep a decision and open the next case; what cannot be kept is shown again."""
    context, asked = renderer.context, asked_of(form.get("queue", ""))
    case = context.store.case(case_id)
    try:
        said = said_in(with_sales(form), case.inputs)
        said["corrected"] = with_levels(context.served, form, said["corrected"])
        said["supersedes"] = _superseded(form.get("supersedes", ""))
        decide_case(context, case_id, said, form.get("idempotency_key") or None)
    except NotFoundError:
        raise
    except OptionError as error:
        found = problem_of(error)
        return _page(renderer, request, case_id, asked, form, found.detail, found.status)
    who = said["who"]
    _, following = asked.beside(context.store, case_id, who)
    if following is not None and _taken(renderer, following, who):
        answer = _to_case(renderer, request, following, asked, done=case_id)
    else:
        answer = renderer.see_other(request, f"/review?{_query(asked, case_id)}")
    return remember(request, answer, who)


def _taken(renderer: Renderer, case_id: int, who: str) -> bool:
    try:
        open_case(renderer.context, case_id, who)
    except ConflictError:  # somebody was faster
        return False
    return True


def _superseded(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def _to_case(
    renderer: Renderer, request: Request, case_id: int, asked: AskedCases, done: int | None = None
) -> Response:
    query = _query(asked, done)
    return renderer.see_other(request, f"/review/{case_id}{'?' if query else ''}{query}")


def _query(asked: AskedCases, done: int | None) -> str:
    return "&".join(filter(None, [asked.query(), "" if done is None else f"done={done}"]))


def _page(
    renderer: Renderer,
    request: Request,
    case_id: int,
    asked: AskedCases,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    context = renderer.context
    case, who = context.store.case(case_id), (typed or {}).get("who", "") or who_of(request)
    before, after = asked.beside(context.store, case_id, who)
    return renderer.page(
        request, "case.html", status=status, problem=problem, typed=typed or {}, asked=asked,
        case=case, history=context.store.decisions(case_id), before=before, after=after,
        done=decided_before(renderer, request),
        told=verdict(context.served, case.estimate, case.explanation),
        outcome=list(_outcome(renderer, case)),
        taken=case.lock is not None and case.lock.who != who,
        mine=case.lock is not None and case.lock.who == who,
        sections=renderer.sections(
            lambda: explained_sections(case.explanation, case.inputs), f"case {case.id}"
        ),
        fields=fields_of_inputs(context.served, case.inputs, typed),
        sales=sales_of(case.explanation),
        source=SOURCES.get(case.drawn_by, case.drawn_by),
    )  # fmt: skip


def _times(renderer: Renderer, case: CaseRecord, residual: float) -> str:
    """Say how many expected errors it is off, as the queue counts them: it stands right above."""
    if case.expected_error <= 0:
        return ""
    name = getattr(renderer.context.served.pair, "error", None)
    if name is None or error_scale(name).name != "relative":
        return f"{abs(residual) / case.expected_error:.1f} times the expected error"
    (added,) = additive_scale(name).of_residual(np.array([residual]))
    return f"{abs(added) / case.expected_error:.1f} times the expected error, in logarithms"


def _outcome(renderer: Renderer, case: CaseRecord) -> Iterator[KeyFigure]:
    """Say what came out, beside what was expected."""
    unit = unit_of(renderer.context.served)
    if case.outcome is not None:
        yield KeyFigure(in_steps(case.outcome), "outcome", f"estimated {in_steps(case.prediction)}")
    if case.residual is not None:
        yield KeyFigure(off_by(case, unit), "off by", _times(renderer, case, case.residual))
    if case.outlier is not None:
        limit = told_error(case.threshold or 0.0, unit)
        told = "outlier" if case.outlier else "no outlier"
        yield KeyFigure(told, f"which is off by over {limit}")
