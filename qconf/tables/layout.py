"""Find out how a text file is laid out: its separator, its header, and what is odd about its lines.

Each separator is tried on the first lines with the quoting rules of the csv module. The one that
gives all lines as many fields as the header has, and more than one, is right.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import NamedTuple

from qconf.errors import TableError

__all__ = ["NAMES", "Layout", "find_layout", "fits_width", "records", "records_in"]

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_BY_ENDING = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
_PROBE_LETTERS = 1_000_000
_PROBE_LINES = 200
#: Follows the last line; a quote that is still open swallows it.
_END = "\0end"
#: Excel's hint in the first line.
_HINT = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
#: The share of lines that agree on a number of fields where the first ones are a preamble.
_AGREE = 0.5
#: A header with one name and this many fields a line is a table with a column without name.
_MAX_TITLES = 2
_SHOWN = 40


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out.

    Attributes
    ----------
    separator : str
    loose : bool
        Whether spaces may follow a separator, before a quote.
    whole : bool
        Whether each line is quoted as a whole, with the fields inside.
    start : int
        Letters before the header.
    header : tuple of str
        Names as they stand in the file, the first line's.
    names : tuple of str
        Names of columns, without outer spaces and nameless columns at the end that are empty.
    row_names : bool
        Whether each line begins with a name for itself that the header does not mention, as R
        writes it.
    plain : bool
        Whether the lines that were looked at are all as long as the header.
    """

    separator: str
    loose: bool = False
    whole: bool = False
    start: int = 0
    header: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    row_names: bool = False
    plain: bool = False

    @property
    def width(self) -> int:
        """How many fields a line has, with its own name."""
        return len(self.names) + self.row_names


def find_layout(text: str, name: str, ending: str = ".csv", separator: str | None = None) -> Layout:
    """Find out how a text file is laid out.

    Parameters
    ----------
    text : str
        The file.
    name : str
        What it is called, for messages.
    ending : str, default=".csv"
        The ending of its name: a ``.tsv`` has tabs if tabs fit.
    separator : str, default=None
        What the caller says; None is to find out.

    Returns
    -------
    Layout

    Raises
    ------
    TableError
        If the file is empty, two separators fit, or the first lines are no header.
    """
    hint = _HINT.match(text)
    start = hint.end() if hint else 0
    if separator is None and hint is not None:
        separator = hint[1]
    tried = (",", ";", "\t", "|") if separator is None else (separator,)
    trials = [_try(text, Layout(one, start=start)) for one in tried]
    if not any(trial.first for trial in trials):
        msg = f"The table {name!r} is empty."
        raise TableError(msg)
    best = _only_fitting(trials, name, ending)
    if best is None:
        odd = [Layout(one, start=start, whole=True) for one in tried]
        odd += [Layout(" ", loose=True, start=start)] if separator is None else []
        best = _only_fitting([_try(text, one) for one in odd], name, ending)
    if best is None:
        # Nothing fits all lines: take what fits most, and let the line that does not be named.
        best = max(trials, key=lambda trial: (trial.fit, trial.agree))
    _check_header(best, name)
    return best.layout


