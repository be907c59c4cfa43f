"""A table that was checked and turned into numbers once, and is trusted from then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from qconf._types import BoolArray, FloatArray, IntArray, Table, TableLike
from qconf.core.restored import is_array, require
from qconf.core.validation import check_table, take_over_columns
from qconf.encoding.binning import renumbered
from qconf.encoding.encoder import TableEncoder
from qconf.errors import TableError

__all__ = ["UNKNOWN", "Encoded", "check_width", "encode", "takes_encoded"]

#: Stands for all levels that an encoder does not know; none is written so.
UNKNOWN = "\0"


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows of a table as numbers, with the encoder that made them.

    Learners and estimators that are given one do not check or encode it again: a blend does so
    once for all its members, in all folds.

    Attributes
    ----------
    matrix : ndarray of shape (n_samples, n_features)
        As `TableEncoder.transform` returns it.
    encoder : TableEncoder
        Fitted on these rows, or on a table that they, or others like them, are a part of.
    unseen : ndarray of shape (n_samples, n_features), dtype bool, or None
        Cells with a level that the encoder does not know, missing in `matrix`; None if there are
        none.
    """

    matrix: FloatArray
    encoder: TableEncoder
    unseen: BoolArray | None = None

    @classmethod
    def of(cls, table: Table, encoder: TableEncoder) -> Encoded:
        """Encode a table that was checked."""
        matrix, unseen = encoder.codes(table)
        return cls(matrix, encoder, unseen)

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.matrix.shape[0], self.matrix.shape[1]

    def is_measured(self, column: int) -> bool:
        """Tell numbers, booleans, dates and durations from levels."""
        return column not in self.encoder.levels_

    def factorized(self, column: int) -> tuple[IntArray, list[str]]:
        """Return the code of each row's level, -1 for missing, and the levels that are there."""
        levels = self.encoder.levels_[column]
        # By code: the levels, all that are unknown, and gaps.
        codes = np.nan_to_num(self.matrix[:, column], nan=len(levels) + 1).astype(np.intp)
        if self.unseen is not None:
            codes[self.unseen[:, column]] = len(levels)
        number, there = renumbered(codes, len(levels) + 2)
        names = [*levels, UNKNOWN]
        present = [names[code] for code in there if code < len(names)]
        return np.where(codes == len(names), -1, number), present

    def beside(self, numbers: FloatArray) -> Encoded:
        """Put columns of numbers, (n_samples, n_columns), to the right of these."""
        matrix = np.column_stack([self.matrix, numbers])
        n_more = matrix.shape[1] - self.shape[1]
        unseen = self.unseen
        if unseen is not None:
            unseen = np.pad(unseen, ((0, 0), (0, n_more)))
        return Encoded(matrix, self.encoder.wider(n_more), unseen)

    def check_restored(self) -> None:
        """Check rows from a file: what is looked up by a code must find a level there.

        Raises
        ------
        ValueError
        """
        require(isinstance(self.encoder, TableEncoder), "encoded rows have no encoder")
        width = self.encoder.n_features_in_
        require(is_array(self.matrix, np.float64, (None, width)), "encoded rows have other columns")
        require(
            self.unseen is None or is_array(self.unseen, bool, self.matrix.shape),
            "cells of encoded rows are unseen that are not there",
        )
        for column, levels in self.encoder.levels_.items():
            codes = self.matrix[:, column]
            known = np.isnan(codes) | np.isin(codes, np.arange(len(levels)))
            require(bool(known.all()), "encoded rows have levels that their encoder has not")

    def __getitem__(self, rows: IntArray | slice) -> Encoded:
        """Take rows by position."""
        unseen = None if self.unseen is None else self.unseen[rows]
        return Encoded(self.matrix[rows], self.encoder, unseen)


def check_width(estimator: Any, X: Encoded) -> None:
    """Check that rows have as many columns as those of `fit`: compiled loops look up columns.

    Raises
    ------
    TableError
    """
    if X.shape[1] != estimator.n_features_in_:
        msg = (
            f"X has {X.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input."
        )
        raise TableError(msg)


def takes_encoded(model: Any) -> bool:
    """Tell whether a model takes an `Encoded` table, as ours do; others' need not say."""
    return bool(getattr(model, "takes_encoded", False))


def encode(estimator: Any, X: TableLike | Encoded, *, reset: bool) -> Encoded:
    """Check and encode a table, unless that was done before.

    Parameters
    ----------
    estimator : estimator
        With `reset` it gets the attribute ``encoder_``; without, it has one.
    X : DataFrame, array-like or Encoded of shape (n_samples, n_features)
    reset : bool
        Whether the columns, their kinds and their levels are to be learned or held against.

    Returns
    -------
    Encoded

    Raises
    ------
    ValueError
        If the table breaks its rule, or its columns are others than in `fit`.
    NotFittedError
        If there was no `fit`.
    """
    if isinstance(X, Encoded):
        if reset:
            take_over_columns(estimator, X.encoder)
            estimator.encoder_ = X.encoder
        else:
            check_width(estimator, X)
        return X
    if not reset:
        check_is_fitted(estimator)
    table = check_table(estimator, X, reset=reset)
    if reset:
        estimator.encoder_ = TableEncoder().fit_checked(table, estimator)
    return Encoded.of(table, estimator.encoder_)
