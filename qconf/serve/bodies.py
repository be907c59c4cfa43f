"""Read a body before anybody works on it: not too much of it, and not for too long."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from qconf.serve.limits import Limits
from qconf.serve.problems import RefusedError

if TYPE_CHECKING:
    from starlette.types import Message, Receive

__all__ = ["check_length", "read_body", "replayed"]

_LENGTH: Final = re.compile(r"[0-9]{1,18}")
#: What comes after a body whose end is not known is no request.
_CLOSE: Final = {"connection": "close"}


def check_length(headers: Headers) -> None:
    """Check that it is clear how long the body is.

    Where it is said twice, who passes requests on may read the one and we the other: what is the
    body of a request there would be a request of its own here (request smuggling).

    Raises
    ------
    RefusedError
    """
    told = headers.getlist("content-length")
    if len(told) + len(headers.getlist("transfer-encoding")) > 1:
        msg = "A request says how long its body is once: by Content-Length, or in chunks."
        raise RefusedError(400, msg, _CLOSE)
    if told and not _LENGTH.fullmatch(told[0]):
        raise RefusedError(400, "The Content-Length is no number of bytes.", _CLOSE)


async def read_body(receive: Receive, headers: Headers, limits: Limits) -> bytes | None:
    """Read the body of a request; None if the client has gone.

    Raises
    ------
    RefusedError
        If it is too large, or takes too long.
    """
    if int(headers.get("content-length", "0")) > limits.body_bytes:
        raise RefusedError(413, _too_large(limits), _CLOSE)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _all_of(receive, limits)
    except TimeoutError as error:
        msg = f"The body did not come within {limits.body_seconds:g} seconds."
        raise RefusedError(408, msg, _CLOSE) from error


async def _all_of(receive: Receive, limits: Limits) -> bytes | None:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limits.body_bytes:
            raise RefusedError(413, _too_large(limits), _CLOSE)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(limits: Limits) -> str:
    return f"A body may have {limits.body_bytes:,} bytes; send fewer rows at once."


def replayed(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read to whoever reads it next."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
