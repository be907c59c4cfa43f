"""Check what the caller says of how a table is to be read."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from qconf.errors import OptionError

__all__ = ["ReadingOptions", "reading_options"]

_SEPARATORS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
}
_DECIMALS = {"point": ".", "dot": ".", "comma": ","}


@dataclass(frozen=True)
class ReadingOptions:
    """What the caller has said about a table; None is "find out".

    Attributes
    ----------
    separator : str or None
        One character between fields; a space stands for any run of spaces.
    decimal : str or None
        ``.`` or ``,``; the other one groups thousands.
    encoding : str or None
        A codec of Python.
    date_format : str or None
        Codes of ``strptime``.
    day_first : bool or None
        How a date that can be read in two ways is read.
    text : tuple of str
        Columns that hold names, whatever they look like.
    sheet : str or None
        Which sheet of a workbook.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    day_first: bool | None = None
    text: tuple[str, ...] = ()
    sheet: str | None = None


def reading_options(
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    date_format: str | None = None,
    day_first: bool | None = None,
    text: Sequence[str] = (),
    sheet: str | None = None,
) -> ReadingOptions:
    """Check what the caller says about a table.

    Raises
    ------
    OptionError
        If an option is outside its rule.
    """
    return ReadingOptions(
        separator=None if separator is None else _separator(separator),
        decimal=None if decimal is None else _decimal(decimal),
        encoding=None if encoding is None else _encoding(encoding),
        date_format=None if date_format is None else _date_format(date_format),
        day_first=day_first,
        text=(text,) if isinstance(text, str) else tuple(text),
        sheet=sheet,
    )


def _separator(given: str) -> str:
    separator = _SEPARATORS.get(given.lower(), given)
    if len(separator) != 1 or separator.isalnum() or separator in "\"'\n\r.":
        msg = (
            f"--separator must be one character between fields, or its name "
            f"({', '.join(name for name in _SEPARATORS if name.isalpha())}); found {given!r}."
        )
        raise OptionError(msg)
    return separator


def _decimal(given: str) -> str:
    decimal = _DECIMALS.get(given.lower(), given)
    if decimal not in {".", ","}:
        msg = f"--decimal must be a point or a comma (--decimal . or --decimal ,); found {given!r}."
        raise OptionError(msg)
    return decimal


def _encoding(given: str) -> str:
    try:
        codec = codecs.lookup(given)
    except (LookupError, ValueError):
        codec = None
    # Some of Python's codecs are no encodings of text: base64, zip, rot13.
    if codec is None or not getattr(codec, "_is_text_encoding", True):
        msg = (
            f"There is no encoding {given!r}. Common ones: utf-8, utf-16, cp1252 (Western "
            "Windows), cp1251 (Cyrillic), latin-1, shift_jis, gbk."
        )
        raise OptionError(msg)
    return given


def _date_format(given: str) -> str:
    try:
        datetime.strptime("", given)  # noqa: DTZ007 - only to see whether the codes are known
    except ValueError as error:
        if "does not match" not in str(error):
            msg = f"--date-format {given!r} is none: {error}. An example: '%d.%m.%Y %H:%M'."
            raise OptionError(msg) from error
    except Exception as error:  # strptime compiles what it is given
        msg = f"--date-format {given!r} is none: {error}. An example: '%d.%m.%Y %H:%M'."
        raise OptionError(msg) from error
    if not any(code in given for code in ("%Y", "%y", "%G", "%c", "%x")):
        msg = f"--date-format {given!r} has no year (%Y, or %y for two digits)."
        raise OptionError(msg)
    return given
