"""The first page: what is estimated here, by which model, and a row to be typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from qconf.core.estimate import in_percent
from qconf.pages.model_card import card_section
from qconf.report.page.parts import KeyFigure
from qconf.saving.card import CERTIFICATE
from qconf.saving.card_lines import safe
from qconf.serve.estimating import tell_rows
from qconf.serve.forms import read_form
from qconf.serve.pages.fields import fields_of_model, row_of_form

if TYPE_CHECKING:
    from fastapi import APIRouter

    from qconf.serve.pages.rendering import Renderer
    from qconf.serve.served_model import ServedModel

__all__ = ["add_routes"]


def add_routes(router: APIRouter, renderer: Renderer) -> None:
    """Add the routes of the first page."""
    context = renderer.context

    @router.get("/")
    async def show_start(request: Request) -> Response:
        return await context.run(_page, renderer, request)

    @router.post("/estimates")
    async def estimate_typed(request: Request) -> Response:
        form = await read_form(context, request)
        return await context.run(_estimate, renderer, request, form)


def _estimate(renderer: Renderer, request: Request, form: Mapping[str, str]) -> Response:
    """Estimate a row that was typed; what cannot be read is shown again, with what is wrong."""
    served = renderer.context.served
    (told,) = tell_rows(renderer.context, [row_of_form(served, form)], explain=True)
    if told.id is None:
        return _page(renderer, request, form, told.problem or "", 422)
    return renderer.see_other(request, f"/estimates/{told.id}")


def _page(
    renderer: Renderer,
    request: Request,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    served, store = renderer.context.served, renderer.context.store
    return renderer.page(
        request, "start.html", status=status,
        fields=fields_of_model(served, typed or {}),
        figures=[*_figures(served), *_counts(store.counts())],
        lead=_lead(served),
        card=renderer.sections(lambda: [card_section(served.card)], "card"),
        problem=problem,
    )  # fmt: skip


def _lead(served: ServedModel) -> str:
    what = f"the {safe(served.card.target)}" if served.card.target else "what a row is worth"
    return (
        f"This service estimates {what}, says of every estimate how wrong it is likely to be, and "
        "shows how it came about. Wherever you see an estimate you can say what is off."
    )


def _figures(served: ServedModel) -> Iterator[KeyFigure]:
    card = served.card
    if card.fitted:
        rows = f"on {card.n_rows:,} rows" if card.n_rows else ""
        yield KeyFigure(safe(card.fitted)[:10], "the model was fitted", rows)
    certificate = card.figures.get(CERTIFICATE)
    if isinstance(certificate, dict) and _share(certificate.get("limit")):
        figure = f"at most {in_percent(certificate['limit'])}"
        told = "outliers among the accepted, certified"
        covered: Any = certificate.get("coverage")
        share = f"{in_percent(covered, 0)} of rows are accepted" if _share(covered) else ""
        yield KeyFigure(figure, told, share)


def _share(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _counts(counts: Mapping[str, int]) -> Iterator[KeyFigure]:
    yield KeyFigure(f"{counts['open']:,}", "cases to review", f"{counts['decided']:,} are decided")
    yield KeyFigure(f"{counts['feedback']:,}", "times somebody said what is off")
