"""Inputs that two sources tell, and that they tell differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.encoding.agreement import Agreement
from qconf.encoding.conflict_wording import in_words
from qconf.encoding.source_pairs import SourcePair
from qconf.tables.roles import check_known, role_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Conflicts", "find_conflicts"]

#: Somebody looks into each: a conflict is one if it is larger than this share, and than so many
#: standard deviations.
_LEAST, _DEVIATIONS = 0.05, 4.0


@dataclass(frozen=True, eq=False)
class Conflicts:
    """How far sources disagree on each row, beyond what they usually do.

    Attributes
    ----------
    excess : ndarray of shape (n_rows,)
        Absolute log ratio beyond the usual one, the largest over pairs; 0 where they agree, or
        one of them does not tell.
    pair : ndarray of shape (n_rows,) of int
        Which pair that is.
    pairs : tuple of SourcePair
    agreements : tuple of Agreement
        How the sources of each pair usually agree.
    """

    excess: FloatArray
    pair: IntArray
    pairs: tuple[SourcePair, ...]
    agreements: tuple[Agreement, ...]

    @property
    def columns(self) -> list[str]:
        """All that is compared."""
        return [name for pair in self.pairs for name in pair.sources]

    def in_words(self, row: int, frame: pd.DataFrame) -> str:
        """Say what the two sources tell of a row."""
        number = int(self.pair[row])
        pair, agreement = self.pairs[number], self.agreements[number]
        first, second = (float(frame[name].iloc[row]) for name in pair.sources)
        return in_words(
            pair, first, second, bias=agreement.bias, by_ratio=agreement.by_ratio, unusual=True
        )


def find_conflicts(frame: pd.DataFrame, pairs: Sequence[SourcePair]) -> Conflicts:
    """Find rows where two sources of one input disagree more than they usually do.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    pairs : sequence of SourcePair
        Columns of numbers. What is not above 0 is taken for not told.

    Returns
    -------
    Conflicts

    Raises
    ------
    TableError
        If a column is not there, or holds no numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> tax = pd.Series(np.linspace(80.0, 300.0, 50))
    >>> frame = pd.DataFrame({"tax": tax, "listing": 0.95 * tax}).replace({"tax": {80.0: 8.0}})
    >>> found = find_conflicts(frame, [SourcePair("tax", "listing")])
    >>> np.flatnonzero(found.excess), found.in_words(0, frame)
    (array([0]), 'two sources disagree: tax 8, listing 76; tax is usually 5 % above')
    """
    excess, which = np.zeros(len(frame)), np.zeros(len(frame), dtype=np.intp)
    agreements = []
    for number, pair in enumerate(pairs):
        told = [_numbers(frame, name) for name in pair.sources]
        agreement = Agreement.learn(told[0], told[1], "ratio")
        conflict = agreement.conflict(told[0], told[1])
        unusual = agreement.is_unusual(conflict, deviations=_DEVIATIONS, least=_LEAST)
        beyond = np.where(unusual, np.abs(conflict), 0.0)
        which[beyond > excess] = number
        excess = np.maximum(excess, beyond)
        agreements.append(agreement)
    return Conflicts(excess, which, tuple(pairs), tuple(agreements))


def _numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    check_known(frame, name)
    return role_numbers(frame[name], f"input {name!r}")
