"""Words, numbers and small tables that several pages share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from qconf.core.estimate import Estimate, in_percent, in_units, percent_range
from qconf.report.grid import Column, Grid
from qconf.report.page.parts import Table

__all__ = [
    "LEAST_ROWS",
    "about",
    "confidence",
    "dots_height",
    "doubts",
    "enough",
    "rate_text",
    "row_table",
    "rows_of",
    "size_text",
]

#: What is summed up from fewer rows would tell of single ones, and has no place on a page.
LEAST_ROWS = 10
#: Longer tables are opened by a click.
_LONG = 15


def about(score: float) -> str:
    """Write a score to three digits: a cut-off is the score of some row.

    Examples
    --------
    >>> about(0.0473512), about(25310.4)
    ('0.0474', '25,300')
    """
    return in_units(float(f"{score:.3g}"))


def confidence(level: float) -> str:
    """Say how sure an interval is.

    Examples
    --------
    >>> confidence(0.95)
    'with 95 % confidence'
    """
    return f"with {100 * level:g} % confidence"


def rate_text(rate: Estimate) -> str:
    """Write a rate with its interval.

    Examples
    --------
    >>> rate_text(Estimate(0.03, (0.0212, 0.041)))
    '3.0 % (2.1 to 4.1)'
    """
    return f"{in_percent(rate.value)} ({percent_range(rate)})"


def size_text(error: float, scale: str) -> str:
    """Write an error in per cent where it is a share, else in its units.

    Examples
    --------
    >>> size_text(0.1198, "relative"), size_text(25310.4, "absolute")
    ('12.0 %', '25,310')
    """
    return in_percent(error) if scale == "relative" else in_units(error)


def dots_height(n: int) -> float:
    """Return how high a picture of so many intervals is, in inches."""
    return 1.1 + 0.34 * max(n, 2)


def doubts(warnings: Sequence[str], notes: Iterable[str]) -> tuple[str, ...]:
    """Say what limits a result, and that there were warnings.

    Warnings quote rows and cells of the table, so that they are not repeated.
    """
    told = [*notes]
    if warnings:
        many = f"{len(warnings)} warnings were" if len(warnings) > 1 else "A warning was"
        told.append(
            f"{many} given of the table. Warnings may quote its cells, so they are not repeated "
            "here: see what the command printed, or the warnings in its JSON."
        )
    return tuple(told)


def enough(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out lines of a table that are summed up from too few rows, which ``n`` counts."""
    return table[table["n"] >= LEAST_ROWS].reset_index(drop=True)


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, each with its columns as attributes."""
    yield from table.itertuples()


def row_table(
    caption: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    folded: bool | None = None,
    words: Sequence[int] = (0,),
    names: Sequence[int] = (),
) -> Table:
    """Make a table of numbers.

    Parameters
    ----------
    caption : str
    headers : sequence of str
    rows : sequence of sequence of str
    folded : bool, default=None
        None folds long tables.
    words, names : sequence of int
        The columns that are no numbers: what may take several lines, and what is a word or two.
    """
    columns = [
        Column(header, right=at not in {*words, *names}, fold=at in words)
        for at, header in enumerate(headers)
    ]
    return Table(caption, Grid(columns, rows), len(rows) > _LONG if folded is None else folded)
