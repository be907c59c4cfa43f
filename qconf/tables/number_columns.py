"""Read columns of text that may be numbers, and find a table's decimal mark.

1.234 is a number with a decimal point and with a decimal comma. A column that holds 1.5 as well
proves the point; a column that proves nothing follows the rest of the table.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import BoolArray
from qconf.errors import TableError
from qconf.tables.distinct_texts import DistinctTexts, as_series
from qconf.tables.numerals import Numerals, nearly_numeric

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["PLAIN", "WHOLE", "DecimalMark", "PlainNumbers", "WrittenNumbers", "matches"]

PLAIN = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity))$"
WHOLE = r"^[+-]?[0-9]+$"
#: A number that is another one if the point groups thousands.
_DOUBTFUL = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
#: A column with so many numbers is numbers, if what else it holds is a few words.
_NUMERIC_SHARE = 0.95
_WORDS = 3
#: Numbers with a unit are measured, beside words, if more of them differ.
_MEASURED = 10
#: A column with so many numbers, or ranges, that stays text is worth a line.
_TOLD_NUMBERS = 0.8
_TOLD_RANGES = 0.5
_WORD_OF = {".": "point", ",": "comma"}


@dataclass(frozen=True)
class DecimalMark:
    """What is known of a table's decimal mark.

    Attributes
    ----------
    given : str or None
        What the caller says.
    proved : frozenset of str
        What columns prove that can be read in one way only.
    separator : str
        What stands between fields. Where it is a comma, numbers have points by default.
    """

    given: str | None
    proved: frozenset[str]
    separator: str

    @property
    def known(self) -> str | None:
        """The mark, if it is given, or all columns that prove one prove the same."""
        if self.given is not None:
            return self.given
        return next(iter(self.proved)) if len(self.proved) == 1 else None

    def against(self, name: str, used: str) -> str:
        """Return a warning if a column needs another mark than the caller says."""
        if self.given in {None, used}:
            return ""
        return f"The numbers of the column {name!r} fit a decimal {_WORD_OF[used]} only."


class PlainNumbers:
    """A column in which each text is a number as computers write it."""

    def __init__(self, name: str, texts: pa.ChunkedArray) -> None:
        self.name = name
        self.texts = texts
        self.marked = matches(texts, r"\.").any()
        doubtful = matches(texts, _DOUBTFUL)
        self.doubtful = self.marked and bool((doubtful | ~matches(texts, r"\.")).all())
        # Some without a mark, the others with three digits behind it: thousands, most likely.
        self.mixed = self.doubtful and not doubtful.all()
        self.example = texts.filter(_mask(doubtful))[0].as_py() if self.doubtful else ""

    @property
    def proof(self) -> str:
        """The decimal mark that the column proves, or nothing."""
        return "." if self.marked and not self.doubtful else ""

    def read(self, mark: DecimalMark) -> tuple[pd.Series[Any], str]:
        """Return the numbers, and a warning or nothing."""
        if not self.doubtful:
            return self._plain(), mark.against(self.name, ".") if self.marked else ""
        if mark.known == "," and (mark.given or mark.separator != ","):
            import pyarrow.compute as pc  # noqa: PLC0415 - half a second, else not needed

            whole = pc.replace_substring(self.texts, ".", "")
            return as_series(whole.cast("float64")), "" if mark.given else self._warning(",")
        unusual = mark.known == "," or (
            mark.known is None and (self.mixed or mark.separator == ";")
        )
        return self._plain(), self._warning(".") if unusual else ""

    def _plain(self) -> pd.Series[Any]:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        if matches(self.texts, WHOLE).all():
            try:
                return as_series(_without_plus(self.texts).cast("int64"))
            except pa.ArrowInvalid:
                pass  # more digits than an integer has
        return as_series(self.texts.cast("float64"))

    def _warning(self, used: str) -> str:
        other = "," if used == "." else "."
        return (
            f"The numbers of the column {self.name!r}, such as {self.example!r}, may have "
            f"thousands or decimals; they were read with a decimal {_WORD_OF[used]}. If that is "
            f"wrong: --decimal {other}"
        )


@dataclass(frozen=True, eq=False)
class WrittenNumbers:
    """A column in which some texts are numbers as people write them, or none is.

    Attributes
    ----------
    name : str
    levels : DistinctTexts
    numerals : Numerals
        The levels as numbers.
    """

    name: str
    levels: DistinctTexts
    numerals: Numerals

    @property
    def proof(self) -> str:
        """The decimal mark that the column proves, or nothing."""
        fitting = self._fitting()
        return fitting[0] if len(fitting) == 1 else ""

    def read(self, mark: DecimalMark) -> tuple[pd.Series[Any], str]:
        """Return the numbers, or the texts if they are none; and a warning or nothing."""
        fitting = [] if self.numerals.codes else self._fitting()
        if not fitting:
            return as_series(self.levels.texts), self._told()
        if len(fitting) == 1:
            used, warning = fitting[0], mark.against(self.name, fitting[0])
        elif self.numerals.marks_differ:
            used, warning = self._decided(mark)
        else:
            used, warning = ".", ""
        numbers = self.numerals.by_mark[used]
        return self.levels.spread(numbers), self._what_was_done(numbers) or warning

    def _fitting(self) -> list[str]:
        return [mark for mark, values in self.numerals.by_mark.items() if self._fits(values)]

    def _fits(self, numbers: Any) -> bool:
        strange = np.isnan(numbers)
        share = 1 - self.levels.counts[strange].sum() / self.levels.counts.sum()
        if share == 1:
            return True
        few = strange.sum() <= _WORDS and self._enough(~strange)
        return bool(few and share >= _NUMERIC_SHARE)

    def _enough(self, numeric: BoolArray) -> bool:
        """Return whether so many numbers differ that they are no names: 1Fam, TwnhsE."""
        least = _MEASURED if self.numerals.unit else int((~numeric).sum())
        return bool(numeric.sum() > least)

    def _decided(self, mark: DecimalMark) -> tuple[str, str]:
        point, comma = self.numerals.by_mark["."], self.numerals.by_mark[","]
        unlike = (point != comma) & np.isfinite(point) & np.isfinite(comma)
        example = self.levels.distinct[int(np.argmax(unlike))]
        if mark.known is not None:
            return mark.known, ""
        if mark.separator == ",":
            warning = (
                f"The numbers of the column {self.name!r}, such as {example!r}, were read with "
                "thousands; if they have decimals: --decimal ,"
            )
            return ".", warning
        msg = (
            f"The numbers of the column {self.name!r}, such as {example!r}, may have thousands or "
            "decimals: say what marks decimals (--decimal . or --decimal ,)."
        )
        raise TableError(msg)

    def _what_was_done(self, numbers: Any) -> str:
        strange = np.isnan(numbers)
        done = [f"without {self.numerals.unit!r}"] if self.numerals.unit else []
        if strange.any():
            done.append(f"{self._some(strange)} are not numbers and count as missing")
        if not done:
            return ""
        as_text = f"as text: --text {shlex.quote(self.name)}"
        return f"The column {self.name!r} is read as numbers, {', '.join(done)} ({as_text})."

    def _told(self) -> str:
        """Warn of text in which somebody may see numbers."""
        if self.numerals.codes:
            return ""
        counts, total = self.levels.counts, self.levels.counts.sum()
        strange = ~self.numerals.numeric
        if counts[self.numerals.ranges].sum() > _TOLD_RANGES * total:
            what = f"{self._some(self.numerals.ranges)} are ranges"
        elif counts[~strange].sum() > _TOLD_NUMBERS * total and self._enough(~strange):
            what = "some numbers have decimal points, some commas, or units differ"
            what = f"{self._some(strange)} are not numbers" if strange.any() else what
        else:
            what = self._nearly()
        if not what:
            return ""
        meant = f"if that is meant: --text {shlex.quote(self.name)}"
        return f"The column {self.name!r} is read as text: {what} ({meant})."

    def _nearly(self) -> str:
        """Say of a column of such as <12.5 and 50k what no single number is."""
        nearly = nearly_numeric(self.levels.distinct)
        either = nearly | self.numerals.numeric
        most = self.levels.counts[either].sum() > _TOLD_NUMBERS * self.levels.counts.sum()
        if not most or either.sum() <= _WORDS or not nearly.any():
            return ""
        return f"{self._some(nearly)} are not plain numbers"

    def _some(self, which: BoolArray) -> str:
        count, total = self.levels.counts[which].sum(), self.levels.counts.sum()
        return (
            f"{count} of {total} values, such as {self.levels.distinct[int(np.argmax(which))]!r},"
        )


def matches(texts: pa.ChunkedArray, pattern: str) -> BoolArray:
    """Return which texts match a pattern; missing ones are left out."""
    import pyarrow.compute as pc  # noqa: PLC0415 - half a second that `import qconf` does without

    return np.asarray(pc.match_substring_regex(texts.drop_null(), pattern), dtype=np.bool_)


def _mask(values: BoolArray) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return pa.array(values)


def _without_plus(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc  # noqa: PLC0415 - half a second that `import qconf` does without

    return pc.utf8_ltrim(texts, "+")
