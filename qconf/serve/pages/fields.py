"""Fields of forms: one an input, each with what is usual."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qconf.core.plain_columns import DATES, DURATIONS, LEVELS, NUMBERS
from qconf.explanation.cells import written_cell
from qconf.model.background import Background
from qconf.serve.forms import INPUT, written_input

if TYPE_CHECKING:
    from qconf.serve.served_model import ServedModel

__all__ = ["Field", "fields_of_inputs", "fields_of_model", "row_of_form", "with_levels"]

#: More levels are no list to choose from.
_MOST_LEVELS: Final = 200
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_HINTS: Final = {DATES: "a date", DURATIONS: "a number of days"}


@dataclass(frozen=True)
class Field:
    """A field.

    Attributes
    ----------
    name : str
        In the form.
    label : str
    value : str
    kind : {"text", "number", "date"}
    hint : str
        What is usual.
    levels : tuple of str
        What can be chosen; anything else can be typed too.
    fixed : bool
        Whether it cannot be edited: a browser would send back something else.
    """

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    hint: str = ""
    levels: tuple[str, ...] = ()
    fixed: bool = False


def fields_of_model(served: ServedModel, typed: Mapping[str, str]) -> list[Field]:
    """Return the fields of a row that is typed by hand.

    Parameters
    ----------
    served : ServedModel
    typed : mapping of str to str
        What was typed before, by the name of the field.
    """
    usual, levels = _usual(served), _levels(served)
    told = []
    if served.key is not None:
        name = INPUT + served.key
        told.append(Field(name, served.key, typed.get(name, ""), hint="tells rows apart"))
    for one in served.inputs:
        name = INPUT + one.name
        hints = [_HINTS.get(one.kind, "")]
        hints += [f"typical: {usual[one.name]}"] if usual.get(one.name) else []
        hint = "; ".join(filter(None, hints))
        value = typed.get(name, "")
        kind = "date" if one.kind == DATES and _is_day(value) else _kind(one.kind)
        told.append(Field(name, one.name, value, kind, hint, levels.get(one.name, ())))
    return told


def fields_of_inputs(
    served: ServedModel, inputs: Mapping[str, Any], typed: Mapping[str, str] | None = None
) -> list[Field]:
    """Return the fields to correct inputs in, each with the value that it has.

    Parameters
    ----------
    served : ServedModel
    inputs : mapping of str to plain value
    typed : mapping of str to str, default=None
        What was typed before, by the name of the field.
    """
    levels = _levels(served)
    kinds = {one.name: one.kind for one in served.inputs}
    told = []
    order = [*(one for one in kinds if one in inputs), *(one for one in inputs if one not in kinds)]
    for label in order:
        value = inputs[label]
        name, was = INPUT + label, written_input(value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        kind = _kind(kinds.get(label, NUMBERS if number else LEVELS))
        if kinds.get(label) == DATES and was and _is_day(was):
            kind = "date"
        now = was if typed is None else typed.get(name, was)
        hint = "" if was or value == "" else "missing"
        fixed = not (_comes_back(was) and _comes_back(name))
        told.append(Field(name, label, now, kind, hint, levels.get(label, ()), fixed))
    return told


def row_of_form(served: ServedModel, form: Mapping[str, str]) -> dict[str, Any]:
    """Read a row that was typed by hand; what is left empty is not known.

    Whether it can be read is asked of the model's schema, as of rows of JSON.
    """
    row: dict[str, Any] = {}
    for one in served.inputs:
        text = form.get(INPUT + one.name, "").strip()
        numbers = one.kind in (NUMBERS, DURATIONS)
        row[one.name] = (_number(text) if numbers else text) if text else None
    if served.key is not None:
        row[served.key] = form.get(INPUT + served.key, "").strip()
    return row


def with_levels(
    served: ServedModel, form: Mapping[str, str], corrected: Mapping[str, Any]
) -> dict[str, Any]:
    """Take back what was read as a number where the model knows text: code 7 of a missing zone."""
    texts = {one.name for one in served.inputs if one.kind in (LEVELS, DATES)}
    return {
        name: value if value is None or name not in texts else form[INPUT + name].strip()
        for name, value in corrected.items()
    }


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _kind(kind: str) -> str:
    return "number" if kind in (NUMBERS, DURATIONS) else "text"


def _is_day(text: str) -> bool:
    return not text or _DAY.fullmatch(text) is not None


def _comes_back(text: str) -> bool:
    """Whether a browser sends back what it was shown: no line ends, no half characters."""
    return not any(unicodedata.category(one) in ("Cc", "Cs") for one in text)


def _background(served: ServedModel) -> Background | None:
    known = getattr(served.pair, "background_", None)
    return known if isinstance(known, Background) else None


def _usual(served: ServedModel) -> dict[str, str]:
    known = _background(served)
    if known is None:
        return {}
    row = known.typical
    cells = row.iloc[0].tolist() if hasattr(row, "iloc") else row[0].tolist()
    names = [str(one) for one in row.columns] if hasattr(row, "columns") else served.schema.names
    return {name: written_cell(cell) for name, cell in zip(names, cells, strict=True)}


def _levels(served: ServedModel) -> dict[str, tuple[str, ...]]:
    known = _background(served)
    if known is None:
        return {}
    return {
        known.columns[at].name: tuple(map(str, levels))
        for at, levels in known.encoder.levels_.items()
        if len(levels) <= _MOST_LEVELS
    }
