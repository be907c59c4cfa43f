"""Read cells of text as the kinds that a model knows: the columns of a CSV file.

How a column is written (its decimal mark, the unit around its numbers, the order of its dates) is
found out once, by the rules of every table that is read, and holds for the rest of the file. A
cell that is written otherwise is told, and never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.core.plain_columns import DATES, DURATIONS, LEVELS, NUMBERS
from qconf.errors import TableError
from qconf.tables.dates import DateForm, read_dates
from qconf.tables.distinct_texts import DistinctTexts
from qconf.tables.number_columns import (
    PLAIN,
    DecimalMark,
    PlainNumbers,
    WrittenNumbers,
    matches,
)
from qconf.tables.numerals import MISSING, find_numerals
from qconf.tables.options import ReadingOptions

if TYPE_CHECKING:
    import pyarrow as pa

    from qconf._types import BoolArray, FloatArray

__all__ = ["NumberForm", "WrittenCells"]

_TRUTH = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written.

    Attributes
    ----------
    mark : str
        What marks decimals, ``.`` or ``,``.
    unit : str
        What may stand around a number.
    """

    mark: str = "."
    unit: str = ""

    def values(self, texts: pa.Array) -> tuple[FloatArray, BoolArray]:
        """Read texts as numbers.

        Returns
        -------
        values : ndarray of shape (n_rows,)
            NaN where a text is missing, or no number in this form.
        wrong : ndarray of shape (n_rows,), dtype bool
            Which are no number.
        """
        import pyarrow.compute as pc  # noqa: PLC0415 - half a second, else not needed

        if self.mark == "." and matches(texts, PLAIN).all():
            floats = pc.utf8_ltrim(texts, "+").cast("float64")
            return floats.to_numpy(zero_copy_only=False), np.zeros(len(texts), dtype=bool)
        levels = _distinct(texts)
        found = [self._value(text) for text in levels.distinct]
        read = np.array(found, dtype=np.float64)
        return np.asarray(levels.spread(read), dtype=np.float64), _where(levels, np.isnan(read))

    def _value(self, text: str) -> float:
        truth = _TRUTH.get(text.lower())
        if truth is not None:
            return truth
        return float(find_numerals([text], [1], self.unit).by_mark[self.mark][0])


@dataclass(eq=False)
class WrittenCells:
    """How the columns of a text file are written.

    Parameters
    ----------
    names : frozenset of str
        Columns of text whose kinds the model knows.
    options : ReadingOptions
        What is said of the file: `decimal`, `date_format` and `day_first` are used.
    separator : str, default=","
        What stood between the fields: where it is a comma, one inside a number groups thousands.

    Attributes
    ----------
    warnings : list of str
        What was guessed and might be wrong.
    """

    names: frozenset[str] = frozenset()
    options: ReadingOptions = field(default_factory=ReadingOptions)
    separator: str = ","
    warnings: list[str] = field(default_factory=list)
    _usual: NumberForm = field(default_factory=NumberForm)
    _numbers: dict[str, NumberForm] = field(default_factory=dict)
    _dates: dict[str, DateForm] = field(default_factory=dict)

    def learn(self, probe: pa.Table, kinds: dict[str, str]) -> None:
        """Find out by a file's first rows how its columns are written.

        Parameters
        ----------
        probe : pyarrow.Table
            Columns of text.
        kinds : dict of str to str
            The kinds of the columns that a model knows.

        Raises
        ------
        TableError
            If numbers or dates can be read in two ways.
        """
        found: dict[str, PlainNumbers | WrittenNumbers] = {}
        for name, kind in kinds.items():
            texts = _trimmed(probe.column(name).combine_chunks())
            if kind == DATES:
                self._date_form(name, texts, self.options)
            elif kind == NUMBERS and (one := _as_numbers(name, texts)) is not None:
                found[name] = one
        proved = frozenset(one.proof for one in found.values()) - {""}
        mark = DecimalMark(self.options.decimal, proved, self.separator)
        for name, one in found.items():
            self._numbers[name] = self._number_form(one, mark)
        self._usual = NumberForm(mark.known or ".")

    def read(
        self, name: str, kind: str, texts: pa.Array, options: ReadingOptions | None
    ) -> tuple[Any, BoolArray | None]:
        """Read a column of text as a kind.

        Parameters
        ----------
        name, kind : str
        texts : pyarrow.Array
            Strings.
        options : ReadingOptions or None
            How text in a typed file is read; None for a file of text.

        Returns
        -------
        values : ndarray or Series of shape (n_rows,)
        wrong : ndarray of shape (n_rows,), dtype bool, or None
            Cells that cannot be read; None if there are none.

        Raises
        ------
        TableError
            If the column cannot be read from text.
        """
        if kind == DURATIONS:
            msg = f"The column {name!r} holds durations, which are not read from text: use Parquet."
            raise TableError(msg)
        texts = _trimmed(texts)
        if kind == LEVELS:
            return texts.to_pandas(), None
        if kind == NUMBERS:
            known = self._numbers.get(name, self._usual)
            form = known if options is None else NumberForm(options.decimal or ".")
            values, wrong = form.values(texts)
            wrong |= np.isinf(values)
        else:
            values, wrong = self._moments(name, texts, self.options if options is None else options)
        return values, wrong if wrong.any() else None

    def _number_form(self, found: PlainNumbers | WrittenNumbers, mark: DecimalMark) -> NumberForm:
        """Settle on a form; reading the column once tells what is in doubt."""
        _, warning = found.read(mark)
        self.warnings += [warning] if warning and not mark.given else []
        unit = found.numerals.unit if isinstance(found, WrittenNumbers) else ""
        if mark.given:
            return NumberForm(mark.given, unit)
        if isinstance(found, PlainNumbers):
            thousands = found.doubtful and mark.known == "," and self.separator != ","
            return NumberForm("," if thousands else ".", unit)
        return NumberForm(found.proof or mark.known or ".", unit)

    def _moments(
        self, name: str, texts: pa.Array, options: ReadingOptions
    ) -> tuple[Any, BoolArray]:
        levels = _distinct(texts)
        distinct = pd.Series(levels.distinct, dtype=object)
        form = self._date_form(name, texts, options, distinct)
        if form is None:
            none = np.full(len(texts), np.datetime64("NaT"), dtype="M8[us]")
            return none, _where(levels, np.ones(len(distinct), dtype=bool))
        moments = form.moments(distinct)
        return levels.spread(moments).to_numpy(), _where(levels, np.isnat(moments))

    def _date_form(
        self,
        name: str,
        texts: pa.Array,
        options: ReadingOptions,
        distinct: pd.Series[Any] | None = None,
    ) -> DateForm | None:
        """Return how a column's dates are written, found out with the first of them."""
        if name in self._dates:
            return self._dates[name]
        if options.date_format is not None:
            return DateForm("%z" in options.date_format.lower(), options.date_format)
        if distinct is None:
            distinct = pd.Series(_distinct(texts).distinct, dtype=object)
        if distinct.empty:
            return None
        found = read_dates(distinct, day_first=options.day_first)
        if found.doubt:
            msg = (
                f"The dates of the column {name!r} can be read in two ways: {found.doubt}; say "
                "which (--day-first, --month-first or --date-format)."
            )
            raise TableError(msg)
        if found.form is not None and name in self.names:
            self._dates[name] = found.form
        return found.form or _nearest_form(distinct, options)


