"""What qconf raises when it is the caller who can mend the matter.

    QconfError (a ValueError)
    ├── TableError       a file, a table or a column that cannot be used
    ├── OptionError      an option or parameter outside its rule
    ├── EstimatorError   an estimator that is unknown, broken, or breaks the contract
    └── OutputError      a result that cannot be written

Each message is one line: the thing, the rule, what was found, what to do. The command line
prints it as it stands; everything else that is raised there is a bug of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

__all__ = [
    "EstimatorError",
    "OptionError",
    "OutputError",
    "QconfError",
    "TableError",
    "did_you_mean",
    "refuse_warnings",
]


class QconfError(ValueError):
    """Base of all errors that the caller can mend; the message is a single line."""


class TableError(QconfError):
    """A file, a table or a column cannot be used."""


class OptionError(QconfError):
    """An option or a parameter is outside its rule."""


class EstimatorError(QconfError):
    """An estimator is unknown, cannot be made, or breaks the contract."""


class OutputError(QconfError):
    """A result cannot be written where it was asked for."""


def refuse_warnings(warnings: Sequence[str]) -> None:
    """Raise the first of several warnings, if there is any.

    Raises
    ------
    TableError

    Examples
    --------
    >>> refuse_warnings(["The column 'a' has no values.", "So has 'b'."])
    Traceback (most recent call last):
        ...
    qconf.errors.TableError: Refused with --strict: The column 'a' has no values. And 1 more.
    """
    if warnings:
        others = f" And {len(warnings) - 1} more." if len(warnings) > 1 else ""
        msg = f"Refused with --strict: {warnings[0]}{others}"
        raise TableError(msg)


def did_you_mean(name: str, known: Iterable[str], *, show: int = 12) -> str:
    """Say which known name is closest to `name`, or else list the known ones.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What there is.
    show : int, default=12
        How many names are listed at most.

    Returns
    -------
    str
        A sentence to put at the end of an error message.

    Examples
    --------
    >>> did_you_mean("pirce", ["price", "sold_on"])
    "Did you mean 'price'?"
    >>> did_you_mean("zzz", ["price", "sold_on"])
    'There are: price, sold_on.'
    """
    names = [str(item) for item in known]
    lowered = {item.lower(): item for item in reversed(names)}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    if close:
        return f"Did you mean {lowered[close[0]]!r}?"
    listed = ", ".join(names[:show])
    more = f" and {len(names) - show} more" if len(names) > show else ""
    return f"There are: {listed}{more}."
