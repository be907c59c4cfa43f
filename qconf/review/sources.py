"""Why a row is looked at: sources that each put rows in an order, and their mixture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = [
    "CONFLICT", "FLAGGED", "RANDOM", "SOURCES", "STAKE", "SURPRISE", "UNUSUAL", "Source", "by_score",
    "mixed",
]  # fmt: skip

FLAGGED: Final = "flagged"
SURPRISE: Final = "surprise"
CONFLICT: Final = "conflict"
STAKE: Final = "stake"
UNUSUAL: Final = "unusual"
RANDOM: Final = "random"
#: In the order in which they take turns; the last two fill up, and are spread over the whole.
SOURCES: Final = {
    FLAGGED: "somebody said that it is off",
    SURPRISE: "the outcome surprises, at the false discovery rate asked for",
    CONFLICT: "two sources of an input disagree",
    STAKE: "much money is at stake",
    UNUSUAL: "further off than most, which may be chance",
    RANDOM: "drawn at random",
}


@dataclass(frozen=True, eq=False)
class Source:
    """Rows in the order in which a source wants them looked at.

    Attributes
    ----------
    name : str
    order : ndarray of int
        Positions of rows, the first to be looked at first.
    """

    name: str
    order: IntArray

    def names(self, n_rows: int) -> BoolArray:
        """Return which rows the source names at all."""
        named = np.zeros(n_rows, dtype=bool)
        named[self.order] = True
        return named


def by_score(name: str, score: FloatArray, among: BoolArray) -> Source:
    """Make a source of rows by a score, the highest first; ties by their place in the table."""
    rows = np.flatnonzero(among)
    return Source(name, rows[np.argsort(-score[rows], kind="stable")])


def mixed(
    drawn: IntArray, sources: Sequence[Source], filler: Source, n: int, left_out: Collection[int]
) -> list[tuple[int, str]]:
    """Let sources take turns, and spread the random rows evenly between.

    Whoever stops early has seen the same mixture as whoever goes to the end.

    Parameters
    ----------
    drawn : ndarray of int
        Rows drawn at random.
    sources : sequence of Source
        Each in turn names its next row that is not there yet.
    filler : Source
        Asked when all others have named theirs.
    n : int
        Rows in all, as far as there are so many.
    left_out : collection of int
        Rows that are not to be looked at again.

    Returns
    -------
    list of (int, str)
        Row and source, in the order in which they are to be looked at.
    """
    taken = {*left_out, *map(int, drawn)}
    chosen: list[tuple[int, str]] = []
    waiting = [(one.name, iter(one.order.tolist())) for one in sources]
    last = (filler.name, iter(filler.order.tolist()))
    while len(chosen) < n - len(drawn) and (waiting or last):
        turn = waiting or [last]
        for name, rows in list(turn):
            row = next((one for one in rows if one not in taken), None)
            if row is None and not waiting:
                last = ()  # type: ignore[assignment]
            elif row is None:
                waiting.remove((name, rows))
            elif len(chosen) < n - len(drawn):
                taken.add(row)
                chosen.append((row, name))
    return _spread([(int(row), RANDOM) for row in drawn], chosen)


def _spread(few: list[tuple[int, str]], many: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Put the one list evenly between the other."""
    whole = list(many)
    total = len(few) + len(many)
    for number, one in enumerate(few):
        whole.insert(int((number + 0.5) * total / len(few)), one)
    return whole
