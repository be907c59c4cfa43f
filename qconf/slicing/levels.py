"""How many properties a slice should have: what the data support.

Trees of two leaves ask one question each, so that a sum of them knows single properties; of three
leaves, two questions, conjunctions of two; and so on (Friedman 2001, Annals of Statistics 29,
section 5.5). Such sums are fitted to the errors of the older half, in units of the expected ones,
and judged on the newer: where deeper trees do not tell its errors better, slices of so many
properties are noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray, IntArray
from qconf.core.estimate import Estimate
from qconf.core.grouping import group_codes
from qconf.evaluation.long_run import SlowWaves
from qconf.evaluation.sampling import Sampling
from qconf.slicing.properties import Property

__all__ = ["Level", "supported_levels"]

#: Levels that are tried; three properties are tried to say whether two are too few.
_LEVELS = (1, 2, 3)
#: All comparisons together have 95 %; the normal distribution's quantile of one side of each.
_CONFIDENCE = 1 - 2 * 0.05 / len(_LEVELS)
#: So many rows of each half tell what can be told of a level.
_MOST_ROWS = 100_000
_TREES = 400
#: Of the columns, for each tree: where all are offered, trees of few leaves ask the strongest
#: question again and again, and deeper ones seem to be needed.
_MAX_FEATURES = 0.3


@dataclass(frozen=True)
class Level:
    """What slices of so many properties tell of the newer errors.

    Attributes
    ----------
    n_properties : int
    gain : Estimate
        By how much the mean Gamma deviance of the newer errors is lower than at the level that
        was supported before.
    supported : bool
        Whether its interval is above zero.
    """

    n_properties: int
    gain: Estimate
    supported: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "properties": self.n_properties,
            "gain": self.gain.to_dict(),
            "supported": self.supported,
        }


def supported_levels(
    properties: Sequence[Property],
    halves: tuple[IntArray, IntArray],
    sizes: tuple[FloatArray, FloatArray],
    *,
    groups: IntArray | None,
    time: Any,
    min_rows: int,
    seed: int,
) -> tuple[Level, ...]:
    """Say of each number of properties whether the data support it.

    Parameters
    ----------
    properties : sequence of Property
    halves : tuple of two ndarrays of int
        Positions of the older and the newer rows.
    sizes : tuple of two ndarrays
        Absolute errors in units of the expected ones, of each half.
    groups, time : ndarray of shape (n_newer,) or None
    min_rows : int
        Of a leaf.
    seed : int

    Returns
    -------
    tuple of Level
        One property, two, three.
    """
    older, newer = halves
    before, after = (one / (one.mean() or 1.0) for one in sizes)
    rng = np.random.default_rng(seed)
    learned, judged = (_some(len(one), rng) for one in halves)
    before, after = before[learned], after[judged]
    groups, time = (None if one is None else one[judged] for one in (groups, time))
    design = [_design(properties, rows) for rows in (older[learned], newer[judged])]
    best = _deviance(after, np.ones(len(after)))
    found = []
    for n_properties in _LEVELS:
        told = _deviance(after, _fitted(design, before, n_properties, min_rows, seed))
        gain = _mean(best - told, groups, time)
        supported = gain.interval[0] > 0
        found.append(Level(n_properties, gain, supported))
        best = told if supported else best
    return tuple(found)


def _some(n_rows: int, rng: np.random.Generator) -> IntArray:
    """Take all rows, or some of very many at random."""
    if n_rows <= _MOST_ROWS:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, _MOST_ROWS, replace=False))


def _design(properties: Sequence[Property], rows: IntArray) -> FloatArray:
    """Return ordered cells as numbers, and a column for each name: a split is a condition."""
    columns = []
    for one in properties:
        codes = one.codes[rows]
        if one.n_ordered:
            columns.append(np.where(codes < one.n_ordered, codes, np.nan).astype(np.float64))
        names = range(one.n_ordered, one.n_cells)
        columns += [(codes == cell).astype(np.float64) for cell in names]
    return np.column_stack(columns)


def _fitted(
    design: Sequence[FloatArray], before: FloatArray, n_properties: int, min_rows: int, seed: int
) -> FloatArray:
    from qconf.learners.trees.boosted import BoostedTrees  # noqa: PLC0415 - LightGBM is slow to load

    trees = BoostedTrees(
        loss="gamma", n_estimators=_TREES, learning_rate=0.1, max_leaf_nodes=n_properties + 1,
        min_samples_leaf=min_rows, max_features=_MAX_FEATURES, subsample=1.0, early_stopping=True,
        random_state=seed,
    )  # fmt: skip
    return np.maximum(trees.fit(design[0], before).predict(design[1]), np.finfo(float).tiny)


def _deviance(size: FloatArray, told: FloatArray) -> FloatArray:
    """Return the Gamma deviance of each row, up to what hangs on its size alone.

    That all errors became larger is no matter of slices: a common factor is taken out.
    """
    factor = float(np.mean(size / told)) or 1.0
    lost: FloatArray = 2 * (size / (factor * told) + np.log(factor * told))
    return lost


def _mean(gain: FloatArray, groups: IntArray | None, time: Any) -> Estimate:
    """Return a mean with an interval that respects groups and time."""
    value = float(gain.mean())
    waves = None
    if time is not None and len(np.unique(time)) > 1 and gain.std() > 0:
        waves = SlowWaves.of(time, gain)
    if groups is not None:
        groups = group_codes(groups)
    error = Sampling(len(gain), groups, waves).standard_error(gain - value, waves, _CONFIDENCE)
    reach = float(norm.ppf((1 + _CONFIDENCE) / 2)) * error
    return Estimate(value, (value - reach, value + reach))
