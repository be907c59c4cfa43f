"""Choose how standardised residuals are summed up, by what scores best on rows held out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.probability.summing_up import Rows, Settings, summed_up
from qconf.residuals.schedules import blocks_in_time

__all__ = ["best_settings", "half_lives"]

#: Half-lives that are tried, as shares of the time there is; None is equal weights.
_HALF_LIVES = (None, 1.0, 0.5)
#: Stretches of time, or parts at random, on which a choice is judged.
_PARTS = 5
#: A choice from fewer rows would be chance.
_FEWEST_JUDGED = 250
#: More rows than this make it no better.
_MOST_JUDGED = 50_000


def best_settings(choices: Sequence[Settings], rows: Rows) -> Settings:
    """Return the settings that score best on rows held out.

    They have a lower mean continuous ranked probability score than the first, and lower in all
    parts but one at most: what is better in one stretch of time only is chance, or its market.

    Parameters
    ----------
    choices : sequence of Settings
        The plainest first.
    rows : Rows

    Returns
    -------
    Settings
        The first where no other is better, or rows are too few to tell.
    """
    if len(choices) == 1 or len(rows) < _FEWEST_JUDGED:
        return choices[0]
    if len(rows) > _MOST_JUDGED:
        rows = rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:_MOST_JUDGED])]
    parts = list(_parts(rows.age, len(rows)))
    if not parts:
        return choices[0]
    scores = np.array([[_score(rows, *part, one) for part in parts] for one in choices])
    mean = scores.mean(axis=1)
    # Of the first itself no part is lower: it stays, whatever the number of parts.
    lower = (scores < scores[0]).sum(axis=1)
    steady = lower >= max(len(parts) - 1, 1)
    steady[0] = True
    return choices[int(np.argmin(np.where(steady, mean, np.inf)))]


def half_lives(age: FloatArray | None) -> list[float | None]:
    """List half-lives to try, equal weights first; of one moment there is nothing to weigh."""
    if age is None or age.max() == age.min():
        return [None]
    length = float(age.max() - age.min())
    return [None if share is None else share * length for share in _HALF_LIVES]


def _score(rows: Rows, train: IntArray, test: IntArray, settings: Settings) -> float:
    """Return the mean score of rows held out."""
    known = summed_up(rows[train], settings)
    return float(known.crps_of_additive(rows.expected[test], rows.residual[test]).mean())


def _parts(age: FloatArray | None, n_rows: int) -> Iterable[tuple[IntArray, IntArray]]:
    """Cut rows into what is known and what is judged by it: in time, what is earlier is known."""
    if age is None:
        part = np.random.default_rng(0).permutation(n_rows) % _PARTS
        return [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(_PARTS)]
    stretch = blocks_in_time(-age, _PARTS)
    numbers = range(1, int(stretch.max()) + 1)
    return [(np.flatnonzero(stretch < k), np.flatnonzero(stretch == k)) for k in numbers]
