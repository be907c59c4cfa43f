"""How the rows of a blend are cut into folds, and what members are shown of them and say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray, Table
from qconf.core.seeding import at_most
from qconf.core.validation import select_rows
from qconf.encoding.encoded import Encoded, takes_encoded
from qconf.errors import EstimatorError
from qconf.learners.maps.forward_weights import ENOUGH, newest_rows
from qconf.residuals.crossfit import fit_confidence

__all__ = [
    "BlendRows",
    "Fold",
    "apart",
    "dealt",
    "deciding",
    "judging",
    "newest_first",
    "signals_of",
]

#: What say they have who have not seen the oldest, and the newest stretch, where the mean is 1.
_SAY_WITHOUT_OLDEST, _SAY_WITHOUT_NEWEST = 1.5, 0.5
#: More held-out rows than this make the weights no better.
_MOST_HELD_OUT = 50_000


@dataclass(frozen=True, eq=False)
class BlendRows:
    """Rows as they came and encoded, once for all members, and the time and group of each."""

    whole: Table
    encoded: Encoded
    roles: Mapping[str, Any] = field(default_factory=dict)
    rows: IntArray | slice | None = None

    def __getitem__(self, rows: IntArray | slice) -> BlendRows:
        """Take rows of the whole table by position."""
        roles = {role: np.asarray(values)[rows] for role, values in self.roles.items()}
        return BlendRows(self.whole, self.encoded[rows], roles, rows)

    @cached_property
    def plain(self) -> Table:
        """The rows as they came, which none of our own members reads."""
        return self.whole if self.rows is None else select_rows(self.whole, self.rows)

    def as_read_by(self, member: Any) -> Any:
        """Return what a member takes: of rows as they came a copy of its own, to write on."""
        if takes_encoded(member):
            return self.encoded
        plain = self.plain
        # pandas copies what is written to, and no sooner.
        return plain.copy(deep=False) if isinstance(plain, pd.DataFrame) else plain.copy()


@dataclass(frozen=True, eq=False)
class Fold:
    """Members, seeded each for itself, the rows they learn, and held-out rows that they score."""

    train: IntArray
    members: list[Any]
    scored: IntArray

    def fit(self, table: BlendRows, y: FloatArray) -> tuple[list[Any], list[FloatArray]]:
        """Fit the members; return them, and what each says of the held-out rows."""
        seen = table[self.train]
        for one in self.members:
            fit_confidence(one, seen.as_read_by(one), y[self.train], **seen.roles)
        if not len(self.scored):
            return self.members, []
        return self.members, signals_of(self.members, table[self.scored])


def signals_of(members: Sequence[Any], table: BlendRows) -> list[FloatArray]:
    """Ask members for all they have to say of each row.

    Returns
    -------
    list of ndarray of shape (n_samples, n_signals)

    Raises
    ------
    EstimatorError
        If one does not say finite numbers, one or more a row.
    """
    return [_said(one, table.as_read_by(one), len(table.encoded)) for one in members]


def _said(member: Any, X: Any, n_rows: int) -> FloatArray:
    said = np.asarray(member.signals(X) if hasattr(member, "signals") else member.predict(X))
    numbers = said.dtype.kind in "biuf"
    if said.shape[:1] == (n_rows,) and numbers and np.isfinite(said).all():
        return said.reshape(n_rows, -1)
    found = f"shape {said.shape}" if numbers else f"values of type {said.dtype}"
    if numbers and said.shape[:1] == (n_rows,):
        found = f"{(~np.isfinite(said)).sum()} of {said.size} that are not"
    msg = (
        f"The member {type(member).__name__} of a blend must give finite numbers, one or more for "
        f"each of {n_rows} rows; it gave {found}."
    )
    raise EstimatorError(msg)


def dealt(n_rows: int, units: IntArray | None, folds: int, rng: np.random.RandomState) -> IntArray:
    """Deal rows, or whole units, out to folds at random."""
    if units is None:
        return rng.permutation(n_rows) % folds
    n_units = int(units.max()) + 1
    return (rng.permutation(n_units) % min(folds, n_units))[units]


def apart(fold: IntArray, k: int, units: IntArray | None) -> IntArray:
    """List the rows outside fold k that are of no unit in it."""
    outside = np.flatnonzero(fold != k)
    if units is None:
        return outside
    return outside[~np.isin(units[outside], units[fold == k])]


def deciding(fold: IntArray, rng: np.random.RandomState, *, newest: bool) -> IntArray:
    """Choose the rows that decide units and weights: not all that are held out are needed."""
    rows = newest_rows(fold, ENOUGH) if newest else np.arange(len(fold))
    return at_most(_MOST_HELD_OUT, rows, rng)


def judging(fold: IntArray, decides: IntArray, rng: np.random.RandomState) -> IntArray:
    """Choose rows of older stretches too: they say how far to follow the newest."""
    most = _MOST_HELD_OUT // (int(fold.max()) + 1)
    older = np.setdiff1d(np.unique(fold), fold[decides])
    parts = [at_most(most, np.flatnonzero(fold == k), rng) for k in older]
    return np.sort(np.concatenate([decides, *parts]))


def newest_first(n_stretches: int) -> FloatArray:
    """Say how much members count that have not seen a stretch of time: less the newer it is.

    Examples
    --------
    >>> newest_first(5)
    array([0.3 , 0.25, 0.2 , 0.15, 0.1 ])
    """
    say = np.linspace(_SAY_WITHOUT_OLDEST, _SAY_WITHOUT_NEWEST, n_stretches)
    weights: FloatArray = say / say.sum()
    return weights
