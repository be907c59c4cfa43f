"""Define the errors that the caller can mend, and what helps to mend them.

    QconfError (a ValueError)
    ├── TableError       a file, a table or a column that cannot be used
    ├── OptionError      an option or parameter outside its rule
    ├── EstimatorError   an estimator that is unknown, broken, or breaks the contract
    ├── ModelFileError   a file that holds no model, or none that may be opened
    └── OutputError      a result that cannot be written

Each message is one line: the thing, the rule, what was found, what to do. The command line
prints it as it stands; everything else that is raised there is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = [
    "EstimatorError",
    "ModelFileError",
    "OptionError",
    "OutputError",
    "QconfError",
    "TableError",
    "did_you_mean",
    "nearest",
    "not_one_of",
    "refuse_warnings",
    "which_file",
]

_SHORTEST_BEGINNING = 3
#: Of what there is, so many names at most.
_SHOWN = 12


class QconfError(ValueError):
    """Base of all errors that the caller can mend; the message is a single line."""


class TableError(QconfError):
    """A file, a table or a column cannot be used."""


class OptionError(QconfError):
    """An option or a parameter is outside its rule."""


class EstimatorError(QconfError):
    """An estimator is unknown, cannot be made, or breaks the contract."""


class ModelFileError(QconfError):
    """A file holds no model, or a damaged one, or one that may not or cannot be opened here."""


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


def did_you_mean(name: str, known: Iterable[str], used: Iterable[str] = ()) -> str:
    """Say which known name is closest to `name`, or else list the known ones.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What there is.
    used : iterable of str, default=()
        What is asked for, too, and so cannot have been meant.

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
    >>> did_you_mean("lot", ["id", "area", "areas", "lots"], used=["lots"])
    'There are: id, area, areas, lots.'
    """
    names, taken = [str(item) for item in known], set(used)
    close = nearest(name, [one for one in names if one not in taken])
    return f"Did you mean {close!r}?" if close is not None else _there_are(names)


def which_file(name: str, beside: Iterable[str]) -> str:
    """As `did_you_mean`, going by what stands before the ending: endings are mostly alike.

    Examples
    --------
    >>> which_file("sale.csv", ["bin.csv", "sales.xlsx"]), which_file("missing.csv", ["bin.csv"])
    ("Did you mean 'sales.xlsx'?", 'There are: bin.csv.')
    >>> which_file("sale.csv", ["sales.xlsx", "sales.csv"])
    "Did you mean 'sales.csv'?"
    """
    files = list(beside)
    stem, _, ending = name.rpartition(".")
    # Of files that differ by their ending alone the last one stands: one with the ending asked for.
    ordered = sorted(files, key=lambda one: one.rpartition(".")[2] == ending)
    stems = {one.rpartition(".")[0]: one for one in ordered}
    close = nearest(stem or name, stems)
    return f"Did you mean {stems[close]!r}?" if close is not None else _there_are(files)


def _there_are(names: Sequence[str]) -> str:
    listed = ", ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"There are: {listed}{more}."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelt most alike, or that `name` is the beginning of, or None.

    Examples
    --------
    >>> nearest("rel", ["relative", "log"]), nearest("relativ", ["relative", "log"])
    ('relative', 'relative')
    >>> nearest("model", ["help", "time"])
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only for those who mistype

    lowered = {item.lower(): item for item in reversed([str(item) for item in known])}
    short = name.lower()
    close = get_close_matches(short, lowered, n=1)
    if not close and len(short) >= _SHORTEST_BEGINNING:
        close = [item for item in lowered if item.startswith(short)]
    return lowered[close[0]] if len(close) == 1 else None


def not_one_of(what: str, value: object, choices: Iterable[str]) -> str:
    """Say that a value is none of its choices, and each choice once.

    Examples
    --------
    >>> not_one_of("format", "jsn", ["table", "json"])
    "The format must be one of table, json, got 'jsn'. Did you mean 'json'?"
    """
    listed = list(choices)
    close = nearest(str(value), listed)
    hint = "" if close is None else f" Did you mean {close!r}?"
    return f"The {what} must be one of {', '.join(listed)}, got {value!r}.{hint}"
