"""Which names of this host a request may ask for, and from which pages it may come.

A page of another site can make a browser send requests here; and by giving its own name the
address 127.0.0.1 (DNS rebinding) it could even read what comes back. What a browser says of where
it stands tells both.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from qconf.serve.problems import RefusedError

__all__ = ["LOCAL_NAMES", "check_host", "check_origin", "is_local"]

#: By which a machine calls itself.
LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "::1")
_SAME: Final = ("same-origin", "none")


def is_local(host: str) -> bool:
    """Tell addresses that only this machine reaches.

    Examples
    --------
    >>> [is_local(one) for one in ("127.0.0.1", "127.8.9.1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    from ipaddress import ip_address  # noqa: PLC0415 - only at the start

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL_NAMES


def check_host(headers: Headers, names: Collection[str] | None) -> None:
    """Check the name that was asked for; None allows any.

    Raises
    ------
    RefusedError
    """
    if names is None:
        return
    asked = headers.getlist("host")
    if len(asked) != 1 or _name(asked[0]) not in names:
        msg = "This service does not go by the name of this request's Host."
        raise RefusedError(421, msg)


def check_origin(headers: Headers) -> None:
    """Check that what changes something is not sent by a page of another site.

    Programs say nothing of where they come from; browsers do.

    Raises
    ------
    RefusedError
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    foreign = site is not None and site.lower() not in _SAME
    if origin is not None and urlsplit_host(origin) != headers.get("host", "").lower():
        foreign = True
    if foreign:
        msg = "This request was sent by a page of another site; use the pages of this service."
        raise RefusedError(403, msg)


def urlsplit_host(origin: str) -> str | None:
    """Return the host and port of an origin; None of one that has none, such as ``null``."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _name(host: str) -> str | None:
    """Take the port off a Host header."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises if it is none
    except ValueError:
        return None
    plain = not (parts.path or parts.query or parts.fragment or "@" in host)
    return parts.hostname if plain else None
