"""Expect errors of rows with a value that was never seen: as of rows alike in all else.

A level that was not in `fit` says nothing of its row, and neither does a gap in a column that had
none. A model still answers something: trees send both down the side that is left over, which may
be that of the safest rows. The sound answer is the mean over what might stand in the cell, and
that is taken here, over training rows, whatever the model is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray, Table
from qconf.core.restored import is_array, require
from qconf.core.row_by_row import product
from qconf.core.validation import select_rows
from qconf.encoding.columns import factorized, is_measured
from qconf.encoding.encoded import Encoded

__all__ = ["UnseenCells", "unseen_cells"]

#: Training rows whose cells stand in for one that was never seen.
_STAND_INS = 32
#: Rows with such cells that are predicted at once, each with all stand-ins.
_ROWS_AT_ONCE = 2048


T = TypeVar("T", bound="Table | Encoded")


def unseen_cells(X: Table | Encoded, residual: FloatArray) -> UnseenCells[Any]:
    """Remember which cells a table of `fit` had, be it encoded or not.

    Parameters
    ----------
    X : DataFrame, ndarray or Encoded of shape (n_samples, n_features)
        Checked.
    residual : ndarray of shape (n_samples,)

    Returns
    -------
    UnseenCells
    """
    if isinstance(X, Encoded):
        return UnseenCodes(X, residual)
    return UnseenTexts(X, residual)


class UnseenCells(ABC, Generic[T]):
    """Which cells a table of `fit` had, and rows of it that stand in for those it never had.

    Parameters
    ----------
    X : table of shape (n_samples, n_features)
        Checked.
    residual : ndarray of shape (n_samples,)
        Half of the stand-ins are drawn by their squared residual, for a mean of squares hangs on
        the few rows that have most of it; weights undo that.

    Attributes
    ----------
    stand_ins : table of shape (n_stand_ins, n_features)
    weights : ndarray of shape (n_stand_ins,)
        They add up to 1.
    mean_square : float
        Of the residuals.
    """

    def __init__(self, X: T, residual: FloatArray) -> None:
        self._remember(X)
        self.mean_square = float(np.mean(residual**2))
        rows, self.weights = _representative(residual)
        self.stand_ins: T = select_rows(X, rows)

    def check_restored(self) -> None:
        """Check what comes from a file: each row is repeated for each stand-in.

        Raises
        ------
        ValueError
        """
        require(
            is_array(self.weights, np.float64, (_STAND_INS,)) and len(self.stand_ins) == _STAND_INS,
            "the stand-ins are more or fewer than there should be",
        )

    @abstractmethod
    def _remember(self, X: T) -> None:
        """Learn which levels there are, and which columns have no gap."""

    @abstractmethod
    def never_seen(self, X: T) -> BoolArray:
        """Tell the cells whose level, or whose lack of a value, was not in the table of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype bool
        """

    @abstractmethod
    def _stacked(self, X: T) -> T:
        """Put the stand-ins below other rows."""

    @abstractmethod
    def _filled(self, X: T, unseen: BoolArray) -> T:
        """Repeat each row with the cells of every stand-in where its own were never seen."""

    def expected(self, predict: Callable[[T], FloatArray], X: T) -> FloatArray:
        """Predict expected errors; where a cell was never seen, the root of their mean square.

        Averaged over training rows that mean is at least the mean square of the residuals, also
        of a model whose expected errors are smaller than these: of a value of which nothing is
        known, nothing good is known.

        Parameters
        ----------
        predict : callable
            Gets a table and returns expected errors of its rows, shape (n_samples,).
        X : table of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """

        def squares(table: T) -> FloatArray:
            found = predict(self._stacked(table)) ** 2
            own = float(self.weights @ found[-len(self.weights) :])
            lift = max(1.0, self.mean_square / own) if own > 0 else 1.0
            return lift * found[: len(table), None]

        return self._answers(lambda table: predict(table)[:, None], squares, X)[:, 0]

    def signals(self, predict: Callable[[T], FloatArray], X: T) -> FloatArray:
        """Predict several numbers >= 0 of each row likewise, shape (n_samples, n_signals)."""
        return self._answers(predict, lambda table: predict(table) ** 2, X)

    def _answers(
        self,
        predict: Callable[[T], FloatArray],
        squares: Callable[[T], FloatArray],
        X: T,
    ) -> FloatArray:
        """Predict rows as they are, or by the mean of the squares that stand-ins give."""
        unseen = self.never_seen(X)
        odd = unseen.any(axis=1)
        if not odd.any():
            return predict(X)
        rows = np.flatnonzero(odd)
        parts = np.array_split(rows, -(-len(rows) // _ROWS_AT_ONCE))
        mean = np.sqrt(
            np.concatenate([self._mean_square(squares, X, unseen, part) for part in parts])
        )
        answer = np.empty((len(X), mean.shape[1]))
        answer[odd] = mean
        if not odd.all():
            answer[~odd] = predict(select_rows(X, np.flatnonzero(~odd)))
        return answer

    def _mean_square(
        self, squares: Callable[[T], FloatArray], X: T, unseen: BoolArray, rows: IntArray
    ) -> FloatArray:
        filled = self._filled(select_rows(X, rows), unseen[rows])
        found = squares(filled)
        each = found.reshape(len(rows), len(self.weights), found.shape[1])
        mean = product(each.swapaxes(1, 2).reshape(-1, len(self.weights)), self.weights)
        return mean.reshape(len(rows), found.shape[1])


class UnseenTexts(UnseenCells[Table]):
    """Cells of a DataFrame, or of an array that may hold anything."""

    def _remember(self, X: Table) -> None:
        self.complete: BoolArray = np.logical_not(_missing(X).any(axis=0))
        self.levels = {
            i: frozenset(factorized(column)[1]) for i, column in _named_columns(X).items()
        }

    def know(self, column: int, levels: Iterable[str] | None, *, gaps: bool) -> None:
        """Take levels for ones that were seen, or all of a column (None); and gaps.

        Parameters
        ----------
        column : int
            Its position.
        levels : iterable of str or None
        gaps : bool
        """
        if gaps:
            self.complete[column] = False
        if levels is None:
            self.levels.pop(column, None)
        elif column in self.levels:
            self.levels[column] |= set(levels)

    def never_seen(self, X: Table) -> BoolArray:
        unseen: BoolArray = _missing(X) & self.complete
        for i, known in self.levels.items():
            codes, names = factorized(_column(X, i))
            new = [name not in known for name in names]
            if any(new):
                unseen[:, i] |= np.append(new, False)[codes]
        return unseen

    def _stacked(self, X: Table) -> Table:
        if isinstance(X, pd.DataFrame) and isinstance(self.stand_ins, pd.DataFrame):
            return pd.concat([X, self.stand_ins], ignore_index=True)
        return np.concatenate([X, self.stand_ins])

    def _filled(self, X: Table, unseen: BoolArray) -> Table:
        row, stand_in = _pairs(len(X), len(self.weights))
        both = self._stacked(X)
        filled = select_rows(both, row)
        for i in map(int, np.flatnonzero(unseen.any(axis=0))):
            cells = np.where(unseen[row, i], len(X) + stand_in, row)
            if isinstance(filled, pd.DataFrame):
                filled.isetitem(i, _column(both, i).iloc[cells].array)
            else:
                filled[:, i] = np.asarray(_column(both, i))[cells]
        return filled


class UnseenCodes(UnseenCells[Encoded]):
    """Cells of an encoded table, of which a part of the rows was fitted on."""

    def check_restored(self) -> None:
        """Check what comes from a file: what is known of a column is looked up by its codes.

        Raises
        ------
        ValueError
        """
        super().check_restored()
        require(isinstance(self.stand_ins, Encoded), "the stand-ins are not encoded")
        encoder = self.stand_ins.encoder
        require(
            is_array(self.complete, bool, (encoder.n_features_in_,))
            and list(self.known) == list(encoder.levels_)
            and all(is_array(self.known[i], bool, (len(levels) + 1,))
                    for i, levels in encoder.levels_.items()),
            "the cells that a fit had are of other columns",
        )  # fmt: skip

    def _remember(self, X: Encoded) -> None:
        self.complete = ~np.isnan(X.matrix).any(axis=0)
        self.known = {
            i: np.bincount(_codes(X.matrix[:, i], len(levels)), minlength=len(levels) + 1) > 0
            for i, levels in X.encoder.levels_.items()
        }

    def never_seen(self, X: Encoded) -> BoolArray:
        missing = np.isnan(X.matrix)
        unseen: BoolArray = missing & self.complete
        for i, known in self.known.items():
            if not known[:-1].all():
                codes = _codes(X.matrix[:, i], len(known) - 1)
                unseen[:, i] |= ~known[codes] & ~missing[:, i]
        return unseen if X.unseen is None else unseen | X.unseen

    def _stacked(self, X: Encoded) -> Encoded:
        return Encoded(np.concatenate([X.matrix, self.stand_ins.matrix]), X.encoder)

    def _filled(self, X: Encoded, unseen: BoolArray) -> Encoded:
        row, stand_in = _pairs(len(X), len(self.weights))
        cells = np.where(unseen[row], self.stand_ins.matrix[stand_in], X.matrix[row])
        return Encoded(cells, X.encoder)


def _pairs(n_rows: int, n_stand_ins: int) -> tuple[IntArray, IntArray]:
    """Return all pairs of a row and a stand-in, row by row."""
    return np.repeat(np.arange(n_rows), n_stand_ins), np.tile(np.arange(n_stand_ins), n_rows)


def _codes(column: FloatArray, missing: int) -> IntArray:
    return np.where(np.isnan(column), missing, column).astype(np.intp)


def _missing(X: Table) -> BoolArray:
    missing: BoolArray = np.asarray(pd.isna(X))
    return missing


def _named_columns(X: Table) -> dict[int, pd.Series[Any]]:
    """Return the columns that hold levels, by position."""
    if not isinstance(X, pd.DataFrame):
        if X.dtype.kind != "O":
            return {}
        X = pd.DataFrame(X).infer_objects()
    return {i: X.iloc[:, i] for i in range(X.shape[1]) if not is_measured(X.iloc[:, i])}


def _column(X: Table, i: int) -> pd.Series[Any]:
    column: pd.Series[Any] = X.iloc[:, i] if isinstance(X, pd.DataFrame) else pd.Series(X[:, i])
    return column


def _representative(residual: FloatArray) -> tuple[IntArray, FloatArray]:
    """Choose rows evenly along the size of their residuals, and the weights that undo the choice.

    A systematic sample with probabilities that are a half the same for all rows, and a half in
    proportion to squared residuals.
    """
    size = np.abs(residual)
    order = np.argsort(size, kind="stable")
    relative = size[order] / (size.max() or 1.0)
    squares = relative**2
    chance = 0.5 / len(size) + 0.5 * squares / squares.sum() if squares.any() else None
    if chance is None:
        chance = np.full(len(size), 1.0 / len(size))
    at = (np.arange(_STAND_INS) + 0.5) / _STAND_INS
    chosen = np.minimum(np.searchsorted(np.cumsum(chance), at), len(size) - 1)
    weights = 1.0 / chance[chosen]
    return order[chosen], weights / weights.sum()
