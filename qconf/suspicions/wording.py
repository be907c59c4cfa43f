"""Write names, numbers and options so that a line can be read, and its remedy typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["bare", "listed", "option", "percent", "short"]

_LONG, _ENDLESS = 10_000, 1e15
_SHOWN = 4
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")


def bare(name: str) -> str:
    """Write a column's name as it stands in a formula: quoted if it is not a plain word.

    Examples
    --------
    >>> bare("m2"), bare("net price")
    ('m2', "'net price'")
    """
    return name if _PLAIN_NAME.fullmatch(name) else repr(name)


def listed(names: Sequence[str]) -> str:
    """List names in quotes, the last joined with *and*.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    "'a', 'b' and 'c'"
    """
    quoted = [repr(name) for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(quoted)} and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def option(flag: str, values: str | Iterable[str]) -> str:
    """Write an option as it is typed; names that a shell would take apart are quoted.

    Examples
    --------
    >>> option("drop", ["tax", "net price"])
    "--drop 'tax,net price'"
    """
    text = values if isinstance(values, str) else ",".join(values)
    return f"--{flag} {shlex.quote(text) if text.isprintable() else repr(text)}"


def percent(share: float) -> str:
    """Write a share without claiming more than is known: 99.96 % are not all.

    Examples
    --------
    >>> percent(0.253), percent(0.9996), percent(1.0), percent(0.0012)
    ('25 %', '99.9 %', '100 %', '0.1 %')
    """
    if 0.99 <= share < 1:  # noqa: PLR2004 - where whole per cents would say all
        return f"{np.floor(1000 * share) / 10:g} %"
    if 0 < share < 0.01:  # noqa: PLR2004 - where they would say none
        return f"{100 * share:.1g} %"
    return f"{100 * share:.0f} %"


def short(value: float, digits: int = 4) -> str:
    """Write a number in few digits, with separators from 10,000 on.

    Examples
    --------
    >>> short(0.00672314), short(40_000_000), short(-1.0)
    ('0.006723', '40,000,000', '-1')
    """
    if _LONG <= abs(value) < _ENDLESS:
        return f"{value:,.0f}"
    if value == round(value) and abs(value) < _LONG:
        return f"{value:.0f}"
    return f"{value:.{digits}g}"
