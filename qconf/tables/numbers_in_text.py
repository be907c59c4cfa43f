"""Tell text columns that are nearly all numbers, and so were probably meant to be numbers."""

from __future__ import annotations

import re
import warnings
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf.tables.numerals import without_currency

__all__ = ["NumbersInTextWarning", "numbers_in_text", "warn_of_numbers_in_text"]

#: So many cells tell what a column is.
_CELLS = 1000
_NEARLY_ALL = 0.95
#: Ranges of few distinct values (age 20-29, 30-39, ...) are names of groups.
_MANY_RANGES = 30

_NUMBER: Final = r"\d{1,3}(?:[.,'’ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+"
_UNIT: Final = (
    r"%|‰|€|\$|£|¥|°|m2|m²|m\^2|qm|sqm|sqft|sq ft|ft|ft2|ft²|km|cm|mm|mi|kg|kw|kwh|hp|ps|ha|"
    r"hrs?|min|days?|years?|yrs?|months?|rooms?|eur|euros?|usd|gbp|chf|jpy|mln|mio|bn"
)
_LETTER: Final = r"(?: [mgtlhskd])"
_SINGLE: Final = re.compile(
    rf"[-+(]?(?:[€$£¥] ?)?[-+]?(?:{_NUMBER})(?:e[-+]?\d+)?(?: ?(?:{_UNIT})|{_LETTER})?\)?",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(
    rf"({_NUMBER}) ?(?:-|–|to) ?({_NUMBER})(?: ?(?:{_UNIT}))?", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"\d+")


class NumbersInTextWarning(UserWarning):
    """A column of text is nearly all numbers, and its values are taken as names all the same."""


def numbers_in_text(frame: pd.DataFrame) -> list[str]:
    """Name the text columns that are nearly all numbers, one line each with the remedy.

    Numbers with decimals, thousands, signs, units or currencies (``"1,234.50"``, ``"12.5 m2"``,
    ``"5.1 %"``), and ranges of them. Digits alone (``"98101"``) may well be names, as zip codes
    are, unless words without any digit stand among them.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)

    Returns
    -------
    list of str

    Examples
    --------
    >>> table = pd.DataFrame({"zip": ["98101", "98102"], "area": ["12.5 m2", "80 m2"]})
    >>> [line] = numbers_in_text(table)
    >>> line[:54]
    "The column 'area' is text that is nearly all numbers ("
    """
    lines = []
    for i, dtype in enumerate(frame.dtypes):
        if not isinstance(dtype, pd.CategoricalDtype) and pd.api.types.is_string_dtype(dtype):
            example = _example(frame.iloc[:, i])
            if example is not None:
                lines.append(_line(frame.columns[i], example))
    return lines


def warn_of_numbers_in_text(frame: pd.DataFrame) -> None:
    """Warn by `NumbersInTextWarning`, once for each such column."""
    for line in numbers_in_text(frame):
        warnings.warn(line, NumbersInTextWarning, stacklevel=3)


def _line(name: Any, example: str) -> str:
    return (
        f"The column {name!r} is text that is nearly all numbers (such as {example!r}) and is "
        "taken as the names of levels. Convert it to numbers; on the command line, --decimal , "
        f"reads decimal commas, and --text {name} says that the values are names."
    )


def _example(column: pd.Series[Any]) -> str | None:
    """Return a cell that looks like a number, if nearly all do and they are no mere codes."""
    present = column.dropna()
    # Evenly through the column: a file is often sorted.
    seen = present.iloc[:: max(1, len(present) // _CELLS)]
    texts = [text.strip() for text in seen if isinstance(text, str)]
    if not texts or len(texts) < len(seen):
        return None
    single = [bool(_SINGLE.fullmatch(without_currency(text))) for text in texts]
    digits = [bool(_DIGITS.fullmatch(text)) for text in texts]
    if np.mean(single) < _NEARLY_ALL:
        return texts[0] if _are_ranges(texts) else None
    written = [text for text, one, plain in zip(texts, single, digits, strict=True) if one > plain]
    if written:
        return written[0]
    words = [text for text, one in zip(texts, single, strict=True) if not one]
    lengths = {len(text) for text, plain in zip(texts, digits, strict=True) if plain}
    # Codes are of one length, or have letters in them.
    stray = words and len(lengths) > 1 and not any(re.search(r"\d", word) for word in words)
    return words[0] if stray else None


def _are_ranges(texts: list[str]) -> bool:
    found = [_RANGE.fullmatch(text) for text in texts]
    rising = [one is not None and _rises(*one.groups()[:2]) for one in found]
    either = [one or bool(_SINGLE.fullmatch(text)) for one, text in zip(rising, texts, strict=True)]
    return float(np.mean(either)) >= _NEARLY_ALL and len(set(texts)) > _MANY_RANGES


def _rises(low: str, high: str) -> bool:
    """Tell 10-20 from codes such as 2020-01, 555-1234 and 98101-0123."""
    if high.startswith("0") or low.startswith("0"):
        return False
    numbers = [float(re.sub(r"\D", "", text) or 0) for text in (low, high)]
    return numbers[0] < numbers[1] < 10 * numbers[0]
