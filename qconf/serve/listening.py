"""Listen at an address until somebody asks to end, and end with what is being worked on."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import uvicorn

from qconf.errors import OptionError
from qconf.serve.impatience import ImpatientProtocol
from qconf.serve.logs import log

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["bound", "configured", "listen"]

_WAITING: Final = 1024
#: Seconds: for what is worked on when the service ends, and between two requests of a client.
_LAST_WORK, _KEEP_ALIVE = 20, 30
#: Bytes of the headers of a request.
_MOST_HEADERS: Final = 32_768
_TAKEN: Final = (errno.EADDRINUSE,)
_NOT_OURS: Final = (errno.EACCES, errno.EPERM)
_LARGEST_PORT: Final = 65_535


def bound(host: str, port: int) -> socket.socket:
    """Take an address.

    Parameters
    ----------
    host : str
    port : int
        0 is any that is free.

    Raises
    ------
    OptionError
        If it is none, or cannot be had.
    """
    if not 0 <= port <= _LARGEST_PORT:
        msg = f"A port is a number from 0 to {_LARGEST_PORT}, got {port}."
        raise OptionError(msg)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        msg = f"This machine has no address {host!r}; 127.0.0.1 is the one that only it reaches."
        raise OptionError(msg) from error
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        made.close()
        raise OptionError(_why_not(host, port, error)) from error
    made.listen(_WAITING)
    made.setblocking(False)
    return made


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno in _TAKEN:
        return f"Port {port} of {host} is taken by another program; name another with --port."
    if error.errno in _NOT_OURS:
        return f"Port {port} is not for everybody (below 1024 it seldom is); try --port 8000."
    return f"Cannot listen at {host} port {port}: {error.strerror}."


def configured(app: FastAPI, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """Say how an application is served.

    Parameters
    ----------
    app : FastAPI
    proxies : sequence of str, default=()
        As `trusted_proxies` returns them: who is believed where requests come from, and how.
    """
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_LAST_WORK,
        h11_max_incomplete_event_size=_MOST_HEADERS,
        http=ImpatientProtocol,
        ws="none",
    )


def listen(app: FastAPI, at: socket.socket, proxies: Sequence[str] = ()) -> None:
    """Serve until SIGINT or SIGTERM; what is being worked on then is done first."""
    config = configured(app, proxies)
    # Its own lines tell addresses, which are half a key.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    host, port = at.getsockname()[:2]
    log(logging.INFO, "listening", host=host, port=port)
    uvicorn.Server(config).run(sockets=[at])
    log(logging.INFO, "ended")
