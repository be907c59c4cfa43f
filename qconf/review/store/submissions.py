"""What people submit, checked: free text is data, and has an end.

Whatever is in it is kept as it is and told as it is; what shows it must take care of that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Self

from qconf.errors import OptionError, did_you_mean
from qconf.review.reasons import WRONG_INPUT, check_reason
from qconf.review.store.errors import NotFoundError

__all__ = [
    "Submission", "as_json", "check_inputs", "check_says_which", "check_value", "checked_text",
]  # fmt: skip

#: Characters, or how many.
LONGEST_TEXT: Final = 4000
LONGEST_NAME: Final = 200
LONGEST_JSON: Final = 1_000_000
MOST_INPUTS: Final = 50
MOST_COMPARABLES: Final = 20
_PLAIN = (str, int, float, bool, type(None))
#: Made once: thousands of estimates a second are written.
_WRITER = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"))


def checked_text(what: str, text: Any, longest: int = LONGEST_NAME, *, empty: bool = False) -> str:
    """Check a text that somebody typed.

    Parameters
    ----------
    what : str
        What it is, for the message.
    text : str
    longest : int
        In characters.
    empty : bool, default=False
        Whether it may be empty.

    Raises
    ------
    OptionError
    """
    if not isinstance(text, str):
        msg = f"The {what} must be text, got {type(text).__name__}."
        raise OptionError(msg)
    if len(text) > longest:
        msg = f"The {what} may have {longest:,} characters, this one has {len(text):,}; shorten it."
        raise OptionError(msg)
    if not empty and not text.strip():
        msg = f"The {what} is empty; say something."
        raise OptionError(msg)
    # Databases take neither: the one ends a text, the other is half a character.
    half = not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)
    if half or "\0" in text:
        msg = f"The {what} holds characters that cannot be kept (NUL, or half a pair); remove them."
        raise OptionError(msg)
    return text


def as_json(what: str, value: Any) -> str:
    """Write plain values, always alike.

    Raises
    ------
    OptionError
        If they are not plain, or too long.
    """
    try:
        text = _WRITER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"The {what} must be plain values of JSON: {error}."
        raise OptionError(msg) from error
    if len(text) > LONGEST_JSON:
        msg = f"The {what} may have {LONGEST_JSON:,} characters as JSON, it has {len(text):,}."
        raise OptionError(msg)
    return text


@dataclass(frozen=True)
class Submission:
    """A feedback or a decision, checked.

    Attributes
    ----------
    who, reason, text : str
    corrected : dict of str to plain value
        What inputs should be.
    own_value : float or None
        What the value should be.
    comparables : tuple of str
        Rows that should have been among the comparables, or that should not.
    """

    who: str
    reason: str
    text: str
    corrected: Mapping[str, Any]
    own_value: float | None
    comparables: tuple[str, ...]

    @classmethod
    def checked(
        cls,
        choices: Mapping[str, str],
        *,
        who: str,
        reason: str,
        text: str = "",
        corrected: Mapping[str, Any] | None = None,
        own_value: float | None = None,
        comparables: Iterable[str] = (),
    ) -> Self:
        """Check what was submitted.

        Raises
        ------
        OptionError
        """
        check_reason(reason, choices)
        rows = tuple(comparables)
        if len(rows) > MOST_COMPARABLES:
            msg = f"At most {MOST_COMPARABLES} comparables can be named at once, got {len(rows)}."
            raise OptionError(msg)
        return cls(
            who=checked_text("name of who says so", who),
            reason=reason,
            text=checked_text("text", text, LONGEST_TEXT, empty=True),
            corrected=_checked_inputs(corrected or {}),
            own_value=None if own_value is None else _checked_value(own_value),
            comparables=tuple(checked_text("name of a comparable", one) for one in rows),
        )

    @property
    def columns(self) -> dict[str, Any]:
        """What is kept of it, by column."""
        return {
            "who": self.who,
            "reason": self.reason,
            "text": self.text,
            "corrected": as_json("corrected inputs", dict(self.corrected)),
            "own_value": self.own_value,
            "comparables": as_json("comparables", list(self.comparables)),
        }

    def digest(self, subject: Any) -> str:
        """Return a number that stands for what was said, and of what."""
        return sha256(as_json("submission", [subject, self.columns]).encode()).hexdigest()


def _checked_inputs(corrected: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(corrected, Mapping):
        msg = f"Corrected inputs must be names with values, got {type(corrected).__name__}."
        raise OptionError(msg)
    if len(corrected) > MOST_INPUTS:
        msg = f"At most {MOST_INPUTS} inputs can be corrected at once, got {len(corrected)}."
        raise OptionError(msg)
    for name, value in corrected.items():
        checked_text("name of an input", name)
        if isinstance(value, str):
            checked_text(f"corrected {name!r}", value, LONGEST_TEXT, empty=True)
        elif not isinstance(value, _PLAIN) or (
            isinstance(value, float) and not math.isfinite(value)
        ):
            msg = f"The corrected {name!r} must be text, a finite number, true, false or nothing."
            raise OptionError(msg)
    return dict(corrected)


def _checked_value(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        msg = f"One's own value must be a finite number, got {value!r}."
        raise OptionError(msg)
    return float(value)


def check_value(submission: Submission, estimate: Any) -> None:
    """Check that one's own value could be one: above zero where the estimate is.

    Parameters
    ----------
    submission : Submission
    estimate : float or None
        None where it is not known.

    Raises
    ------
    OptionError
    """
    own = submission.own_value
    if own is not None and own <= 0 and isinstance(estimate, int | float) and estimate > 0:
        msg = f"One's own value must be above 0, as the estimate is ({estimate:g}); got {own:g}."
        raise OptionError(msg)


def check_says_which(submission: Submission) -> None:
    """Check that who decides that an input is wrong says which: nothing follows otherwise.

    Raises
    ------
    OptionError
    """
    if submission.reason == WRONG_INPUT and not submission.corrected:
        msg = (
            f"A decision of {WRONG_INPUT!r} says which input, and what it should be: --input "
            "lot=620, or --input lot= where that is not known."
        )
        raise OptionError(msg)


def check_inputs(submission: Submission, inputs: Mapping[str, Any]) -> None:
    """Check that corrected inputs are some that the estimate has.

    Raises
    ------
    NotFoundError
    """
    for name in submission.corrected:
        if name not in inputs:
            msg = f"The estimate has no input {name!r}. {did_you_mean(name, inputs)}"
            raise NotFoundError(msg)
