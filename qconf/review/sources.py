"""Why a row is looked at: sources that each put rows in an order, and their mixture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = [
    "CONFLICT", "FLAGGED", "RANDOM", "SOURCES", "STAKE", "SURPRISE", "UNUSUAL", "Source",
    "highest_first", "mixed",
]  # fmt: skip

FLAGGED: Final = "flagged"
SURPRISE: Final = "surprise"
CONFLICT: Final = "conflict"
STAKE: Final = "stake"
UNUSUAL: Final = "unusual"
RANDOM: Final = "random"
#: In the order in which they take turns; random rows are spread over the whole.
SOURCES: Final = {
    FLAGGED: "somebody said that it is off",
    SURPRISE: "the outcome surprises, at the false discovery rate asked for",
    CONFLICT: "two sources of an input disagree",
    STAKE: "much money is at stake",
    UNUSUAL: "further off than most, which may be chance",
    RANDOM: "drawn at random",
}


def _no_rows() -> IntArray:
    return np.empty(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Source:
    """Rows in the order in which a source wants them looked at.

    Attributes
    ----------
    name : str
    order : ndarray of int
        Positions of rows, the first to be looked at first.
    beyond : ndarray of int
        Rows to go on with, which are called `UNUSUAL`: the source itself does not name them.
    """

    name: str
    order: IntArray
    beyond: IntArray = field(default_factory=_no_rows)

    def names(self, n_rows: int) -> BoolArray:
        """Return which rows the source names at all."""
        named = np.zeros(n_rows, dtype=bool)
        named[self.order] = True
        return named

    def turns(self) -> Iterator[tuple[int, str]]:
        """Yield its rows, each with what it is called."""
        yield from ((int(row), self.name) for row in self.order)
        yield from ((int(row), UNUSUAL) for row in self.beyond)


def highest_first(score: FloatArray, among: BoolArray) -> IntArray:
    """Put rows in the order of a score, the highest first; ties by their place in the table."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(-score[rows], kind="stable")]


def mixed(
    drawn: IntArray, sources: Sequence[Source], n: int, left_out: Collection[int]
) -> list[tuple[int, str]]:
    """Let sources take turns, and spread the random rows evenly between.

    Whoever stops early has seen the same mixture as whoever goes to the end.

    Parameters
    ----------
    drawn : ndarray of int
        Rows drawn at random.
    sources : sequence of Source
        Each in turn gives its next row that is not there yet.
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
    waiting = [one.turns() for one in sources]
    while waiting and len(chosen) < n - len(drawn):
        turns = waiting.pop(0)
        found = next((one for one in turns if one[0] not in taken), None)
        if found is not None:
            taken.add(found[0])
            chosen.append(found)
            waiting.append(turns)
    return _spread([(int(row), RANDOM) for row in drawn], chosen)


def _spread(few: list[tuple[int, str]], many: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Put the one list evenly between the other."""
    whole = list(many)
    total = len(few) + len(many)
    for number, one in enumerate(few):
        whole.insert(int((number + 0.5) * total / len(few)), one)
    return whole
