"""Known sales with all that does not hang on the rows that are explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import ArrayLike, FloatArray, IntArray, RandomState, TableLike
from qconf.core.error_scale import error_scale
from qconf.core.validation import select_rows
from qconf.explanation.comparables_rows import Rows, Sales, known_sales
from qconf.explanation.comparables_trees import (
    Similarity,
    ValueTrees,
    similarity_of,
    surrogate_of,
    value_trees,
)
from qconf.learners.trees.shared_leaves import (
    AlikeRows,
    Window,
    leaves_of,
    most_alike,
    shared_with,
)
from qconf.model.regressor import ConfidentRegressor

__all__ = ["PreparedSales"]

#: Leaves of more are not kept: so many bytes.
_MOST_KEPT = 2**28


@dataclass(frozen=True, eq=False)
class PreparedSales:
    """Known sales, and the trees by which rows are alike: of one model, for any rows.

    Safe in threads, once something was asked of it.

    Attributes
    ----------
    model : ConfidentRegressor
    known : Sales
    split : ValueTrees or None
        By which adjustments are split.
    similarity : Similarity
    keeps_leaves : bool
        Whether the leaves of all sales are found once, for many rows one by one; for a few, not
        finding them is sooner.
    """

    model: ConfidentRegressor
    known: Sales
    split: ValueTrees | None
    similarity: Similarity
    keeps_leaves: bool

    @classmethod
    def of(
        cls,
        model: ConfidentRegressor,
        sales: TableLike | None,
        target: str | ArrayLike | None,
        random_state: RandomState = None,
        *,
        keeps_leaves: bool = False,
    ) -> Self:
        """Take in sales.

        Parameters
        ----------
        model : ConfidentRegressor
        sales, target, random_state
            As in `qconf.comparables`.
        keeps_leaves : bool, default=False

        Raises
        ------
        OptionError, TableError, EstimatorError
            As `qconf.comparables`.
        """
        known = known_sales(model, sales, target)
        own = value_trees(model)
        split = surrogate_of(model, known, random_state) if own is None else own
        similarity = similarity_of(model, own, split)
        n_bytes = sum(one.n_trees for one in similarity.forests) * len(known.price)
        return cls(model, known, split, similarity, keeps_leaves and n_bytes <= _MOST_KEPT)

    @property
    def on_ratios(self) -> bool:
        """Whether residuals are log ratios, and not differences."""
        return error_scale(self.model.error).needs_positive

    @cached_property
    def prediction(self) -> FloatArray:
        """What was said of each sale without having seen its price, shape (n_sales,)."""
        return self.known.prediction(on_ratios=self.on_ratios)

    @cached_property
    def matrix(self) -> FloatArray:
        """The sales as the trees read them."""
        return self.similarity.matrix(self.model, self.known.rows, self.prediction)

    @cached_property
    def leaves(self) -> NDArray[Any]:
        """The leaf of each sale in each tree, shape (n_trees, n_sales)."""
        leaves: NDArray[Any] = leaves_of(self.similarity.forests, self.matrix)
        return leaves

    @cached_property
    def squares(self) -> FloatArray:
        """Squared residuals, shape (n_sales,)."""
        squares: FloatArray = self.known.residual**2
        return squares

    def most_alike(self, rows: Rows, value: FloatArray, n: int, window: Window) -> AlikeRows:
        """Find the sales that share the most leaves with each row.

        Parameters
        ----------
        rows : Rows
        value : ndarray of shape (n_rows,)
            Of the valuation model.
        n : int
        window : Window
        """
        forests = self.similarity.forests
        matrix = self.similarity.matrix(self.model, rows, value)
        if self.keeps_leaves or len(matrix) > 1:
            known = self.leaves
            asked: Any = leaves_of(forests, matrix)
        else:
            known = shared_with(forests, self.matrix, matrix[0])
            asked = np.ones((len(known), 1), dtype=known.dtype)
        return most_alike(
            known, asked, min(n, len(self.known.price)), sharp=self.similarity.sharp,
            window=window, squares=self.squares,
        )  # fmt: skip

    def values_now(self, place: IntArray) -> FloatArray:
        """Return what the valuation model says of some sales now, having seen those of its fit."""
        seen = self.known.was_fitted[place]
        value = self.prediction[place]
        if seen.any():
            now = self._values[place[seen]] if self.keeps_leaves else self._valued(place[seen])
            value[seen] = np.where((now > 0) | (not self.on_ratios), now, value[seen])
        return value

    def parts(self, rows: Rows, row: IntArray, place: IntArray) -> FloatArray:
        """Split what rows are worth beyond sales over the features, pair by pair.

        Parameters
        ----------
        rows : Rows
        row, place : ndarray of shape (n_pairs,)
            Positions of rows and of sales.

        Returns
        -------
        ndarray of shape (n_pairs, n_columns)
            Without columns if there is nothing to split by; in logarithms if `split.on_logs`.
        """
        if self.split is None:
            return np.empty((len(row), 0))
        own = self.split.matrix(rows)[row]
        return self.split.parts(own, self._split_matrix[place])

    @cached_property
    def _split_matrix(self) -> FloatArray:
        assert self.split is not None  # is asked for where there is one  # noqa: S101
        return self.split.matrix(self.known.rows)

    @cached_property
    def _values(self) -> FloatArray:
        return self._valued(np.arange(len(self.known.price)))

    def _valued(self, place: IntArray) -> FloatArray:
        return self.model.values_of(self._features(place))

    def _features(self, place: IntArray) -> Any:
        return select_rows(self.known.rows.features, place)
