"""How wide the columns of a table are, and into how many tables one goes that is too wide.

A cell is never cut: columns of names and sentences are folded between words, and where that is not
enough, columns go into a table of their own below, with the first one before them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from qconf.report.grid import Column, Grid

__all__ = ["Layout", "laid_out"]

#: Left and right of a table.
_MARGIN: Final = 2
#: A word as long as this one is folded, lest one name push all else away.
_LONGEST_WORD: Final = 40


@dataclass(frozen=True)
class Layout:
    """A table that fits.

    Attributes
    ----------
    grid : Grid
    widths : list of int
        Of its columns.
    gap : int
        Between two columns.
    """

    grid: Grid
    widths: list[int]
    gap: int


def laid_out(grid: Grid, width: int, gaps: Sequence[int]) -> list[Layout]:
    """Lay a table out, as one if its words and numbers have room, else as several.

    Parameters
    ----------
    grid : Grid
    width : int
        Columns of the terminal that it may take.
    gaps : sequence of int
        Between columns, the best first.

    Returns
    -------
    list of Layout
        From left to right.
    """
    cells = [[row[i] for row in grid.rows] for i in range(len(grid.columns))]
    least = [_least(one, own) for one, own in zip(grid.columns, cells, strict=True)]
    most = [_longest([one.header, *own]) for one, own in zip(grid.columns, cells, strict=True)]
    gap = next((one for one in gaps if _taken(least, one) <= width), gaps[-1])
    told = []
    for some in _side_by_side(least, width, gap):
        part = Grid([grid.columns[i] for i in some], [[row[i] for i in some] for row in grid.rows])
        room = width - _taken([0] * len(some), gap)
        widths = _shared([least[i] for i in some], [most[i] for i in some], room, part.columns)
        told.append(Layout(part, widths, gap))
    return told


def _side_by_side(least: Sequence[int], width: int, gap: int) -> Iterator[list[int]]:
    """Yield which columns go into one table: the first one, and as many others as have room."""
    some = [0]
    for i in range(1, len(least)):
        if len(some) > 1 and _taken([*(least[j] for j in some), least[i]], gap) > width:
            yield some
            some = [0]
        some.append(i)
    yield some


def _shared(
    least: Sequence[int], most: Sequence[int], room: int, columns: Sequence[Column]
) -> list[int]:
    """Give each column what it needs, and share what is left among those that could use more."""
    widths = list(least)
    left = room - sum(widths)
    if left < 0:
        # Not even two columns have room: names are folded in the midst of a word.
        widest = max(range(len(widths)), key=lambda i: (columns[i].fold, widths[i]))
        widths[widest] = max(1, widths[widest] + left)
        return widths
    wanting = sorted(range(len(widths)), key=lambda i: most[i] - least[i])
    for n, i in enumerate(wanting):
        more = min(most[i] - least[i], left // (len(wanting) - n))
        widths[i] += more
        left -= more
    return widths


def _taken(widths: Sequence[int], gap: int) -> int:
    return _MARGIN + sum(widths) + gap * (len(widths) - 1)


def _least(column: Column, cells: Sequence[str]) -> int:
    texts = [column.header, *cells]
    if not column.fold:
        return _longest(texts)
    words = [word for text in texts for word in text.split()]
    return min(_longest(words), _LONGEST_WORD)


def _longest(texts: Sequence[str]) -> int:
    return max((cell_len(line) for text in texts for line in text.split("\n")), default=0)
