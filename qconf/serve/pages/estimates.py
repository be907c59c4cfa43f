"""The page of an estimate: what it says, how it came about, and what people say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response

from qconf.errors import OptionError
from qconf.review.store.errors import ConflictError, NotFoundError
from qconf.serve.feedback import give_feedback
from qconf.serve.forms import read_form, said_in
from qconf.serve.pages.beside import beside_parts, effect_of, effects
from qconf.serve.pages.fields import fields_of_inputs, with_levels
from qconf.serve.pages.people import remember
from qconf.serve.pages.told import explained_sections, sales_of, verdict
from qconf.serve.problems import problem_of

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.review.store.records import EstimateRecord, Feedback
    from qconf.serve.context import ServeContext
    from qconf.serve.pages.rendering import Renderer

__all__ = ["add_routes", "with_sales"]

#: So much of what was said before is shown, the newest first.
_MOST_SAID: Final = 50
#: Before the name of a comparable that was ticked.
_SALE: Final = "sale:"
_SENT_BEFORE: Final = (
    "This form was sent before, and what it said then was kept: see below. Send it again if this "
    "is to be kept as well."
)
_OTHER_MODEL: Final = (
    "Another model made this estimate than the one that is served now; corrections are told by "
    "the one that is served now."
)


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the routes of estimates."""
    context = renderer.context

    @router.get("/estimates/{estimate_id}")
    async def show_estimate(request: Request, estimate_id: str) -> Response:
        return await context.run(_page, renderer, request, estimate_id)

    @router.post("/estimates/{estimate_id}/feedback")
    async def take_feedback(request: Request, estimate_id: str) -> Response:
        form = await read_form(context, request)
        return await context.run(_feedback, renderer, request, estimate_id, form)


def with_sales(form: Mapping[str, str]) -> dict[str, str]:
    """Put comparables that were ticked among those that were typed.

    Examples
    --------
    >>> with_sales({"sale:7": "on", "comparables": "house 9"})["comparables"].split()
    ['7', 'house', '9']
    """
    ticked = [name.removeprefix(_SALE) for name in form if name.startswith(_SALE)]
    return {**form, "comparables": "\n".join([*ticked, form.get("comparables", "")])}


def _feedback(
    renderer: Renderer, request: Request, estimate_id: str, form: Mapping[str, str]
) -> Response:
    """Keep what was said and go on to see it; what cannot be kept is shown again."""
    context = renderer.context
    known = context.store.estimate(estimate_id)
    try:
        said = said_in(with_sales(form), known.inputs)
        said["corrected"] = with_levels(context.served, form, said["corrected"])
        key = form.get("idempotency_key") or None
        given = give_feedback(context, estimate_id, said, key)
    except NotFoundError:
        raise
    except OptionError as error:
        found = problem_of(error)
        told = _SENT_BEFORE if isinstance(error, ConflictError) else found.detail
        return _page(renderer, request, estimate_id, form, told, found.status)
    after = given.correction.after_id if given.correction else None
    then = f"&then={after}" if after else ""
    path = f"/estimates/{estimate_id}?said={given.id}{then}#said"
    return remember(request, renderer.see_other(request, path), said["who"])


def _page(
    renderer: Renderer,
    request: Request,
    estimate_id: str,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    context = renderer.context
    record = context.store.estimate(estimate_id)
    feedback = context.store.feedback(estimate_id)
    said = next((one for one in feedback if str(one.id) == request.query_params.get("said")), None)
    explanation = renderer.explained(record)
    other = record.model not in ("", context.served.digest)
    newest = [one for one in reversed(feedback) if one != said][:_MOST_SAID]
    changes = effects(context, record, newest)
    return renderer.page(
        request, "estimate.html", status=status, problem=problem, typed=typed or {},
        record=record,
        subject=_subject(record),
        told=verdict(context.served, record.estimate, explanation, [_OTHER_MODEL] * other),
        said=said,
        beside=_beside(renderer, request, record, said, explanation) if said else None,
        sections=renderer.sections(
            lambda: explained_sections(explanation, record.inputs), f"estimate {record.id}"
        ),
        fields=fields_of_inputs(context.served, record.inputs, typed),
        sales=sales_of(explanation),
        feedback=[(one, changes.get(one.id)) for one in newest],
        n_feedback=len(feedback),
    )  # fmt: skip


def _subject(record: EstimateRecord) -> str:
    """Say which row it is; a digest of all that is read tells people nothing."""
    row = f"{record.key_columns[0]} {record.row_key}, " if len(record.key_columns) == 1 else ""
    return f"{row}estimated on {record.made_at[:10]} at {record.made_at[11:16]} UTC"


def _beside(
    renderer: Renderer, request: Request, record: EstimateRecord, said: Feedback, explanation: Any
) -> dict[str, Any] | None:
    """Put the estimate beside that of the corrected row."""
    context = renderer.context
    if not said.corrected:
        return None
    after = _then(
        context, request.query_params.get("then", ""), {**record.inputs, **said.corrected}
    )
    if after is None:
        return {"effect": effects(context, record, [said])[said.id], "parts": "", "id": None}
    return {
        "effect": effect_of(context.served, record, after),
        "parts": renderer.parts(beside_parts(explanation, after.explanation)),
        "id": after.id,
    }


def _then(context: ServeContext, name: str, inputs: Mapping[str, Any]) -> EstimateRecord | None:
    """Return the estimate of the corrected row, if that is what an address names."""
    try:
        after = context.store.estimate(name) if name else None
    except NotFoundError:
        return None
    return after if after is not None and after.inputs == inputs else None