def records(text: str, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Split a file into records, each with the number of its last line; blank ones left out.

    Raises
    ------
    csv.Error
        If a quote is opened and never closed.
    """
    before = text.count("\n", 0, layout.start)
    lines = io.StringIO(text[layout.start :] if layout.start else text, newline="")
    return records_in(lines, layout, before)


def records_in(
    lines: Iterable[str], layout: Layout, before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Split lines into records, as `records` does, `before` of them having been read."""
    number = before
    for line, record in _split(chain(lines, [_END]), layout, before):
        if record == [_END]:
            return
        if record[-1].endswith(_END):
            break
        number = line
        yield number, record
    msg = f"the quote that is opened after line {number} is never closed"
    raise csv.Error(msg)


def _split(
    stream: Iterable[str], layout: Layout, before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    if layout.separator == " ":
        stream = (line.expandtabs().strip() + "\n" for line in stream)
    delimiter = layout.separator
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=layout.loose)
    for fields in reader:
        record = fields
        if layout.whole and len(fields) == 1:
            # The quotes inside were doubled, and are single now.
            record = next(csv.reader([fields[0]], delimiter=delimiter), [])
        if record and (len(record) > 1 or record[0].strip()):
            yield before + reader.line_num, record


class _Trial(NamedTuple):
    """A layout tried on the first lines.

    Attributes
    ----------
    layout : Layout
    first : sequence of (int, list of str)
        The records, with the numbers of their lines.
    fit : float
        The share of lines that are as long as the header, if that has several names.
    agree : float
        The share of lines that have one length, if that is several fields.
    """

    layout: Layout
    first: Sequence[tuple[int, list[str]]] = ()
    fit: float = 0.0
    agree: float = 0.0


def _try(text: str, layout: Layout) -> _Trial:
    probe = text[layout.start : layout.start + _PROBE_LETTERS]
    if layout.separator != " " and re.search(re.escape(layout.separator) + ' +"', probe):
        layout = replace(layout, loose=True)
    first = _first_records(io.StringIO(probe, newline=""), layout)
    if len(text) > layout.start + _PROBE_LETTERS and len(first) <= _PROBE_LINES:
        first = first[:-1] or first
    if not first:
        return _Trial(layout)
    header, *rows = [record for _, record in first]
    names = _names(header, rows)
    row_names = _has_row_names(len(names), rows)
    plain = not (layout.loose or layout.whole or row_names)
    layout = replace(
        layout,
        header=tuple(header),
        names=names,
        row_names=row_names,
        plain=plain and all(len(row) == len(header) for row in rows),
    )
    fits = sum(fits_width(row, layout.width) for row in rows) / max(len(rows), 1)
    usual, count = Counter(map(len, rows)).most_common(1)[0] if rows else (len(header), 1)
    return _Trial(
        layout,
        first,
        (fits if rows else 1.0) if layout.width > 1 else 0.0,
        count / max(len(rows), 1) if usual > 1 else 0.0,
    )


def _first_records(stream: Iterable[str], layout: Layout) -> list[tuple[int, list[str]]]:
    first: list[tuple[int, list[str]]] = []
    # What was read before an error counts.
    with suppress(csv.Error):
        first.extend(islice(_split(stream, layout), _PROBE_LINES + 1))
    return first


def _only_fitting(trials: list[_Trial], name: str, ending: str) -> _Trial | None:
    fitting = [trial for trial in trials if trial.fit == 1]
    fitting = [trial for trial in fitting if not trial.layout.row_names] or fitting
    if len(fitting) > 1:
        usual = _BY_ENDING.get(ending)
        fitting = [trial for trial in fitting if trial.layout.separator == usual] or fitting
    if len(fitting) > 1:
        ways = " or ".join(NAMES[trial.layout.separator] for trial in fitting)
        msg = f"The fields of {name!r} may be separated by {ways}: say which with --separator."
        raise TableError(msg)
    return fitting[0] if fitting else None


def fits_width(row: list[str], width: int) -> bool:
    """Return whether a record has so many fields, or more that are empty at its end."""
    return len(row) >= width and not any(value.strip() for value in row[width:])


def _names(header: list[str], rows: list[list[str]]) -> tuple[str, ...]:
    """Strip names; leave out those at the end that are empty and have no values either."""
    names = [name.strip().strip('"').strip() for name in header]
    # NumPy writes the names as a comment.
    names[0] = names[0].removeprefix("#").strip()
    while names and not names[-1] and not any(_has_value(row, len(names) - 1) for row in rows):
        names.pop()
    return tuple(names)


def _has_value(row: list[str], at: int) -> bool:
    return len(row) > at and bool(row[at].strip())


def _has_row_names(width: int, rows: list[list[str]]) -> bool:
    """Return whether lines are one field longer, and begin with a number of theirs or a name."""
    if width == 1 or not rows or any(len(row) != width + 1 for row in rows):
        return False
    if not any(row[-1].strip() for row in rows):
        return False
    first = [row[0].strip() for row in rows]
    if first in ([str(i) for i in range(start, start + len(rows))] for start in (0, 1)):
        return True
    # A column of data must not be taken for names: those that look like numbers are data.
    return len(set(first)) == len(first) and not any(_looks_numeric(value) for value in first)


def _looks_numeric(value: str) -> bool:
    return not value or value[0] in "+-.,$(" or value[0].isdigit()


def _check_header(trial: _Trial, name: str) -> None:
    """Refuse a title or a comment where the names should be."""
    layout, rows = trial.layout, trial.first[1:]
    usual, count = Counter(len(row) for _, row in rows).most_common(1)[0] if rows else (0, 0)
    titled = sum(bool(value.strip()) for value in layout.header)
    if titled > 1 or usual <= _MAX_TITLES or count <= max(1, _AGREE * len(rows)):
        return
    number = next(number for number, row in rows if len(row) == usual)
    shown = layout.separator.join(layout.header).strip()[:_SHOWN]
    msg = (
        f"Line 1 of {name!r} ({shown!r}) is no header: the lines from {number} on have {usual} "
        f"fields. Leave out what stands before the names: tail -n +{number} FILE | qconf ... -"
    )
    raise TableError(msg)
