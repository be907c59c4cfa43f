"""Inputs that two sources tell, and that they tell differently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.tables.roles import check_known, role_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Conflicts", "check_pairs", "find_conflicts"]

#: A difference is one if it is larger than this share, and than so many usual ones.
_LEAST, _USUAL = 0.05, 4.0
#: The standard deviation of a normal distribution, in median absolute deviations.
_NORMAL = 1.4826


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
    pairs : tuple of (str, str)
    """

    excess: FloatArray
    pair: np.ndarray[tuple[int], np.dtype[np.intp]]
    pairs: tuple[tuple[str, str], ...]

    def in_words(self, row: int, frame: pd.DataFrame) -> str:
        """Say what the two sources tell of a row."""
        first, second = self.pairs[int(self.pair[row])]
        told = ", ".join(f"{name} {frame[name].iloc[row]:g}" for name in (first, second))
        times = float(np.exp(self.excess[row]))
        return f"two sources disagree: {told}; {times:.3g} times further apart than usual"


def check_pairs(pairs: Iterable[Sequence[str]] | None) -> tuple[tuple[str, str], ...]:
    """Check pairs of columns.

    Raises
    ------
    OptionError
    """
    told = []
    for one in pairs or ():
        if isinstance(one, str) or len(one) != 2 or one[0] == one[1]:  # noqa: PLR2004 - a pair
            msg = (
                f"A conflict is between two columns, such as (size_tax, size_listing); got {one!r}."
            )
            raise OptionError(msg)
        told.append((str(one[0]), str(one[1])))
    return tuple(told)


def find_conflicts(frame: pd.DataFrame, pairs: tuple[tuple[str, str], ...]) -> Conflicts:
    """Find rows where two sources of one input disagree more than they usually do.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    pairs : tuple of (str, str)
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
    >>> found = find_conflicts(frame, (("tax", "listing"),))
    >>> np.flatnonzero(found.excess), found.in_words(0, frame)
    (array([0]), 'two sources disagree: tax 8, listing 76; 10 times further apart than usual')
    """
    excess, which = np.zeros(len(frame)), np.zeros(len(frame), dtype=np.intp)
    for number, names in enumerate(pairs):
        apart = _log_ratio(frame, *names)
        usual = np.nanmedian(apart) if np.isfinite(apart).any() else 0.0
        beyond = np.abs(apart - usual)
        spread = _NORMAL * np.nanmedian(beyond) if np.isfinite(beyond).any() else 0.0
        beyond = np.where(beyond > max(_LEAST, _USUAL * spread), beyond, 0.0)
        which[beyond > excess] = number
        excess = np.maximum(excess, beyond)
    return Conflicts(excess, which, pairs)


def _log_ratio(frame: pd.DataFrame, *names: str) -> FloatArray:
    told = []
    for name in names:
        check_known(frame, name)
        numbers = role_numbers(frame[name], f"input {name!r}")
        told.append(np.log(np.where(numbers > 0, numbers, np.nan)))
    return np.asarray(told[0] - told[1])
