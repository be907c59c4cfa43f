"""Predict rows in the order of time, each by a model that has learned only rows before it."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from sklearn.base import BaseEstimator

from qconf._types import ArrayLike, FloatArray, IntArray, TableLike
from qconf.core.all_or_nothing import all_or_nothing
from qconf.core.validation import select_rows
from qconf.errors import OptionError
from qconf.learners.online.coordinates import ActiveCoordinates, Columns
from qconf.learners.online.count_rates import IMMEDIATELY, CountRates, Known, Rows

__all__ = ["PredictsProgressively", "checked_known", "stretches"]

#: When bins are cut anew; by so many rows they are as good as by all.
_STARTS = (16, 64, 256, 1024)


class PredictsProgressively(BaseEstimator):
    """Mixin of a regressor that learns row by row, and cuts numbers into bins by its first rows.

    Attributes
    ----------
    bins : int or None
    """

    bins: int | None

    @abstractmethod
    def _checked(
        self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Columns, FloatArray, FloatArray]: ...

    @abstractmethod
    def _rows_to_learn(
        self, frame: Columns, target: FloatArray, weight: FloatArray, cut_by: int | None = None
    ) -> Rows: ...

    @abstractmethod
    def _models(self) -> list[CountRates]: ...

    @abstractmethod
    def _forget(self) -> None: ...

    @abstractmethod
    def __sklearn_is_fitted__(self) -> bool: ...

    def progressive_predict(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        known: IntArray | None = None,
    ) -> FloatArray:
        """Predict each row before its label is learned, and learn all: one compiled pass.

        Use `qconf.progressive_validation`, which sorts rows by time and works with any model.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            In the order of time.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), default=None
        known : ndarray of shape (n_samples,), default=None
            How many of these rows, from the first on, are learned before a row is predicted:
            rising, and at most its own position. None: all before it.

        Returns
        -------
        ndarray of shape (n_samples,)
            Numbers are cut into bins by rows before, too: a model that starts here begins anew
            with better bins when it has seen 16, 64, 256 and 1024 rows.

        Raises
        ------
        OptionError
            If `known` breaks its rule.
        ValueError
            The same as `partial_fit`.
        """
        return self._progress(X, y, sample_weight, known, lanes=False)[:, 0]

    def progressive_lanes(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        known: IntArray | None = None,
    ) -> FloatArray:
        """Predict each row by each replicate before its label is learned, and learn all.

        Without replicates it is the one model that predicts.

        Returns
        -------
        ndarray of shape (n_samples, max(1, n_bootstrap))
        """
        return self._progress(X, y, sample_weight, known, lanes=True)

    def _progress(
        self,
        X: TableLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        known: IntArray | None,
        *,
        lanes: bool,
    ) -> FloatArray:
        first = not self.__sklearn_is_fitted__()
        with all_or_nothing(self):
            frame, target, weight = self._checked(X, y, sample_weight)
            ready = None if known is None else checked_known(known, len(frame))
            again = first and bool(ActiveCoordinates(frame, self.bins).edges)
            told: list[FloatArray] = []
            for start, stop in stretches(len(frame)) if again else [(0, len(frame))]:
                if again:
                    # The bins of this stretch, cut by the rows before it.
                    self._forget()
                part = slice(stop)
                cut_by = max(start, 1) if again else None
                rows = self._rows_to_learn(
                    select_rows(frame, part), target[part], weight[part], cut_by
                )
                by_then = IMMEDIATELY if ready is None else ready[part]
                told.append(self._one_pass(rows, by_then, lanes=lanes)[start:])
            return np.concatenate(told)

    def _one_pass(self, rows: Rows, ready: Known, *, lanes: bool) -> FloatArray:
        """Learn rows in all models; return what one of them said of each before."""
        models = self._models()
        telling = models[-1] if lanes else models[0]
        for model in models:
            if model is not telling:
                model.learn(rows)
        return telling.progressive(rows, ready)


def checked_known(known: IntArray, n_rows: int) -> Known:
    """Check how many of the first rows are learned before each is predicted.

    Compiled loops that follow these numbers would read beyond the rows, or learn a row before it
    is predicted.

    Raises
    ------
    OptionError
    """
    ready = np.asarray(known)
    if (
        ready.shape != (n_rows,)
        or ready.dtype.kind not in "iu"
        or not ((ready >= 0) & (ready <= np.arange(n_rows))).all()
        or (np.diff(ready.astype(np.int64)) < 0).any()
    ):
        msg = (
            f"known must say of each of the {n_rows} rows how many before it were learned: whole "
            "numbers that rise, each at most the row's own position. Use progressive_validation."
        )
        raise OptionError(msg)
    return ready.astype(np.int64)


def stretches(n_rows: int) -> list[tuple[int, int]]:
    """Split rows where bins are cut anew.

    Parameters
    ----------
    n_rows : int

    Returns
    -------
    list of (start, stop)

    Examples
    --------
    >>> stretches(100)
    [(0, 16), (16, 64), (64, 100)]
    """
    starts = [0, *(start for start in _STARTS if start < n_rows)]
    return list(zip(starts, [*starts[1:], n_rows], strict=True))
