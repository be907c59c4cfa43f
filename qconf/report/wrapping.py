"""Fold text between words and never within a number, its unit and the ends of an interval."""

from __future__ import annotations

import re
from textwrap import fill
from typing import Final

__all__ = ["folded", "glued", "tied", "unglued"]

#: A space of a number: before its unit (``5 % points`` is one thing), before the upper end of an
#: interval, and behind what it is the value of (``p = 0.03``).
_OF_A_NUMBER: Final = re.compile(
    r"(?<=[\d%]) (?=(?:%|points|rows|times|days|months|years|minutes|seconds|ms|MB|GB)(?!\w))"
    r"|(?<=[\d%] to) (?=[-+]?\d)"
    r"|(?<=\w) (?== [-+]?\d)|(?<==) (?=[-+]?\d)"
)
#: Such a space, or the one behind the lower end.
_WITHIN_A_NUMBER: Final = re.compile(rf"{_OF_A_NUMBER.pattern}|(?<=[\d%]) (?=to [-+]?\d)")
#: No space to whatever folds lines (a no-break space is one to some), and nobody's: it prints
#: nothing, so that `qconf.core.printable.shown` has written out any that was there before.
_GLUE: Final = "\ue000"


def glued(text: str) -> str:
    """Tie together what is one number, for whatever folds lines; `unglued` makes it text again.

    Examples
    --------
    >>> glued("at most 95 % of 1,500 rows").count(" ")
    4
    """
    return _WITHIN_A_NUMBER.sub(_GLUE, text)


def unglued(text: str) -> str:
    """Take out what `glued` put in.

    Examples
    --------
    >>> unglued(glued("+1.5 % points in 20 days"))
    '+1.5 % points in 20 days'
    """
    return text.replace(_GLUE, " ")


def tied(text: str) -> str:
    r"""Tie together what is one number for a browser, by no-break spaces.

    The ends of an interval may part: a telephone's screen can be narrower than both.

    Examples
    --------
    >>> tied("off by 15 % (p = 0.03)").count("\N{NO-BREAK SPACE}")
    3
    >>> tied("346,506 to 445,202").split(" ")
    ['346,506', 'to\xa0445,202']
    """
    return _OF_A_NUMBER.sub("\N{NO-BREAK SPACE}", text)


def folded(text: str, width: int, first: str = "", others: str = "") -> str:
    r"""Fold a paragraph; words that are longer than a line stay whole.

    Parameters
    ----------
    text : str
    width : int
    first, others : str
        What the first line begins with, and every other one.

    Examples
    --------
    >>> folded("intervals hold with 95 % of all", 23)
    'intervals hold with\n95 % of all'
    """
    return unglued(
        fill(
            glued(text), width, initial_indent=first, subsequent_indent=others,
            break_long_words=False, break_on_hyphens=False,
        )
    )  # fmt: skip
