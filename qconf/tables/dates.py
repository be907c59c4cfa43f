"""Read text as dates: the one rule, for files and for columns passed from Python.

A column is dates if all its texts have one shape and one order of day, month and year fits them
all. Where two orders fit (05/01/2031), nothing is guessed.
"""

# ruff: noqa: PLR2004 - the calendar and the clock are made of such numbers
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DateColumn", "DateForm", "dates_in_format", "read_dates", "share_of_dates"]

_TIME = (
    r"(?:(?:T|,?\s+at\s+|,?\s+|,|:)(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?"
_YEAR = r"'?(?P<year>\d{4}|\d{2})"


def _numbered(mark: str) -> tuple[str, str]:
    """Return the shapes of three numbers: year first, or a year of two or four digits last."""
    gap = re.escape(mark) + r"\s?"
    return (
        rf"{_WEEKDAY}(?P<year>\d{{4}}){gap}(?P<month>\d{{1,2}}){gap}(?P<day>\d{{1,2}}){_TIME}",
        rf"{_WEEKDAY}(?P<one>\d{{1,2}}){gap}(?P<two>\d{{1,2}}){gap}(?P<three>\d{{4}}|\d{{2}}){_TIME}",
    )


#: Patterns that Python and Arrow read alike: Python tries them on a few texts, Arrow splits all.
_SHAPES = [
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        *(shape for mark in "-/. " for shape in _numbered(mark)),
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_TIME}",
        rf"{_WEEKDAY}{_DAY}[-/ ]?\s*{_NAME}[-/ ,]?\s*{_YEAR}{_TIME}",
        rf"{_WEEKDAY}{_NAME}[-/ ]?\s*{_DAY}(?:,\s*|[-/ ]\s*){_YEAR}{_TIME}",
        rf"{_WEEKDAY}(?P<year>\d{{4}})[-/ ]?{_NAME}[-/ ]?{_DAY}{_TIME}",
        # As C prints it: Wed Oct  1 09:00:00 2031.
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}{_TIME}\s+{_YEAR}",
        # 1234-5 is a code, and 1/1000 a scale: without a day, only years that tables are about.
        r"(?P<year>(?:1[89]|2[01])\d{2})[-/](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/](?P<year>(?:1[89]|2[01])\d{2})",
        rf"{_NAME}[-/ ,']?\s*(?P<year>\d{{4}})",
        rf"{_NAME}[-'](?P<year>\d{{2}})",
        rf"(?P<year>\d{{4}})[-/ ]?{_NAME}",
        r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])",
        r"Q(?P<quarter>[1-4])[-/ ]?(?P<year>\d{4})",
    )
]
#: Dates with a month's name in German, French or Spanish: told, not read.
_FOREIGN = re.compile(
    r"(?:\d{1,2}\.?\s*(?:de\s+)?)?(?:januar|j\u00e4n(?:ner|\.)|februar|m\u00e4rz|maerz|mrz|mai|juni"
    r"|juli|oktober|okt|dezember|dez|janvier|f[e\u00e9]vrier|mars|avril|juin|juillet|ao[u\u00fb]t"
    r"|septembre|octobre|novembre|d[e\u00e9]cembre|enero|febrero|marzo|abril|mayo|junio|julio"
    r"|agosto|septiembre|octubre|noviembre|diciembre)\.?,?\s*(?:de\s+)?\d{2}(?:\d{2})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Which of three numbers is the year, the month and the day.
_ORDERS = {
    "day first": ("three", "two", "one"),
    "month first": ("three", "one", "two"),
    "year first": ("one", "two", "three"),
}
_AS_WRITTEN = {"as written": ("year", "month", "day")}
#: Two digits of a year as POSIX reads them: 69 is 1969, 68 is 2068.
_PIVOT = 69
#: Texts that are looked at to find shapes that are worth trying on all.
_PROBE = 50
_MICROSECOND = np.timedelta64(1, "us")


@dataclass(frozen=True)
class DateForm:
    """How the dates of a column are written: one reading, for rows that come later too.

    Attributes
    ----------
    zoned : bool
        Whether each text says how far it is from UTC.
    date_format : str
        Codes of ``strptime``; empty if a shape says it.
    shape : int
        Which of the known shapes.
    order : str
        In which order day, month and year stand.
    """

    zoned: bool = False
    date_format: str = ""
    shape: int = 0
    order: str = "as written"

    def moments(self, texts: pd.Series[Any]) -> Any:
        """Read texts without gaps as datetime64, NaT where one is not written so."""
        if self.date_format:
            return _in_format(texts, self.date_format)
        parts = _split(texts, self.shape)
        moments = _moments(parts, *{**_AS_WRITTEN, **_ORDERS}[self.order])
        has_zone = (parts.text("zone") != "").to_numpy()
        moments[has_zone != self.zoned] = np.datetime64("NaT")
        return moments


@dataclass(frozen=True, eq=False)
class DateColumn:
    """What texts are as dates.

    Attributes
    ----------
    moments : ndarray of shape (n,) or None
        datetime64 in UTC where `zoned`; None if the texts are not dates in one clear way.
    zoned : bool
        Whether each text says how far it is from UTC.
    wrong : ndarray of shape (n,) or None
        Texts that cannot be read in the order that fits best; None if no text is a date.
    doubt : str
        In which two ways the texts can be read; empty where that is not what is wrong.
    form : DateForm or None
        How they are written, if they are dates.
    """

    moments: Any = None
    zoned: bool = False
    wrong: BoolArray | None = None
    doubt: str = ""
    form: DateForm | None = None


def read_dates(texts: pd.Series[Any], *, day_first: bool | None = None) -> DateColumn:
    """Read texts as dates if there is one way to.

    Parameters
    ----------
    texts : Series of str of shape (n,)
        Without gaps; distinct texts will do.
    day_first : bool, default=None
        What to do where two orders of day, month and year fit; None is to doubt.

    Returns
    -------
    DateColumn

    Examples
    --------
    >>> read_dates(pd.Series(["13/10/2031", "1/11/2031"])).moments.astype("M8[D]").tolist()
    [datetime.date(2031, 10, 13), datetime.date(2031, 11, 1)]
    >>> read_dates(pd.Series(["05/01/2031"])).doubt
    "'05/01/2031' may be 5 January 2031 or 1 May 2031"
    """
    shape = _shape_of(texts)
    if shape is None:
        return DateColumn()
    parts = _split(texts, shape)
    readings = {order: _moments(parts, *names) for order, names in _orders_of(parts).items()}
    fitting = {order: at for order, at in readings.items() if not np.isnat(at).any()}
    if not fitting:
        best = min(readings.values(), key=lambda at: int(np.isnat(at).sum()))
        return DateColumn(wrong=np.isnat(best))
    preferred = {None: "", True: "day first", False: "month first"}[day_first]
    if preferred in fitting:
        fitting = {preferred: fitting[preferred]}
    doubt = _doubt(texts, list(fitting.values())) or _zone_doubt(texts, parts)
    if doubt:
        return DateColumn(doubt=doubt)
    order, moments = next(iter(fitting.items()))
    zoned = "zone" in parts
    return DateColumn(moments, zoned, form=DateForm(zoned, shape=shape, order=order))


def dates_in_format(texts: pd.Series[Any], date_format: str) -> DateColumn:
    """Read texts as dates in one format, with the codes of ``strptime``."""
    moments = _in_format(texts, date_format)
    wrong = np.isnat(moments)
    if wrong.any():
        return DateColumn(wrong=wrong)
    zoned = _has_zone(date_format)
    return DateColumn(moments, zoned, form=DateForm(zoned, date_format))


def _has_zone(date_format: str) -> bool:
    return "%z" in date_format or "%Z" in date_format


def _in_format(texts: pd.Series[Any], date_format: str) -> Any:
    zoned = _has_zone(date_format)
    parsed = pd.to_datetime(texts, format=date_format, errors="coerce", utc=zoned)
    naive = parsed.dt.tz_localize(None) if zoned else parsed
    return naive.to_numpy()


def share_of_dates(texts: pd.Series[Any]) -> float:
    """Return how many of some texts are dates each for itself, in whatever format."""
    probe = texts.iloc[:: max(1, len(texts) // _PROBE)]
    return float(np.mean([_is_date(str(text)) for text in probe]))


def _is_date(text: str) -> bool:
    if _FOREIGN.fullmatch(text):
        return True
    if not any(shape.fullmatch(text) for shape in _SHAPES):
        return False
    found = read_dates(pd.Series([text], dtype=object))
    return found.moments is not None or bool(found.doubt)


class _Parts:
    """Texts, split into the named parts of their shape."""

    def __init__(self, groups: dict[str, pa.Array], length: int) -> None:
        self._groups = groups
        self._length = length

    def __contains__(self, name: str) -> bool:
        return name in self._groups and self._groups[name].null_count < self._length

    def number(self, name: str, missing: float = np.nan) -> FloatArray:
        """Return a part as numbers, `missing` where a text does not have it."""
        if name not in self:
            return np.full(self._length, missing)
        numbers = self._groups[name].cast("float64").fill_null(missing)
        return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)

    def digits(self, name: str) -> FloatArray:
        """Return how many digits a part has."""
        import pyarrow.compute as pc  # noqa: PLC0415 - half a second, else not needed

        length = pc.utf8_length(self._groups[name]).fill_null(0)
        return np.asarray(length.to_numpy(zero_copy_only=False), dtype=np.float64)

    def text(self, name: str) -> pd.Series[Any]:
        """Return a part as text in small letters, empty where a text does not have it."""
        if name not in self:
            return pd.Series([""] * self._length, dtype=object)
        return pd.Series(self._groups[name].fill_null("").to_pylist(), dtype=object).str.lower()


def _shape_of(texts: pd.Series[Any]) -> int | None:
    """Return the shape that most texts have; None if none has any."""
    probe = [str(text) for text in texts.iloc[:: max(1, len(texts) // _PROBE)]]
    hits = [sum(shape.fullmatch(text) is not None for text in probe) for shape in _SHAPES]
    return int(np.argmax(hits)) if max(hits, default=0) else None


def _split(texts: pd.Series[Any], number: int) -> _Parts:
    """Split texts by a shape."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.compute as pc  # noqa: PLC0415

    shape = _SHAPES[number]
    whole = pa.array(texts, type=pa.string())
    found = pc.extract_regex(whole, f"^(?i:{shape.pattern})$")
    parts = (found.field(name) for name in shape.groupindex)
    # What a text does not have, Arrow calls empty.
    groups = [pc.if_else(pc.equal(part, ""), None, part) for part in parts]
    return _Parts(dict(zip(shape.groupindex, groups, strict=True)), len(texts))


def _orders_of(parts: _Parts) -> dict[str, tuple[str, str, str]]:
    return _ORDERS if "three" in parts else _AS_WRITTEN


def _moments(parts: _Parts, year: str, month: str, day: str) -> Any:
    """Return datetime64, NaT where the parts are no date in this order."""
    years, months, days = _years(parts, year), _months(parts, month), parts.number(day, 1.0)
    hours, minutes, seconds = (parts.number(name, 0.0) for name in ("hour", "minute", "second"))
    half = parts.text("half")
    twelve = (half != "").to_numpy()
    right = (years >= 1) & (months >= 1) & (months <= 12) & (days >= 1)
    right &= (minutes < 60) & (seconds < 60)
    right &= np.where(twelve, (hours >= 1) & (hours <= 12), hours < 24)
    hours = np.where(twelve, hours % 12 + 12 * (half == "p").to_numpy(), hours)
    # Anything that is no date is put on a day that is one, and taken out at the end.
    index = np.where(right, (years - 1970) * 12 + months - 1, 0).astype(np.int64)
    first, after = (at.astype("M8[M]").astype("M8[D]") for at in (index, index + 1))
    right &= days <= (after - first).astype(np.int64)
    clock = ((hours * 60 + minutes - _offset(parts.text("zone"))) * 60 + seconds) * 1e6
    whole = np.where(right, (days - 1) * 86_400e6 + clock, 0).astype(np.int64)
    moments = _with_fraction(first.astype("M8[us]") + whole * _MICROSECOND, parts.text("fraction"))
    moments[~right] = np.datetime64("NaT")
    return moments


def _years(parts: _Parts, name: str) -> FloatArray:
    years, digits = parts.number(name), parts.digits(name)
    short = np.where(years >= _PIVOT, 1900.0, 2000.0) + years
    # A year of one digit is none: 1/2/2031 does not begin with the year 1.
    return np.where(digits == 4, years, np.where(digits == 2, short, np.nan))


def _months(parts: _Parts, name: str) -> FloatArray:
    if "name" in parts:
        numbers = {month: number for number, month in enumerate(_MONTHS, start=1)}
        named = parts.text("name").str[:3].map(numbers)
        return np.asarray(named, dtype=np.float64)
    if "quarter" in parts:
        return parts.number("quarter") * 3 - 2
    return parts.number(name)


def _offset(zone: pd.Series[Any]) -> FloatArray:
    """Return minutes ahead of UTC."""
    ahead = {}
    for text in zone.unique():
        digits = text[1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:]) if text[:1] in {"+", "-"} else 0
        ahead[text] = -minutes if text[:1] == "-" else minutes
    return np.asarray(zone.map(ahead), dtype=np.float64)


def _with_fraction(moments: Any, fraction: pd.Series[Any]) -> Any:
    if (fraction == "").all():
        return moments
    nanoseconds = fraction.str.ljust(9, "0").astype(np.int64).to_numpy()
    years = moments.astype("M8[Y]").astype(np.int64) + 1970
    if (nanoseconds % 1000).any() and ((years > 1677) & (years < 2262)).all():
        return moments.astype("M8[ns]") + nanoseconds.astype("m8[ns]")
    return moments + (nanoseconds // 1000) * _MICROSECOND


def _doubt(texts: pd.Series[Any], readings: list[Any]) -> str:
    first = readings[0]
    for other in readings[1:]:
        unlike = np.flatnonzero(first != other)
        if len(unlike):
            at = unlike[0]
            ways = " or ".join(_day(moments[at]) for moments in (first, other))
            return f"{texts.iloc[at]!r} may be {ways}"
    return ""


def _day(moment: Any) -> str:
    day = pd.Timestamp(moment)
    return f"{day.day} {day.strftime('%B')} {day.year}"


def _zone_doubt(texts: pd.Series[Any], parts: _Parts) -> str:
    zoned = (parts.text("zone") != "").to_numpy()
    if zoned.all() or not zoned.any():
        return ""
    with_one, without = texts.iloc[int(np.argmax(zoned))], texts.iloc[int(np.argmin(zoned))]
    return f"{with_one!r} says how far it is from UTC, {without!r} does not"
