"""Read and write JSON strictly: one way to write a value, and one meaning of a text."""

from __future__ import annotations

import json
from typing import Any

from qconf.saving.limits import MOST_VALUES_OF_JSON

__all__ = ["as_json", "parsed"]


def as_json(value: Any, *, indent: int | None = None) -> bytes:
    """Write a value; the same value gives the same bytes.

    Examples
    --------
    >>> as_json({"b": 0.1, "a": None})
    b'{"b":0.1,"a":null}'
    """
    separators = (",", ":") if indent is None else None
    return json.dumps(value, allow_nan=False, indent=indent, separators=separators).encode("ascii")


def parsed(content: bytes, most_bytes: int) -> Any:
    """Read a text that need not be trusted.

    Parameters
    ----------
    content : bytes
    most_bytes : int
        How long it may be.

    Raises
    ------
    ValueError
        If it is too long, not JSON, too deep, or has NaN or a key twice in one object.

    Examples
    --------
    >>> parsed(b'{"a": 1, "a": 2}', 100)
    Traceback (most recent call last):
        ...
    ValueError: the key 'a' is there twice
    """
    if len(content) > most_bytes:
        msg = f"a text of {len(content):,} bytes is longer than {most_bytes:,}"
        raise ValueError(msg)
    # Counted before any of them is made.
    n_values = content.count(b",") + content.count(b"[") + content.count(b"{")
    if n_values > MOST_VALUES_OF_JSON:
        msg = f"a text of {n_values:,} values has more than {MOST_VALUES_OF_JSON:,}"
        raise ValueError(msg)
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        msg = "values are nested too deep"
        raise ValueError(msg) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        msg = f"the key {twice!r} is there twice"
        raise ValueError(msg)
    return made


def _no_constant(name: str) -> Any:
    msg = f"{name} is not JSON"
    raise ValueError(msg)
