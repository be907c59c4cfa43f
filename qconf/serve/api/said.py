"""What people say, as JSON has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import BeforeValidator, Field

from qconf.review.reasons import DECISIONS, REASONS
from qconf.review.store.submissions import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_COMPARABLES,
    MOST_INPUTS,
)
from qconf.serve.api.routing import Strict

__all__ = ["Decided", "FeedbackSaid", "IdempotencyKey", "Who", "said_of"]

#: Anything but NUL, and something that is no space.
_NAME: Final = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
_TEXT: Final = r"^[^\u0000]*$"


def _whole(number: Any) -> Any:
    """Take 2.0 for 2, as JSON does."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Number = Annotated[int, Field(ge=1, le=2**53), BeforeValidator(_whole)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=_NAME)]
Cell = Annotated[str, Field(max_length=LONGEST_TEXT)] | float | int | bool | None

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"^[!-~]+$",
        description="The same for the same submission, however often it is sent: it counts once.",
    ),
]


class Who(Strict):
    """Who says so."""

    who: Name


class _Said(Who):
    """What somebody says."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=_TEXT)] = ""
    corrected: Annotated[
        dict[Name, Cell],
        Field(
            max_length=MOST_INPUTS,
            description="What inputs should be; null is not known.",
            # Names that are none: the pattern alone would leave them open.
            json_schema_extra={"additionalProperties": False},
        ),
    ] = Field(default_factory=dict)
    own_value: Annotated[
        float | None, Field(allow_inf_nan=False, description="What the value should be.")
    ] = None
    comparables: Annotated[
        list[Name],
        Field(
            max_length=MOST_COMPARABLES,
            description="Rows that should have been comparables, or should not.",
        ),
    ] = Field(default_factory=list)


def _reason(choices: Mapping[str, str], told: str) -> Any:
    listed = "; ".join(f"`{name}`: {words}" for name, words in choices.items())
    return Field(
        pattern=f"^({'|'.join(choices)})$",
        description=f"{told} {listed}.",
        json_schema_extra={"enum": list(choices)},
    )


class FeedbackSaid(_Said):
    """What somebody says of an estimate."""

    reason: str = _reason(REASONS, "What is off.")


class Decided(_Said):
    """What somebody decides of a case."""

    reason: str = _reason(DECISIONS, "Why the estimate is off, or that it is not.")
    supersedes: Annotated[Number | None, Field(description="The decision to be replaced.")] = None


def said_of(told: Any) -> dict[str, Any]:
    """Return what was said by name, as the store takes it."""
    return dict(told.model_dump())
