"""The typical row of a model, rows that are explained, and what the model says of mixtures."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, Table, TableLike
from qconf.core.validation import check_table
from qconf.encoding.columns import as_frame
from qconf.encoding.encoded import Encoded
from qconf.errors import OptionError
from qconf.explanation.mixed_rows import mixed_rows, stacked
from qconf.model.background import Background
from qconf.model.coded_pair import coded_pair
from qconf.model.named_columns import columns_of_fit

__all__ = ["Block", "Pool", "background_of", "pair_of"]

#: Rows that a model is asked for: encoded, or as they are where it has to see them.
Block = Any
#: Rows that are asked at once.
_AT_ONCE = 16_384
#: The typical row of each background, as models read it.
_TYPICAL: WeakKeyDictionary[Background, tuple[pd.DataFrame, Encoded]] = WeakKeyDictionary()


class Pool:
    """The typical row, which is row 0, and rows that are explained, which are rows 1, 2, ...

    Parameters
    ----------
    model : ConfidentRegressor, SelectiveRegressor, FittedModel or CertifiedModel
        Fitted.
    X : DataFrame or array-like of shape (n_rows, n_features)

    Attributes
    ----------
    pair : ConfidentRegressor
    background : Background
    features, typical : DataFrame of shape (n_rows, n_features) and (1, n_features)
        As the models read them.
    matrix : ndarray of shape (1 + n_rows, n_features)
        Codes of both.
    unseen : ndarray of shape (1 + n_rows, n_features), dtype bool
        Cells with a level that the encoder does not know.
    """

    def __init__(self, model: Any, X: TableLike) -> None:
        self.pair = pair_of(model)
        self.background = background_of(self.pair)
        self._coded = coded_pair(self.pair)
        self._X = X
        self.typical, typical = self._read_typical()
        self.features = as_frame(self.pair.features_of(X))
        own = Encoded.of(self.features, self.pair.encoder)
        self.matrix: FloatArray = np.concatenate([typical.matrix, own.matrix])
        self.unseen: BoolArray = np.zeros(self.matrix.shape, dtype=bool)
        for rows, one in ((slice(0, 1), typical), (slice(1, None), own)):
            if one.unseen is not None:
                self.unseen[rows] = one.unseen

    def __len__(self) -> int:
        """Return the number of rows that are explained."""
        return len(self.features)

    @property
    def index(self) -> pd.Index[Any]:
        """Labels of the rows; their positions where a label stands twice."""
        X = self._X
        labels = X.index if isinstance(X, pd.DataFrame) else pd.RangeIndex(len(self))
        return labels if labels.is_unique else pd.RangeIndex(len(self))

    @cached_property
    def unlike(self) -> BoolArray:
        """Cells of the rows that hold what no row of the fit held, shape (n_rows, n_features)."""
        unlike: BoolArray = self.pair.unlike_codes(self._encoded(self.matrix, self.unseen)[1:])
        return unlike

    @cached_property
    def differs(self) -> BoolArray:
        """Cells of the rows that are other than the typical row's, shape (n_rows, n_features)."""
        own, typical = self.matrix[1:], self.matrix[0]
        same = (own == typical) | (np.isnan(own) & np.isnan(typical))
        differs: BoolArray = np.logical_not(same & ~self.unseen[1:])
        return differs

    @property
    def is_coded(self) -> bool:
        """Whether the model reads codes, so that nothing has to be written as rows are."""
        return self._coded is not None

    def as_is(self) -> Block:
        """Return all rows, the typical one first."""
        return self._encoded(self.matrix, self.unseen) if self.is_coded else self._table

    def mixed(self, row: int, own: BoolArray) -> Block:
        """Take cells from a row, and the others from the typical one.

        Parameters
        ----------
        row : int
            Of the pool.
        own : ndarray of shape (n_mixed, n_features), dtype bool
        """
        if self.is_coded:
            cells = np.where(own, self.matrix[row], self.matrix[0])
            return self._encoded(cells, np.where(own, self.unseen[row], self.unseen[0]))
        # What no model reads is the row's own.
        places = np.full((len(own), self._table.shape[1]), row, dtype=np.intp)
        columns = _names(self._table)
        at = [columns.index(one.name) for one in self.background.columns]
        places[:, at] = np.where(own, row, 0)
        return mixed_rows(self._table, places)

    def changed(self, row: int, steps: Sequence[Mapping[int, float]]) -> Encoded:
        """Repeat a row, each time with other codes in some columns; where codes are read."""
        matrix = np.repeat(self.matrix[[row]], len(steps), axis=0)
        unseen = np.repeat(self.unseen[[row]], len(steps), axis=0)
        for i, codes in enumerate(steps):
            for at, code in codes.items():
                matrix[i, at], unseen[i, at] = code, False
        return self._encoded(matrix, unseen)

    def ask(self, *blocks: Block) -> list[FloatArray]:
        """Ask the model of several blocks of rows, at once if it reads codes.

        Returns
        -------
        list of ndarray of shape (n_rows of the block, 2)
            Values and expected errors.
        """
        if not self.is_coded:
            with warnings.catch_warnings():
                # What there is to say of the rows has been said of them as they are.
                warnings.simplefilter("ignore")
                return [self._said_of(block) for block in blocks]
        whole = self._encoded(
            np.concatenate([one.matrix for one in blocks]),
            np.concatenate([_unseen(one) for one in blocks]),
        )
        said = self._said_of(whole)
        ends = np.cumsum([len(one) for one in blocks])
        return np.split(said, ends[:-1])

    def _said_of(self, block: Block) -> FloatArray:
        said = np.empty((len(block), 2))
        for start in range(0, len(block), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            rows = block.iloc[part] if isinstance(block, pd.DataFrame) else block[part]
            said[part] = np.column_stack(self._both(rows))
        return said

    def _both(self, rows: Any) -> tuple[FloatArray, FloatArray]:
        if isinstance(rows, Encoded):
            return self.pair.predict_encoded(rows)  # type: ignore[no-any-return]
        return self.pair.predict_with_error(rows)  # type: ignore[no-any-return]

    def _encoded(self, matrix: FloatArray, unseen: BoolArray) -> Encoded:
        return Encoded(matrix, self.pair.encoder, unseen if unseen.any() else None)

    @cached_property
    def _table(self) -> Table:
        table = check_table(self.pair, columns_of_fit(self.pair, self._X, self.pair), reset=False)
        return stacked(table, self.background.typical)

    def _read_typical(self) -> tuple[pd.DataFrame, Encoded]:
        if self.background not in _TYPICAL:
            features = as_frame(self.pair.features_of(self.background.typical))
            _TYPICAL[self.background] = features, Encoded.of(features, self.pair.encoder)
        return _TYPICAL[self.background]


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


def _unseen(rows: Encoded) -> BoolArray:
    return np.zeros(rows.matrix.shape, dtype=bool) if rows.unseen is None else rows.unseen


def _names(table: Table) -> list[str]:
    if isinstance(table, pd.DataFrame):
        return [str(name) for name in table.columns]
    return [f"x{i}" for i in range(table.shape[1])]
