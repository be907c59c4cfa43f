"""Why an estimate is off: closed lists, so that reasons can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qconf.errors import OptionError, not_one_of

__all__ = ["DECISIONS", "FINE", "REASONS", "WRONG_INPUT", "check_reason"]

#: An input is not what it should be.
WRONG_INPUT: Final = "wrong_input"
#: What people say where they see an estimate.
REASONS: Final[Mapping[str, str]] = {
    WRONG_INPUT: "an input is wrong",
    "condition": "condition or quality",
    "not_arms_length": "not an arm's-length sale",
    "comparable_does_not_fit": "a comparable does not fit",
    "comparable_missing": "a comparable is missing",
    "market_moved": "the market moved",
    "other": "other",
}
#: What is decided when nothing is off.
FINE: Final = "fine"
#: What a reviewer decides of a case: one of these, or that the model is wrong, or nothing is.
DECISIONS: Final[Mapping[str, str]] = {
    **REASONS,
    "model": "all inputs are right and the model is wrong",
    FINE: "nothing is off",
}


def check_reason(reason: str, choices: Mapping[str, str]) -> None:
    """Check that a reason is one of the list.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> check_reason("wrong_imput", REASONS)
    Traceback (most recent call last):
        ...
    qconf.errors.OptionError: The reason must be one of wrong_input, condition, not_arms_length, \
comparable_does_not_fit, comparable_missing, market_moved, other, got 'wrong_imput'. Did you mean \
'wrong_input'?
    """
    if reason not in choices:
        raise OptionError(not_one_of("reason", reason, choices))
