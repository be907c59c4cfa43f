"""Corrected inputs as people type them: ``lot=620``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from qconf.errors import OptionError, did_you_mean

__all__ = ["typed_input", "typed_inputs"]


def typed_inputs(typed: Iterable[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Read corrected inputs; each is of the kind that the input had.

    Parameters
    ----------
    typed : iterable of str
        ``name=value``; nothing after ``=`` means that it is not known.
    known : mapping of str to plain value
        Inputs as they were.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> typed_inputs(["lot=620", "zone=7", "built="], {"lot": 6200, "zone": "6", "built": 1999})
    {'lot': 620, 'zone': '7', 'built': None}
    """
    told: dict[str, Any] = {}
    for one in typed:
        name, equals, text = one.partition("=")
        name = name.strip()
        if not equals or not name:
            msg = f"--input names an input and its value, such as lot=620; got {one!r}."
            raise OptionError(msg)
        if name not in known:
            msg = f"The estimate has no input {name!r}. {did_you_mean(name, known)}"
            raise OptionError(msg)
        told[name] = typed_input(name, text, known[name])
    return told


def typed_input(name: str, typed: str, was: Any) -> Any:
    """Read one input, of the kind that it had; nothing means that it is not known.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> typed_input("zone=a", "1", 0)
    1
    """
    text = typed.strip()
    if not text:
        return None
    if isinstance(was, str):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(was, int | float) and not isinstance(was, bool) and not number:
        msg = f"The input {name!r} is a number ({was:g}); got {text!r}."
        raise OptionError(msg)
    return value if isinstance(value, str | int | float | bool) else text
