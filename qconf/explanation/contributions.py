"""Split values and expected errors over the columns of a row, by asking the model itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray, Table, TableLike
from qconf.core.validation import check_table
from qconf.errors import OptionError
from qconf.explanation.coalitions import Coalitions, coalitions_for
from qconf.explanation.conflicts import conflicting_pairs
from qconf.explanation.mixed_rows import answers, stacked
from qconf.explanation.properties import Property, properties_of
from qconf.model.background import Background

__all__ = ["Contributions", "background_of", "contributions", "pair_of"]

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
    pair = pair_of(model)
    background = background_of(pair)
    known = [one.name for one in background.columns]
    properties = properties_of(known, _groups(pair, together))
    table = check_table(pair, X, reset=False)
    labels = X.index if isinstance(X, pd.DataFrame) else pd.RangeIndex(len(table))
    index = labels if labels.is_unique else pd.RangeIndex(len(table))
    pool = stacked(table, background.typical)
    # As they are: the typical row, and those that are asked for.
    as_is = np.repeat(np.arange(len(pool))[:, None], pool.shape[1], axis=1)
    typical, total = np.split(answers(pair, pool, as_is), [1])
    typical = typical[0]
    differs, unseen = _differs(pair, background, pool)
    asked = _Asked(pair, pool, properties, known)
    told = [
        asked.of_row(row + 1, differs[row], unseen[row], typical, total[row])
        for row in range(len(table))
    ]
    parts, errors, alone = (np.stack([one[i] for one in told]) for i in range(3))
    return Contributions(properties, index, typical, total, parts, errors, alone)


def pair_of(model: Any) -> Any:
    """Return the valuation model with its confidence that a model is, or holds.

    Raises
    ------
    OptionError
        If it is none.
    """
    pair = model
    for name in ("model", "estimator_"):
        pair = getattr(pair, name, pair)
    if not (hasattr(pair, "predict_with_error") and hasattr(pair, "features_of")):
        msg = (
            "Only a fitted ConfidentRegressor, or what holds one, can be explained; this is a "
            f"{type(model).__name__}."
        )
        raise OptionError(msg)
    return pair


def background_of(pair: Any) -> Background:
    """Return what the rows of a fit were like.

    Raises
    ------
    OptionError
        If the model does not know.
    """
    known = getattr(pair, "background_", None)
    if not isinstance(known, Background):
        msg = (
            "The model does not know what the rows of its fit were like: it was saved by an older "
            "version of qconf, or is not fitted. Fit it again."
        )
        raise OptionError(msg)
    return known


def _groups(pair: Any, together: Iterable[Sequence[str]] | None) -> list[Sequence[str]]:
    """Add sources of one input, unless they are in a group already: mixed, they would disagree."""
    groups = list(together or ())
    for names in conflicting_pairs(pair):
        if not {name for group in groups for name in group} & set(names):
            groups.append(names)
    return groups


@dataclass(frozen=True, eq=False)
class _Asked:
    """A model that is asked for mixed rows of a pool, whose first row is the typical one."""

    model: Any
    pool: Table
    properties: tuple[Property, ...]
    known: Sequence[str]

    def of_row(
        self, row: int, differs: BoolArray, unseen: bool, typical: FloatArray, total: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Split one row; what is as in the typical row adds nothing."""
        other = [i for i, one in enumerate(self.properties) if differs[self._places(one)].any()]
        parts, errors, alone = (np.zeros((len(self.properties), 2)) for _ in range(3))
        if other:
            random = np.random.RandomState(_SEED)
            sets = coalitions_for(len(other), _BUDGET_UNSEEN if unseen else _BUDGET, random)
            said, without = self._told(row, other, sets, typical, total)
            parts[other], errors[other] = sets.values(said)
            alone[other] = total - without
        return parts, errors, alone

    def _told(
        self, row: int, other: list[int], sets: Coalitions, typical: FloatArray, total: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Ask for each coalition, and for all properties but one, at once.

        What is said of the empty and of the whole coalition is known.
        """
        size = sets.members.sum(axis=1)
        inner = (size > 0) & (size < len(other))
        but_one = ~np.eye(len(other), dtype=bool)
        members = np.concatenate([sets.members[inner], but_one])
        found = answers(self.model, self.pool, self._rows(row, other, members))
        said = np.where((size == 0)[:, None], typical, total)
        said[inner] = found[: -len(other)]
        return said, found[-len(other) :]

    def _rows(self, row: int, other: list[int], members: BoolArray) -> IntArray:
        """Say where each mixed cell comes from; what no model reads is the row's own."""
        columns = [str(name) for name in _names(self.pool)]
        places = np.full((len(members), len(columns)), row, dtype=np.intp)
        for at, i in enumerate(other):
            own = [columns.index(name) for name in self.properties[i].columns]
            places[:, own] = np.where(members[:, at], row, 0)[:, None]
        return places

    def _places(self, one: Property) -> list[int]:
        return [self.known.index(name) for name in one.columns]


def _differs(pair: Any, background: Background, pool: Table) -> tuple[BoolArray, BoolArray]:
    """Tell the cells that are other than the typical row's, and rows with one never seen."""
    matrix, unseen = background.encoder.codes(pair.features_of(pool))
    same = (matrix[1:] == matrix[0]) | (np.isnan(matrix[1:]) & np.isnan(matrix[0]))
    if unseen is not None:
        same &= ~unseen[1:]
    unlike: BoolArray = np.asarray(pair.unlike(pool))[1:]
    return np.logical_not(same), np.asarray(unlike.any(axis=1))


def _names(pool: Table) -> list[str]:
    if isinstance(pool, pd.DataFrame):
        return [str(name) for name in pool.columns]
    return [f"x{i}" for i in range(pool.shape[1])]
