"""Who may come in, where the service asks for a token."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

__all__ = ["LOGIN", "knows_token", "same_text", "ticket"]

#: The cookie of who has logged in.
LOGIN: Final = "qconf_login"
_PURPOSE: Final = b"qconf login"
_SCHEME: Final = "bearer "


def ticket(token: str) -> str:
    """Return what a browser holds instead of the token: whoever reads it learns no token."""
    return hmac.new(token.encode(), _PURPOSE, sha256).hexdigest()


def same_text(one: str, other: str) -> bool:
    """Compare two texts in a time that does not tell where they differ, nor how long one is."""
    return hmac.compare_digest(sha256(one.encode()).digest(), sha256(other.encode()).digest())


def knows_token(headers: Headers, token: str) -> bool:
    """Tell whether a request brings the token, or the cookie of one who has brought it."""
    given = headers.get("authorization", "")
    if given[: len(_SCHEME)].lower() == _SCHEME:
        return same_text(given[len(_SCHEME) :].strip(), token)
    held = cookie_parser(headers.get("cookie", "")).get(LOGIN, "")
    return same_text(held, ticket(token))
