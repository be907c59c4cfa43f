"""Pages of what went wrong: each says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from qconf.serve.pages.login import login_page
from qconf.serve.problems import Problem

if TYPE_CHECKING:
    from fastapi import Request, Response

    from qconf.serve.pages.rendering import Renderer

__all__ = ["Advice", "advice_on", "error_page"]


@dataclass(frozen=True)
class Advice:
    """What went wrong, and what to do.

    Attributes
    ----------
    title : str
    what_to_do : tuple of str
    """

    title: str
    what_to_do: tuple[str, ...]


_AGAIN: Final = "What you typed is still in the form: go back, and it is there."
_ADVICE: Final = {
    400: Advice("This was not understood", ("Go back, and send the form as it is shown.", _AGAIN)),
    401: Advice(
        "Say who you are first",
        ("Sign in with the token that whoever runs this service has given you.",),
    ),
    403: Advice(
        "This form was not taken",
        (
            "Open the page again and send the form from there, in this browser, with cookies on.",
            _AGAIN,
        ),
    ),
    404: Advice(
        "There is nothing at this address",
        (
            "Look at the address: an estimate is found by the whole link that came with it.",
            "All cases are in the queue.",
        ),
    ),
    405: Advice("This address does not take that", ("Start from the first page.",)),
    409: Advice(
        "Somebody else was here first",
        ("Open the page again: it shows how things stand now. Nothing was overwritten.", _AGAIN),
    ),
    413: Advice(
        "This is too much at once",
        ("Shorten the text, or send fewer rows, and send it again.", _AGAIN),
    ),
    414: Advice("This address is too long", ("Start from the first page.",)),
    415: Advice("This was sent in a way that is not taken", ("Send the form as it is shown.",)),
    421: Advice(
        "The service is not called that",
        ("Use the address that whoever runs this service has given you.",),
    ),
    422: Advice(
        "Something does not fit", ("Go back, mend what is said above, and send it again.", _AGAIN)
    ),
    429: Advice(
        "Too many requests", ("Wait a minute, then reload. Nothing that was kept is lost.",)
    ),
    503: Advice(
        "Not just now",
        ("Wait a minute, then reload. What was acknowledged is kept.",),
    ),
}
_OURS: Final = Advice(
    "The fault is ours",
    (
        "What was acknowledged is kept. Try it again.",
        "If it comes again, tell whoever runs this service what you did, and when.",
    ),
)
_OTHER: Final = Advice("This cannot be done", ("Start from the first page.",))
_FIRST_OF_OURS: Final = 500


def advice_on(status: int) -> Advice:
    """Return what to do about a status.

    Examples
    --------
    >>> advice_on(409).title, advice_on(500).title
    ('Somebody else was here first', 'The fault is ours')
    """
    known = _ADVICE.get(status)
    if known is not None:
        return known
    return _OURS if status >= _FIRST_OF_OURS else _OTHER


def error_page(renderer: Renderer, request: Request, problem: Problem) -> Response:
    """Show what went wrong; whoever has not brought the token is asked for it."""
    if problem.status == HTTPStatus.UNAUTHORIZED and renderer.context.token is not None:
        return login_page(renderer, request, problem.detail, problem.status)
    return renderer.page(
        request, "error.html", status=problem.status, problem=problem,
        advice=advice_on(problem.status),
    )  # fmt: skip
