"""Render pages: one environment of templates, and what every page has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse, RedirectResponse

from qconf.report.page.html import Pictures, check_installed, kind_of, page_environment
from qconf.report.page.parts import Part, Section
from qconf.review.reasons import DECISIONS, REASONS
from qconf.review.sources import SOURCES
from qconf.serve.form_tokens import new_key
from qconf.serve.latest import Latest
from qconf.serve.pages.people import who_of
from qconf.serve.pages.static_files import static_address

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from qconf.review.store.records import EstimateRecord
    from qconf.serve.context import ServeContext

__all__ = ["Renderer", "address"]

#: So many explanations are kept: an estimate never changes, and reasons and pictures take a while.
_KEPT: Final = 64
#: Matplotlib's settings are those of the whole process.
_DRAWING: Final = Lock()


def address(request: Request, path: str) -> str:
    """Return the address of a page, wherever the service is mounted."""
    return f"{request.scope.get('root_path', '')}{path}"


@cache
def _environment() -> Environment:
    made = page_environment("qconf.serve.pages")
    made.filters["capitalized"] = lambda text: f"{text[:1].upper()}{text[1:]}"
    return made


class Renderer:
    """Renders the pages of a service.

    Parameters
    ----------
    context : ServeContext
    """

    def __init__(self, context: ServeContext) -> None:
        check_installed()
        self.context = context
        self._environment = _environment()
        self._rendered: Latest[Markup] = Latest(_KEPT)
        self._explained: Latest[Any] = Latest(_KEPT)

    def page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render a page.

        Parameters
        ----------
        request : Request
        template : str
        status : int, default=200
        **values
            What the template is told.
        """
        text = self._environment.get_template(template).render(
            url=lambda path: address(request, path),
            static=lambda name: address(request, static_address(name)),
            path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
            form_token=self.context.forms.token(request),
            new_key=new_key,
            who=who_of(request),
            served=self.context.served,
            reasons=REASONS,
            decisions=DECISIONS,
            sources=SOURCES,
            **values,
        )
        return HTMLResponse(text, status)

    def see_other(self, request: Request, path: str) -> Response:
        """Send a browser on, once a form is kept: reloading sends nothing again."""
        return RedirectResponse(address(request, path), 303)

    def sections(self, make: Callable[[], Sequence[Section]], key: str | None = None) -> Markup:
        """Render sections with their pictures.

        Parameters
        ----------
        make : callable
            Returns them.
        key : str, default=None
            What never changes is rendered once, and known by this.
        """
        if key is None:
            return self._render(make)
        return self._rendered.of(key, lambda: self._render(make))

    def explained(self, record: EstimateRecord) -> Any:
        """Return the explanation of an estimate; one that nobody asked for then is made now.

        By the model that made the estimate; None if it is another one by now. Opening a page keeps
        nothing in the store, so that it is made once for those who open it one after the other.
        """
        if record.explanation is not None or record.model != self.context.served.digest:
            return record.explanation
        return self._explained.of(record.id, lambda: self._explained_now(record))

    def _explained_now(self, record: EstimateRecord) -> Any:
        (now,) = self.context.estimate([record.inputs])
        return None if isinstance(now, str) else self.context.explain(now)

    def _render(self, make: Callable[[], Sequence[Section]]) -> Markup:
        from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

        sections = make()
        with _DRAWING:
            text = self._environment.get_template("sections.html").render(
                sections=sections, kind=kind_of, pictures=Pictures()
            )
        return Markup(text)  # noqa: S704 - the template has escaped all

    def parts(self, parts: Sequence[Part]) -> Markup:
        """Render tables and sentences that stand below no heading of their own."""
        from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

        template = self._environment.get_template("parts_alone.html")
        return Markup(template.render(parts_told=parts, kind=kind_of))  # noqa: S704 - as above
