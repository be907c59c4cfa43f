"""Split values and expected errors over the columns of a row, by asking the model itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray, TableLike
from qconf.explanation.coalitions import Coalitions, coalitions_for
from qconf.explanation.conflicts import conflicting_pairs
from qconf.explanation.pool import Block, Pool
from qconf.explanation.properties import Property, properties_of

__all__ = ["Asked", "Contributions", "contributions", "contributions_of"]

#: Mixed rows that are asked for one row.
_BUDGET = 512
#: Of a cell that was never seen a model asks its stand-ins, each of them: fewer mixed rows then.
_BUDGET_UNSEEN = 128
_SEED = 0


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each property adds to what the model says of a typical row.

    Attributes
    ----------
    properties : tuple of Property
    index : Index of shape (n_rows,)
        Labels of the rows; their positions where a label stands twice.
    typical : ndarray of shape (2,)
        Value of the typical row, and the logarithm of its expected error.
    total : ndarray of shape (n_rows, 2)
        The same of each row.
    parts, standard_error : ndarray of shape (n_rows, n_properties, 2)
        Contributions, which add up to `total` - `typical`, and how well they are known.
    alone : ndarray of shape (n_rows, n_properties, 2)
        What taking a property away, and it alone, takes from `total`: its effect where all others
        are as in the row.
    """

    properties: tuple[Property, ...]
    index: pd.Index[Any]
    typical: FloatArray
    total: FloatArray
    parts: FloatArray
    standard_error: FloatArray
    alone: FloatArray

    def reasons(self, row: int) -> IntArray:
        """Put the properties of a row in the order in which they are reasons for its error.

        First comes what would make the largest difference both on average and alone: a column
        whose effect another one would have too is no reason by itself, though it may have a large
        contribution.
        """
        part, alone = self.parts[row, :, 1], self.alone[row, :, 1]
        both = np.minimum(np.abs(part), np.abs(alone))
        holds = np.where(np.sign(part) == np.sign(alone), both, 0.0)
        return np.lexsort((-np.abs(part), -holds))


def contributions(
    model: Any, X: TableLike, together: Iterable[Sequence[str]] | None = None
) -> Contributions:
    """Split what a model says of rows over their columns.

    Parameters
    ----------
    model : ConfidentRegressor, SelectiveRegressor, FittedModel or CertifiedModel
        Fitted.
    X : DataFrame or array-like of shape (n_rows, n_features)
    together : iterable of sequences of str, default=None
        Columns that are changed as one; those that the model was told should agree are so too.

    Returns
    -------
    Contributions
    """
    return contributions_of(Pool(model, X), together)


def contributions_of(pool: Pool, together: Iterable[Sequence[str]] | None = None) -> Contributions:
    """Split value and expected error of the rows of a pool into contributions of properties."""
    asked = Asked(pool, together)
    (as_is,) = pool.ask(pool.as_is())
    mixed = [
        pool.ask(block)[0] if (block := asked.block(row)) is not None else None
        for row in range(len(pool))
    ]
    return asked.told(as_is, mixed)


class Asked:
    """What a model has to be asked, to split what it says of the rows of a pool.

    Parameters
    ----------
    pool : Pool
    together : iterable of sequences of str, or None
        As in `contributions`.

    Attributes
    ----------
    properties : tuple of Property
    """

    def __init__(self, pool: Pool, together: Iterable[Sequence[str]] | None) -> None:
        self.pool = pool
        known = [one.name for one in pool.background.columns]
        self.properties = properties_of(known, _groups(pool.pair, together))
        self._places = [[known.index(name) for name in one.columns] for one in self.properties]
        self._sets = [self._coalitions(row) for row in range(len(pool))]

    def block(self, row: int) -> Block | None:
        """Return the mixed rows of a row; None if it is as the typical one.

        Those of each coalition, but for the empty and the whole one, of which is known what is
        said; and of all properties but one.
        """
        other, sets = self._sets[row]
        if sets is None:
            return None
        but_one = ~np.eye(len(other), dtype=bool)
        members = np.concatenate([sets.members[_inner(sets)], but_one])
        own = np.ones((len(members), self.pool.matrix.shape[1]), dtype=bool)
        for at, i in enumerate(other):
            own[:, self._places[i]] = members[:, [at]]
        return self.pool.mixed(row + 1, own)

    def told(self, as_is: FloatArray, mixed: Sequence[FloatArray | None]) -> Contributions:
        """Split what was said.

        Parameters
        ----------
        as_is : ndarray of shape (1 + n_rows, 2)
            What the model said of `Pool.as_is`: values and expected errors.
        mixed : sequence of (ndarray or None)
            And of each row's `block`.
        """
        typical, total = np.split(_with_logs(as_is), [1])
        parts, errors, alone = (np.zeros((len(total), len(self.properties), 2)) for _ in range(3))
        for row, said in enumerate(mixed):
            other, sets = self._sets[row]
            if said is None or sets is None:
                continue
            found, inner = _with_logs(said), _inner(sets)
            empty = np.logical_not(np.any(sets.members, axis=1, keepdims=True))
            answers = np.where(empty, typical, total[row])
            answers[inner] = found[: -len(other)]
            parts[row, other], errors[row, other] = sets.values(answers)
            alone[row, other] = total[row] - found[-len(other) :]
        return Contributions(
            self.properties, self.pool.index, typical[0], total, parts, errors, alone
        )

    def _coalitions(self, row: int) -> tuple[list[int], Coalitions | None]:
        """Choose coalitions of the properties that are other than the typical row's."""
        differs = self.pool.differs[row]
        other = [i for i, places in enumerate(self._places) if differs[places].any()]
        if not other:
            return other, None
        budget = _BUDGET_UNSEEN if self.pool.unlike[row].any() else _BUDGET
        return other, coalitions_for(len(other), budget, np.random.RandomState(_SEED))


def _inner(sets: Coalitions) -> BoolArray:
    """Tell the coalitions that are neither empty nor whole."""
    size = sets.members.sum(axis=1)
    return np.asarray((size > 0) & (size < sets.members.shape[1]))


def _with_logs(said: FloatArray) -> FloatArray:
    """Return values and logarithms of expected errors."""
    errors = np.log(np.maximum(said[:, 1], np.finfo(float).tiny))
    return np.column_stack([said[:, 0], errors])


def _groups(pair: Any, together: Iterable[Sequence[str]] | None) -> list[Sequence[str]]:
    """Add sources of one input, unless they are in a group already: mixed, they would disagree."""
    groups = list(together or ())
    for names in conflicting_pairs(pair):
        if not {name for group in groups for name in group} & set(names):
            groups.append(names)
    return groups
