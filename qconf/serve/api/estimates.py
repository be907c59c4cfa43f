"""Estimates, and feedback on them, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from qconf.serve.api.routing import Strict, check_count, json_router, problems
from qconf.serve.api.said import FeedbackSaid, IdempotencyKey, said_of
from qconf.serve.context import ServeContext
from qconf.serve.estimating import tell_rows
from qconf.serve.feedback import give_feedback
from qconf.serve.rows import JSON_TYPES
from qconf.serve.served_model import ServedModel

__all__ = ["routes"]

EstimateId = Annotated[str, Path(max_length=100, description="As it was told with the estimate.")]
_PAGE: Final = {
    "text/html": {"schema": {"type": "string"}},
}
_OF_FEEDBACK: Final = ("id", "given_at", "who", "reason", "text", "corrected", "own_value",
                       "comparables")  # fmt: skip
_TOLD: Final = """\
Scores rows as `qconf score` does, keeps each estimate and returns its id. A row that cannot be
scored has a `problem` instead, and the others are scored all the same. With `explain` each
estimate comes with its inputs, comparables and reasons, which are kept with it as they are now.
"""


class OneEstimate(BaseModel):
    """What is told of a row: an estimate with its id, or a problem."""

    id: str | None = Field(default=None, description="By which the estimate is found again.")
    estimate: dict[str, Any] | None = Field(
        default=None,
        description="`prediction`, `expected_error`, `fsd`, `std`, `low`, `high`; as far as the "
        "model knows them `p_within_10`, `p_outlier`, `tier` and `accept`.",
    )
    explanation: Any = Field(default=None, description="Inputs, comparables, reasons; if asked.")
    problem: str | None = Field(default=None, description="Why there is no estimate.")


class Estimates(BaseModel):
    """What is told of each row, in their order."""

    estimates: list[OneEstimate]


class KeptEstimate(BaseModel):
    """An estimate as it was told, and what was said of it since."""

    id: str
    row_key: str
    key_columns: list[str]
    model: str
    made_at: str
    inputs: dict[str, Any]
    estimate: dict[str, Any]
    explanation: Any
    feedback: list[dict[str, Any]]


class Applied(BaseModel):
    """The estimate as it was and as it is with the corrected inputs, side by side."""

    inputs: dict[str, list[Any]] = Field(description="Each as it was, and corrected.")
    before: dict[str, Any]
    after: dict[str, Any] | None
    after_id: str | None
    problem: str | None


class FeedbackKept(BaseModel):
    """A feedback that is kept, and what it changes."""

    id: int
    estimate_id: str
    correction: Applied | None


def routes(context: ServeContext) -> APIRouter:
    """Return the routes."""
    router = json_router(context, "estimates")
    for add in (_add_estimating, _add_finding, _add_feedback):
        add(router, context)
    return router


def _add_estimating(router: APIRouter, context: ServeContext) -> None:
    most = context.limits.explained_rows

    async def post_estimates(request: Request, asked: Any) -> JSONResponse:
        if asked.explain:
            check_count("rows with explanations", len(asked.rows), most)
        request.state.told = {"rows": len(asked.rows), "explain": asked.explain}
        told = await context.run(tell_rows, context, asked.rows, asked.explain)
        return JSONResponse({"estimates": [one.to_dict() for one in told]})

    # Annotations are looked up by name, and this class is of this service alone.
    post_estimates.__annotations__["asked"] = _rows_asked(context)
    router.post("/estimates", response_model=Estimates, summary="Estimate rows", description=_TOLD)(
        post_estimates
    )


def _rows_asked(context: ServeContext) -> type[Strict]:
    """Make the class of what is asked of this model, within these limits."""
    limits = context.limits

    class RowsAsked(Strict):
        """Rows to be estimated."""

        model_config = ConfigDict(json_schema_extra=_fewer_if_explained(limits.explained_rows))

        rows: Annotated[
            list[dict[str, Any]],
            Field(
                min_length=1, max_length=limits.rows, description=_columns(context.served),
                json_schema_extra={"items": _row_schema(context.served)},
            ),
        ]  # fmt: skip
        explain: Annotated[
            bool, Field(description=f"At most {limits.explained_rows} rows at once.")
        ] = False

    return RowsAsked


def _add_finding(router: APIRouter, context: ServeContext) -> None:
    @router.get(
        "/estimates/{estimate_id}",
        response_model=KeptEstimate,
        responses={**problems(404), 200: {"content": _PAGE}},
        summary="Find an estimate again",
        description="JSON; a page for who names `text/html` among what is accepted.",
    )
    async def get_estimate(estimate_id: EstimateId) -> JSONResponse:
        return JSONResponse(await context.run(_kept, context, estimate_id))


def _kept(context: ServeContext, estimate_id: str) -> dict[str, Any]:
    """Return an estimate, and of each feedback on it what is told."""
    record = context.store.estimate(estimate_id)
    said = [asdict(one) for one in context.store.feedback(estimate_id)]
    return {
        **asdict(record), "feedback": [{name: one[name] for name in _OF_FEEDBACK} for one in said]
    }  # fmt: skip


def _add_feedback(router: APIRouter, context: ServeContext) -> None:
    @router.post(
        "/estimates/{estimate_id}/feedback",
        response_model=FeedbackKept,
        status_code=201,
        responses=problems(404, 409),
        summary="Say what is off",
        description="Keeps what is said, and applies corrected inputs at once. A form of the "
        "page of an estimate may be sent here, too.",
    )
    async def post_feedback(
        estimate_id: EstimateId,
        said: FeedbackSaid,
        idempotency_key: IdempotencyKey = None,
    ) -> JSONResponse:
        given = await context.run(
            give_feedback, context, estimate_id, said_of(said), idempotency_key
        )
        return JSONResponse(asdict(given), 201)


def _fewer_if_explained(most: int) -> dict[str, Any]:
    """Say in the description that fewer rows can be explained than estimated at once."""
    asked = {"properties": {"explain": {"const": True}}, "required": ["explain"]}
    return {"if": asked, "then": {"properties": {"rows": {"maxItems": most}}}}


def _columns(served: ServedModel) -> str:
    named = ", ".join(f"`{one.name}` ({one.kind})" for one in served.inputs)
    key = f" `{served.key}` is the id of a row." if served.key is not None else ""
    return (
        f"By name the inputs of the model, null where one is not known: {named}.{key} Dates are "
        "text, such as 2026-01-31. What the model does not know is left aside."
    )


def _row_schema(served: ServedModel) -> dict[str, Any]:
    """Describe a row; one that is otherwise is told so, and is no error of the request."""
    names = {one.name: JSON_TYPES.get(one.kind, "string") for one in served.inputs}
    told = ", ".join(f"{name}: {kind} or null" for name, kind in names.items())
    return {"type": "object", "description": told, "additionalProperties": True}
