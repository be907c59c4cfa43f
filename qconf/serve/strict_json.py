"""JSON as the standard has it: no NaN, nothing deep, nothing said twice."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from qconf.serve.problems import RefusedError

__all__ = ["read_json"]

#: Digits of a whole number: a longer one is no measurement.
_MOST_DIGITS: Final = 400


def read_json(body: bytes, depth: int) -> Any:
    """Read a body.

    Parameters
    ----------
    body : bytes
    depth : int
        At most so many brackets within each other.

    Raises
    ------
    RefusedError

    Examples
    --------
    >>> read_json(b'{"rows": [1, 2.5]}', 3)
    {'rows': [1, 2.5]}
    >>> read_json(b"[NaN]", 3)
    Traceback (most recent call last):
        ...
    qconf.serve.problems.RefusedError: 400: The body is no JSON: NaN is none; say null for what \
is not known.
    """
    try:
        told = json.loads(
            body.decode("utf-8"), parse_constant=_refuse, parse_int=_whole, parse_float=_finite,
            object_pairs_hook=_once,
        )  # fmt: skip
    except (ValueError, RecursionError) as error:
        msg = f"The body is no JSON: {_shortened(error)}."
        raise RefusedError(400, msg) from error
    _check_depth(told, depth)
    return told


def _check_depth(told: Any, most: int) -> None:
    """Look at containers level by level; what is deeper than Python can go was refused before."""
    level, depth = [told], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > most:
            msg = f"The body has more than {most} brackets within each other."
            raise RefusedError(400, msg)
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]


def _refuse(constant: str) -> NoReturn:
    msg = f"{constant} is none; say null for what is not known"
    raise ValueError(msg)


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        msg = f"a whole number has {len(digits):,} digits"
        raise ValueError(msg)
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        msg = f"{digits[:20]} is beyond all numbers"
        raise ValueError(msg)
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        msg = "a name stands twice in an object"
        raise ValueError(msg)
    return told


def _shortened(error: BaseException) -> str:
    """Say what is wrong, without what was sent."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos:,}"
    if isinstance(error, RecursionError):
        return "it has too many brackets within each other"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
