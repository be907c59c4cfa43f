"""What a request has to pass before a route sees it, and what every answer gets on its way out.

In this order: the name of the host, the length of the address, how often the client has asked,
where what changes something comes from, the token, the kind and size of the body.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection
from http.cookies import SimpleCookie
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser

from qconf.serve.bodies import check_length, read_body, replayed
from qconf.serve.form_tokens import SESSION
from qconf.serve.hosts import check_host, check_origin
from qconf.serve.logs import LOGGER, log
from qconf.serve.negotiation import FORM_TYPES
from qconf.serve.problems import Problem, RefusedError
from qconf.serve.rates import Rates
from qconf.serve.tokens import knows_token

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from qconf.serve.context import ServeContext

__all__ = ["Gate"]

_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_JSON: Final = "application/json"
_LONGEST_ADDRESS: Final = 16_000
#: What needs no token: whether the service lives, and what leads to the token.
_OPEN: Final = ("/healthz", "/readyz", "/login")
_STATIC: Final = "/static/"
#: So often a client may bring a wrong token in a minute.
_WRONG_TOKENS: Final = 20
_HEADERS: Final = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Gate:
    """An ASGI application in front of another.

    Parameters
    ----------
    app : ASGI application
    context : ServeContext
    hosts : collection of str, or None
        Names that the service goes by; None is any.
    answer : callable
        Makes the response of a problem.
    """

    def __init__(
        self,
        app: ASGIApp,
        context: ServeContext,
        hosts: Collection[str] | None,
        answer: Callable[[Request, Problem, dict[str, str]], Response],
    ) -> None:
        self._app = app
        self._context = context
        self._hosts = hosts
        self._answer = answer
        self._rates = Rates(context.limits.requests_per_minute)
        self._wrong = Rates(_WRONG_TOKENS)
        self._waiting: set[_Passage] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, send, self._context)
        self._context.metrics.in_progress.inc()
        try:
            await self._pass(passage, receive)
        except RefusedError as error:
            self._context.metrics.refusals.labels(str(error.status_code)).inc()
            await self._tell(passage, receive, error.problem, dict(error.headers or {}))
        except Exception as error:  # noqa: BLE001 - clients see no trace
            LOGGER.error("failed", exc_info=error, extra={"fields": {"id": passage.id}})
            if not passage.status:
                msg = f"Something went wrong here; it is in the log as {passage.id}."
                await self._tell(passage, receive, Problem(500, msg), {})
        finally:
            self._context.metrics.in_progress.dec()
            passage.observe()

    async def _pass(self, passage: _Passage, receive: Receive) -> None:
        scope = passage.scope
        headers = Headers(scope=scope)
        self._check(scope, headers)
        if scope["method"] not in _SAFE:
            check_origin(headers)
        self._check_token(scope, headers)
        if scope["method"] not in _SAFE:
            _check_kind(headers)
            body = await read_body(receive, headers, self._context.limits)
            if body is None:
                return
            receive = replayed(body, receive)
        await self._work(passage, receive)

    async def _work(self, passage: _Passage, receive: Receive) -> None:
        """Let a route answer, unless too many wait for one.

        Those whose body is still on its way do not, nor those who have their answer and read it:
        slow clients would keep all others out.
        """
        if len(self._waiting) >= self._context.limits.waiting:
            raise RefusedError(503, "Too many requests are waiting; come again.", _after(1))
        self._waiting.add(passage)

        async def send(message: Message) -> None:
            self._waiting.discard(passage)
            await passage.send(message)

        try:
            await self._app(passage.scope, receive, send)
        finally:
            self._waiting.discard(passage)

    def _check(self, scope: Scope, headers: Headers) -> None:
        """Check what costs least."""
        check_length(headers)
        check_host(headers, self._hosts)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_ADDRESS:
            raise RefusedError(414, f"An address may have {_LONGEST_ADDRESS:,} characters.")
        wait = self._rates.wait_for(_client(scope))
        if wait > 0:
            msg = f"Too many requests; come again in {wait:.1f} seconds."
            raise RefusedError(429, msg, _after(wait))

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        token, path = self._context.token, _path(scope)
        if token is None or path in _OPEN or path.startswith(_STATIC):
            return
        if knows_token(headers, token):
            return
        wait = self._wrong.wait_for(_client(scope))
        if wait > 0:
            msg = f"Too many requests without the token; come again in {wait:.0f} seconds."
            raise RefusedError(429, msg, _after(wait))
        msg = "This service asks for a token: send it as Authorization: Bearer, or log in."
        raise RefusedError(401, msg, {"www-authenticate": "Bearer"})

    async def _tell(
        self, passage: _Passage, receive: Receive, problem: Problem, headers: dict[str, str]
    ) -> None:
        request = Request(passage.scope, receive)
        response = self._answer(request, problem, headers)
        await response(passage.scope, receive, passage.send)


class _Passage:
    """One request on its way in and out.

    HEAD is answered as GET is, without a body: routes know GET alone.
    """

    def __init__(self, scope: Scope, send: Send, context: ServeContext) -> None:
        self.method = scope["method"]
        # A copy: who calls must still know that a body is not expected.
        self.scope = {**scope, "method": "GET"} if self.method == "HEAD" else scope
        self.id = secrets.token_hex(8)
        self.status = 0
        self._send = send
        self._context = context
        self._started = perf_counter()
        state = self.scope.setdefault("state", {})
        held = cookie_parser(Headers(scope=scope).get("cookie", "")).get(SESSION)
        self._is_new = not held
        state["session"] = held or secrets.token_urlsafe(24)
        state["nonce"] = secrets.token_urlsafe(16)

    async def send(self, message: Message) -> None:
        """Send an answer with the headers that every one has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            policy = _POLICY.format(nonce=self.scope["state"]["nonce"])
            headers.setdefault("content-security-policy", policy)
            headers["x-request-id"] = self.id
            headers.add_vary_header("Accept")
            if headers.get("allow") == "GET":
                headers["allow"] = "GET, HEAD"
            if self._is_new and headers.get("content-type", "").startswith("text/html"):
                headers.append("set-cookie", self._cookie())
        elif self.method == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _cookie(self) -> str:
        cookie: SimpleCookie = SimpleCookie()
        cookie[SESSION] = self.scope["state"]["session"]
        made = cookie[SESSION]
        made["path"] = self.scope.get("root_path", "") or "/"
        made["httponly"], made["samesite"] = True, "Strict"
        made["secure"] = self.scope.get("scheme") == "https"
        return made.OutputString()

    def observe(self) -> None:
        """Count the request, and log it: by its route, for an address is half a key."""
        seconds = perf_counter() - self._started
        route = getattr(self.scope.get("route"), "path", "none")
        method = self.method if self.method in _METHODS else "OTHER"
        metrics = self._context.metrics
        metrics.requests.labels(method, route, str(self.status)).inc()
        metrics.seconds.labels(route).observe(seconds)
        log(
            logging.INFO, "request", id=self.id, method=method, route=route, status=self.status,
            ms=round(1e3 * seconds, 2), **self.scope["state"].get("told", {}),
        )  # fmt: skip


_METHODS: Final = (*_SAFE, "POST", "PUT", "PATCH", "DELETE")


def _check_kind(headers: Headers) -> None:
    """Take JSON and forms, and nothing that a page of another site could send unasked.

    Raises
    ------
    RefusedError
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != _JSON and kind not in FORM_TYPES:
        msg = f"A body must be {_JSON}, or a form of a page; this one says something else."
        raise RefusedError(415, msg)
    if not kind and headers.get("content-length", "0") != "0":
        raise RefusedError(415, f"A body must say what it is: Content-Type: {_JSON}.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, "A body must not be compressed.")


def _client(scope: Scope) -> str:
    client: Any = scope.get("client")
    return str(client[0]) if client else ""


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def _after(seconds: float) -> dict[str, str]:
    return {"retry-after": str(max(1, int(seconds + 1)))}
