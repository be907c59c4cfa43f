"""Give columns of text their types: numbers, dates, true or false, or names.

A type is taken where one reading fits a column's values. Where two fit, or all values but a few,
that is said, with what to type.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.errors import TableError, did_you_mean
from qconf.tables.dates import dates_in_format, read_dates, share_of_dates
from qconf.tables.distinct_texts import DistinctTexts, as_series
from qconf.tables.number_columns import (
    PLAIN,
    WHOLE,
    DecimalMark,
    PlainNumbers,
    WrittenNumbers,
    matches,
)
from qconf.tables.numerals import MISSING, find_numerals, nearly_numeric, too_long_for_floats
from qconf.tables.options import ReadingOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DateFinder", "as_text", "check_text_columns", "typed_columns"]

#: Digits that begin with a zero: a postal code, not a number.
_PADDED = r"^0[0-9]+$"
#: Whole numbers that may be more than a float keeps: an id, not a number.
_LONG = r"^[+-]?[0-9]{16,}$"
#: A column of text with so many dates is worth a line.
_TOLD_DATES = 0.8
#: Texts that are looked at before all of a long column are.
_SAMPLE = 1000
_TRUE_FALSE = ("true", "false")


def typed_columns(
    table: pa.Table, options: ReadingOptions, *, separator: str = ","
) -> tuple[pd.DataFrame, list[str]]:
    """Give columns of text their types.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of strings.
    options : ReadingOptions
        `decimal`, `date_format`, `day_first` and `text` are used.
    separator : str, default=","
        What stood between the fields: where it is a comma, one inside a number groups thousands,
        if nothing else is known.

    Returns
    -------
    frame : DataFrame
    warnings : list of str

    Raises
    ------
    TableError
        If ``--text`` or ``--date-format`` fits no column, or the table does not show whether 1,234
        is more than a thousand.
    """
    check_text_columns(options.text, table.column_names)
    dates = DateFinder(options)
    looked_at = [
        (name, _look_at(name, table.column(at), options.text, dates))
        for at, name in enumerate(table.column_names)
    ]
    dates.check_used()
    waiting = [found for _, found in looked_at if not isinstance(found, pd.Series)]
    proved = frozenset(found.proof for found in waiting) - {""}
    mark = DecimalMark(options.decimal, proved, separator)
    columns, warnings = {}, dates.warnings
    for name, found in looked_at:
        if isinstance(found, pd.Series):
            columns[name] = found
        else:
            columns[name], warning = found.read(mark)
            warnings += [warning] if warning else []
    return pd.DataFrame(columns), warnings


def check_text_columns(names: tuple[str, ...], known: list[str]) -> None:
    """Refuse ``--text`` of a column that the table does not have."""
    for name in names:
        if name not in known:
            msg = f"The table has no column {name!r} to read as text. {did_you_mean(name, known)}"
            raise TableError(msg)


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Write values as text: a whole number without ``.0``, a missing value still missing."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    known = values.dropna()
    if pd.api.types.is_float_dtype(values.dtype) and (known % 1 == 0).all():
        known = known.astype(object).map(int)
    texts = known.astype(object).map(str).reindex(values.index)
    plain = [text if isinstance(text, str) else None for text in texts]
    return pd.Series(pa.array(plain, type=pa.string()).to_pandas()).set_axis(values.index)


def _look_at(
    name: str, raw: pa.ChunkedArray, as_text: tuple[str, ...], dates: DateFinder
) -> pd.Series[Any] | PlainNumbers | WrittenNumbers:
    """Return a column's values, or what may be numbers once the decimal mark is known."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.compute as pc  # noqa: PLC0415

    texts = pc.utf8_trim_whitespace(raw)
    missing = pc.is_in(texts, value_set=pa.array(MISSING, type=texts.type))
    texts = pc.if_else(missing, pa.scalar(None, type=texts.type), texts)
    if name in as_text:
        return as_series(texts)
    if texts.null_count == len(texts):
        return pd.Series(np.full(len(texts), np.nan))
    if not matches(texts, PLAIN).all():
        return _look_closer(name, texts, dates)
    if dates.format_given:
        levels = DistinctTexts(texts)
        moments = dates.find_in_format(name, pd.Series(levels.distinct, dtype=object))
        if moments is not None:
            return levels.spread(moments)
    if _are_codes(texts):
        return as_series(texts)
    return PlainNumbers(name, texts)


