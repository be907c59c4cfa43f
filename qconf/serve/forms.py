"""Forms as browsers send them, checked and read.

A feedback has the fields ``who``, ``reason``, ``text``, ``own_value``, ``comparables`` (one a line)
and one ``input:NAME`` for each input that is shown. A decision has the same, and ``supersedes``.
An input that is written as it was is not corrected; an empty one is corrected to "not known".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from qconf.errors import OptionError
from qconf.review.typed_inputs import typed_input
from qconf.serve.problems import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from qconf.serve.context import ServeContext

__all__ = ["INPUT", "read_form", "said_in", "written_input"]

#: Before the name of an input.
INPUT: Final = "input:"
_MOST_FIELDS: Final = 500


async def read_form(context: ServeContext, request: Request) -> dict[str, str]:
    """Read a form; of a field that is there twice the last counts.

    Raises
    ------
    RefusedError
        If it is none, or was not shown by this service to this browser.
    """
    try:
        text = (await request.body()).decode("utf-8")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict",
            max_num_fields=_MOST_FIELDS,
        )  # fmt: skip
    except ValueError as error:
        msg = (
            "The form cannot be read. JSON is sent with the header Content-Type: application/json."
        )
        raise RefusedError(400, msg) from error
    form = dict(pairs)
    if not context.forms.is_of(request, form.get("form_token", "")):
        msg = "This form was not shown by this service to this browser; reload it, and send it."
        raise RefusedError(403, msg)
    return form


def written_input(value: Any) -> str:
    """Write an input into a form.

    Examples
    --------
    >>> [written_input(one) for one in ("6", 620, 1.5, None, True)]
    ['6', '620', '1.5', '', 'true']
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def said_in(form: Mapping[str, str], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a form says of an estimate with some inputs.

    Raises
    ------
    OptionError
        If an input is of another kind, or a value is no number.
    """
    corrected = {
        name: typed_input(name, form[INPUT + name], was)
        for name, was in inputs.items()
        if INPUT + name in form and _line(form[INPUT + name]) != _line(written_input(was))
    }
    comparables = [one.strip() for one in form.get("comparables", "").splitlines()]
    return {
        "who": form.get("who", ""),
        "reason": form.get("reason", ""),
        "text": form.get("text", "").replace("\r\n", "\n"),
        "corrected": corrected,
        "own_value": _own_value(form.get("own_value", "")),
        "comparables": [one for one in comparables if one],
    }


def _line(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _own_value(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", ""))
    except ValueError as error:
        msg = f"Your own value must be a number such as 412000, got {text!r}."
        raise OptionError(msg) from error
