"""Read text as numbers, as people write them: thousands, decimal commas, currencies, units.

A column's decimal mark is the one that fits its numbers. 1.234 fits both, and then the rest of the
table has to decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from qconf._types import BoolArray

__all__ = [
    "EXACT_FLOATS",
    "MISSING",
    "MISSING_NUMBERS",
    "Numerals",
    "find_numerals",
    "nearly_numeric",
    "too_long_for_floats",
    "without_currency",
]

#: Texts that mean "no value" in any column: what pandas takes for one.
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
#: Texts, in small letters, that mean it in a column of numbers or dates as well.
MISSING_NUMBERS = frozenset(
    {*(text.lower() for text in MISSING), "-", "--", "---", "?", ".", "..", "n.a.", "n. a.",
     "n.d.", "nil", "none", "missing", "unknown", "unk", "not available", "not applicable",
     "tbd", "nat", "–", "—", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"}
)  # fmt: skip

_SPACE = " \u00a0\u2009\u202f"
_NUMERAL = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+\u2212]?)\s*(?P<prefix>[^\d.,()+\u2212'-]*?)\s*"
    rf"(?P<inner>[-+\u2212]?)(?P<body>[0-9](?:[0-9.,'\u2019{_SPACE}]*[0-9])?|[.,][0-9]+)[.]?"
    rf"(?P<power>[eE][-+]?[0-9]+)?"
    # The only digits that a unit has: m2, EUR/ft3.
    rf"\s*(?P<suffix>(?:[^\d\s.,()+-][^\d(),]*?)?(?:(?<![a-zA-Z])(?:[kcd]?m|ft|in|yd)[23])?)"
    rf"\s*(?P<shut>\))?"
)
#: By decimal mark: digits alone, in groups of three, or (as in India) of two and three.
_BODY = {
    mark: re.compile(
        rf"[0-9]+(?:\{mark}[0-9]+)?|\{mark}[0-9]+"
        rf"|[1-9][0-9]{{0,2}}(?:([{group}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:\{mark}[0-9]+)?"
        rf"|[1-9][0-9]?(?:{re.escape(group[0])}[0-9]{{2}})+{re.escape(group[0])}[0-9]{{3}}"
        rf"(?:\{mark}[0-9]+)?"
    )
    for mark, group in ((".", f",'\u2019{_SPACE}"), (",", f".'\u2019{_SPACE}"))
}
#: What makes a plain number of a body, by decimal mark.
_PLAINLY = {
    mark: str.maketrans({**dict.fromkeys(f".,'\u2019{_SPACE}", ""), mark: "."}) for mark in _BODY
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
#: Whole numbers beyond are not all floats.
EXACT_FLOATS = 2**53
_LONG = len(str(EXACT_FLOATS))
_INFINITE = re.compile(r"([-+]?)inf(?:inity)?", re.IGNORECASE)
_RANGE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(?:-|\u2013|\u2014|to)\s*([0-9]+(?:[.,][0-9]+)?)")
#: What people write at a number that is more than a unit: <12.5, ~80, 50k, 1.2M EUR, 100+.
_AROUND = re.compile(
    r"^(?:[<>]=?|[\u2264\u2265\u2248~]|ca\.?\s)\s*"
    r"|(?<=[0-9])\s*(?:[kKMB]|[mb]n|Mio\.?|Mrd\.?|Tsd\.?)(?![a-zA-Z0-9])|\+$"
)
_CURRENCIES = frozenset(
    {"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "DM", "EUR", "FR", "GBP", "HKD", "HUF",
     "INR", "JPY", "KR", "KRW", "MXN", "NOK", "NZD", "PLN", "RMB", "RS", "RUB", "SEK", "SGD",
     "TRY", "US", "USD", "ZAR"}
)  # fmt: skip
#: A unit that fewer numbers have is not the column's.
_UNIT_SHARE = 0.5
_UNIT_WORDS = 2


@dataclass(frozen=True, eq=False)
class Numerals:
    """Distinct texts of a column, as numbers.

    Attributes
    ----------
    by_mark : dict of str to ndarray of shape (n,)
        For each decimal mark the numbers, NaN where a text is none with that mark.
    unit : str
        What stands before or after the numbers: ``$``, ``m2``; empty if nothing does.
    numeric : ndarray of shape (n,)
        Which texts are numbers with one mark or the other.
    ranges : ndarray of shape (n,)
        Which texts are ranges, as 50-60.
    padded : bool
        Whether there are only digits, and some begin with a zero that means something.
    too_long : bool
        Whether there are only digits, and some are of a number that is another as a float.
    """

    by_mark: dict[str, Any]
    unit: str
    numeric: BoolArray
    ranges: BoolArray
    padded: bool
    too_long: bool

    @property
    def codes(self) -> bool:
        """Whether the digits are names, which as numbers would not stay what they are."""
        return self.padded or self.too_long

    @property
    def marks_differ(self) -> bool:
        """Whether some text is one number with a decimal point and another with a comma."""
        point, comma = self.by_mark["."], self.by_mark[","]
        return bool((np.isfinite(point) & np.isfinite(comma) & (point != comma)).any())


def find_numerals(texts: Sequence[str], counts: Iterable[int], unit: str | None = None) -> Numerals:
    """Read the distinct texts of a column as numbers, with either decimal mark.

    Parameters
    ----------
    texts : sequence of str
        Without outer spaces and without missing values.
    counts : sequence of int
        How often each occurs.
    unit : str, default=None
        What may stand around a number, if that is known; None is to find out.

    Returns
    -------
    Numerals
    """
    matches = [_NUMERAL.fullmatch(text) for text in texts]
    units = [None if match is None else _unit(match) for match in matches]
    unit = _common_unit(units, counts) if unit is None else unit
    by_mark = {mark: np.full(len(texts), np.nan) for mark in _BODY}
    for at, match in enumerate(matches):
        if match is not None and units[at] in {"", unit}:
            for mark, number in _numbers(match):
                by_mark[mark][at] = number
        elif match is None and (infinite := _INFINITE.fullmatch(texts[at])) is not None:
            by_mark["."][at] = by_mark[","][at] = -np.inf if infinite[1] == "-" else np.inf
    whole = all(match["body"].isdigit() for match in matches if match is not None)
    return Numerals(
        by_mark,
        unit,
        ~np.isnan(by_mark["."]) | ~np.isnan(by_mark[","]),
        np.array([_is_range(text) for text in texts], dtype=bool),
        padded=whole and any(text[0] == "0" and text.isdigit() and len(text) > 1 for text in texts),
        too_long=whole and too_long_for_floats(texts),
    )


def too_long_for_floats(texts: Iterable[str]) -> bool:
    """Return whether some text is a whole number, such as an id, that a float does not keep."""
    return any(
        len(text) >= _LONG and _WHOLE.fullmatch(text) and Decimal(text) != Decimal(float(text))
        for text in texts
    )


def nearly_numeric(texts: Sequence[str]) -> BoolArray:
    """Return which texts are a number with more than a unit: a bound, or thousands as a letter."""
    return np.array([_AROUND.search(text) is not None and _is_nearly(text) for text in texts], bool)


def _is_nearly(text: str) -> bool:
    return bool(find_numerals([_AROUND.sub("", text)], [1]).numeric[0])


def without_currency(text: str) -> str:
    """Return a number without the currency before or behind it, and with a plain minus."""
    match = _NUMERAL.fullmatch(text)
    if match is None:
        return text
    for around in (match["prefix"].strip(), match["suffix"].strip()):
        if around and _is_currency(around):
            text = text.replace(around, "", 1).strip()
    return text.replace("\u2212", "-")


def _unit(match: re.Match[str]) -> str | None:
    """Return what stands around a number; None if that makes it no number: A12, unit 7."""
    prefix, suffix = match["prefix"].strip(), match["suffix"].strip()
    if prefix and not _is_currency(prefix):
        return None
    if len(suffix.split()) > _UNIT_WORDS:
        return None
    if bool(match["open"]) != bool(match["shut"]):
        return None
    return prefix + suffix


def _is_currency(prefix: str) -> bool:
    if any(unicodedata.category(letter) == "Sc" for letter in prefix):
        return True
    return prefix.strip(". ").upper() in _CURRENCIES


def _common_unit(units: Sequence[str | None], counts: Iterable[int]) -> str:
    found: Counter[str] = Counter()
    for unit, count in zip(units, counts, strict=True):
        if unit is not None:
            found[unit] += count
    total = sum(found.values())
    named = {unit: count for unit, count in found.items() if unit}
    most = max(named, key=lambda unit: named[unit], default="")
    return most if named.get(most, 0) >= _UNIT_SHARE * total else ""


def _numbers(match: re.Match[str]) -> Iterator[tuple[str, float]]:
    """Give the number with each decimal mark that fits it."""
    body, power = match["body"], match["power"] or ""
    sign = -1.0 if match["open"] or {"-", "\u2212"} & {match["sign"], match["inner"]} else 1.0
    for mark, pattern in _BODY.items():
        if body.isdigit() or pattern.fullmatch(body):
            yield mark, sign * float(body.translate(_PLAINLY[mark]) + power)


def _is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text)
    if found is None:
        return False
    low, high = (float(number.replace(",", ".")) for number in found.groups())
    return low < high
