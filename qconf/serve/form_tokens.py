"""Tell forms that this service showed from those that another site sends (CSRF).

A browser holds a random cookie, and a form holds a digest of it: another site can make a browser
send the cookie, and cannot know what to write into the form (double submit). It holds over a
restart, so that nobody loses what was typed.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.requests import Request

__all__ = ["SESSION", "FormTokens", "new_key"]

#: The cookie.
SESSION: Final = "qconf_session"
_PURPOSE: Final = b"qconf form"


def new_key() -> str:
    """Return an idempotency key: of one form, however often it is sent."""
    return secrets.token_urlsafe(16)


class FormTokens:
    """Tokens of forms."""

    def token(self, request: Request) -> str:
        """Return what a form that is shown now has as ``form_token``."""
        return _digest(request.state.session)

    def is_of(self, request: Request, token: str) -> bool:
        """Tell whether a form has the token of the browser that sends it."""
        session = request.cookies.get(SESSION, "")
        return bool(session) and hmac.compare_digest(_digest(session).encode(), token.encode())


def _digest(session: str) -> str:
    return hmac.new(session.encode(), _PURPOSE, sha256).hexdigest()