def _nearest_form(distinct: pd.Series[Any], options: ReadingOptions) -> DateForm | None:
    """Return the form that most of a few texts have, so that the others can be named."""
    single = (read_dates(distinct.iloc[at : at + 1], day_first=options.day_first).form
              for at in range(min(len(distinct), 50)))  # fmt: skip
    forms = [form for form in single if form is not None]
    return max(forms, key=forms.count, default=None)


def _distinct(texts: pa.Array) -> DistinctTexts:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return DistinctTexts(pa.chunked_array([texts]))


def _where(levels: DistinctTexts, which: BoolArray) -> BoolArray:
    """Return which cells have one of some levels."""
    spread = np.asarray(levels.spread(which.astype(np.float64)), dtype=np.float64)
    found: BoolArray = spread == 1
    return found


def _as_numbers(name: str, texts: pa.Array) -> PlainNumbers | WrittenNumbers | None:
    """Look at those texts of a column that are numbers; None if there are none."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.compute as pc  # noqa: PLC0415

    present = pa.chunked_array([texts.drop_null()])
    if len(present) and matches(present, PLAIN).all():
        return PlainNumbers(name, present)
    levels = _distinct(texts)
    numeric = find_numerals(levels.distinct, levels.counts).numeric
    known = pa.array([text for text, one in zip(levels.distinct, numeric, strict=True) if one])
    whole = pa.chunked_array([texts.filter(pc.is_in(texts, value_set=known.cast(pa.string())))])
    if len(whole) == 0:
        return None
    if matches(whole, PLAIN).all():
        return PlainNumbers(name, whole)
    levels = DistinctTexts(whole)
    return WrittenNumbers(name, levels, find_numerals(levels.distinct, levels.counts))


def _trimmed(texts: pa.Array) -> pa.Array:
    """Return texts without outer spaces, those that mean "no value" missing."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.compute as pc  # noqa: PLC0415

    if isinstance(texts, pa.DictionaryArray):
        texts = texts.dictionary_decode()
    trimmed = pc.utf8_trim_whitespace(texts.cast(pa.string()))
    missing = pc.is_in(trimmed, value_set=pa.array(MISSING, type=pa.string()))
    return pc.if_else(missing, pa.scalar(None, type=pa.string()), trimmed)