def _are_codes(texts: pa.ChunkedArray) -> bool:
    """Return whether plain numbers are names, such as 02139 and 12345678901234567."""
    import pyarrow.compute as pc  # noqa: PLC0415 - half a second that `import qconf` does without

    if matches(texts, _PADDED).any():
        return not matches(texts, r"\.").any()
    if not matches(texts, _LONG).any() or not matches(texts, WHOLE).all():
        return False
    return too_long_for_floats(pc.unique(texts.drop_null()).to_pylist())


def _look_closer(
    name: str, texts: pa.ChunkedArray, dates: DateFinder
) -> pd.Series[Any] | WrittenNumbers:
    levels = DistinctTexts(texts)
    if not levels.distinct:
        return as_series(texts)
    if levels.complete and all(level.lower() in _TRUE_FALSE for level in levels.distinct):
        return levels.spread([level.lower() == "true" for level in levels.distinct])
    moments = dates.find(name, pd.Series(levels.distinct, dtype=object))
    if moments is not None:
        return levels.spread(moments)
    if _plainly_words(levels.distinct):
        return as_series(texts)
    return WrittenNumbers(name, levels, find_numerals(levels.distinct, levels.counts))


def _plainly_words(distinct: list[str]) -> bool:
    """Return whether a long list of texts has no number among a sample of them."""
    sample = distinct[:: max(1, len(distinct) // _SAMPLE)]
    if len(distinct) < 2 * _SAMPLE:
        return False
    found = find_numerals(sample, [1] * len(sample))
    return not (found.numeric | found.ranges | nearly_numeric(sample)).any()


class DateFinder:
    """Find columns of dates, and remember what is to be said about them.

    Parameters
    ----------
    options : ReadingOptions
        `date_format` and `day_first` are used.

    Attributes
    ----------
    warnings : list of str
    """

    def __init__(self, options: ReadingOptions) -> None:
        self.warnings: list[str] = []
        self._options = options
        self._used = options.date_format is None
        self._nearest: tuple[float, str] = (0.0, "It is for columns of text.")

    @property
    def format_given(self) -> bool:
        """Whether the caller says how dates are written."""
        return self._options.date_format is not None

    def find(self, name: str, levels: pd.Series[Any]) -> pd.Series[Any] | None:
        """Return distinct texts as dates, or None if they are none in one clear way."""
        moments = self.find_in_format(name, levels)
        if moments is not None:
            return moments
        found = read_dates(levels, day_first=self._options.day_first)
        if found.moments is not None:
            return _series(found.moments, found.zoned)
        if found.doubt:
            self.warnings.append(
                f"The dates of the column {name!r} can be read in two ways and are left as text: "
                f"{found.doubt} (--day-first, --month-first or --date-format)."
            )
        elif found.wrong is not None and found.wrong.mean() < 1 - _TOLD_DATES:
            self.warnings.append(
                f"The column {name!r} is left as text: {found.wrong.sum()} of its {len(levels)} "
                f"distinct values are no dates, the first is {levels[found.wrong].iloc[0]!r}."
            )
        elif share_of_dates(levels) > _TOLD_DATES:
            self.warnings.append(
                f"The column {name!r} is left as text: its values, such as {levels.iloc[0]!r}, "
                "seem to be dates in several formats or another language. Write them as "
                f"2031-01-05, or name the --date-format; if text is meant: --text "
                f"{shlex.quote(name)}"
            )
        return None

    def find_in_format(self, name: str, levels: pd.Series[Any]) -> pd.Series[Any] | None:
        """Return distinct texts as dates if there is a format and all have it."""
        if self._options.date_format is None:
            return None
        found = dates_in_format(levels, self._options.date_format)
        if found.moments is None:
            self._remember(name, levels, found.wrong)
            return None
        self._used = True
        return _series(found.moments, found.zoned)

    def check_used(self) -> None:
        """Refuse a date format that fits no column."""
        if not self._used:
            msg = f"--date-format {self._options.date_format!r} fits no column. {self._nearest[1]}"
            raise TableError(msg)

    def _remember(self, name: str, levels: pd.Series[Any], wrong: Any) -> None:
        share = 1 - wrong.mean()
        if share >= self._nearest[0]:
            first = levels[wrong].iloc[0]
            told = (
                f"Nearest is {name!r}: {wrong.sum()} of {len(levels)} distinct values do not fit, "
                f"the first is {first!r}."
            )
            self._nearest = (share, told)


def _series(moments: Any, zoned: bool) -> pd.Series[Any]:
    values = pd.Series(moments)
    return values.dt.tz_localize("UTC") if zoned else values
