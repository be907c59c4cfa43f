"""Read a body before anybody works on it: not too much of it, and not for too long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from qconf.serve.limits import Limits
from qconf.serve.problems import RefusedError

if TYPE_CHECKING:
    from starlette.types import Message, Receive

__all__ = ["read_body", "replayed"]


async def read_body(receive: Receive, headers: Headers, limits: Limits) -> bytes | None:
    """Read the body of a request; None if the client has gone.

    Raises
    ------
    RefusedError
        If it is too large, or takes too long.
    """
    told = headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > limits.body_bytes:
        raise RefusedError(413, _too_large(limits))
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _all_of(receive, limits)
    except TimeoutError as error:
        msg = f"The body did not come within {limits.body_seconds:g} seconds."
        raise RefusedError(408, msg, {"connection": "close"}) from error


async def _all_of(receive: Receive, limits: Limits) -> bytes | None:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limits.body_bytes:
            raise RefusedError(413, _too_large(limits), {"connection": "close"})
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
