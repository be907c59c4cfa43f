"""Style sheets and scripts: a closed table of files, each under an address that says its content.

The style sheet of all pages is that of `--report`; there is no second one to keep in step.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from qconf.report.page.html import page_source

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["static_address", "static_file"]

_KINDS: Final = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "serve.css": "text/css; charset=utf-8",
    "serve.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_OF_ALL_PAGES: Final = ("page.css", "page.js")
#: Another content has another address.
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> bytes:
    if name in _OF_ALL_PAGES:
        return page_source(name).encode()
    return (files("qconf.serve.pages") / "static" / name).read_bytes()


@cache
def static_address(name: str) -> str:
    """Return the address of a file.

    Examples
    --------
    >>> static_address("serve.css").partition("?v=")[0]
    '/static/serve.css'
    """
    return f"/static/{name}?v={sha256(_content(name)).hexdigest()[:16]}"


async def static_file(request: Request) -> Response:
    """Answer with a file of the table; nothing else is looked for anywhere."""
    name = request.path_params["name"]
    if name not in _KINDS:
        return PlainTextResponse("There is no such file.\n", 404)
    headers = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(_content(name), 200, headers, media_type=_KINDS[name])
