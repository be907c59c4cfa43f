"""Remember rows and their predictions, for rows that come again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qconf._types import BoolArray, FloatArray

__all__ = ["RowMemory", "row_keys"]

_Keys = np.ndarray[tuple[int], np.dtype[np.uint64]]

#: Predictions of a row that are closer are taken for the same: an export may round.
_SAME = 0.01
#: From so many rows on a share of them means something.
_FEWEST = 20
#: Where more of the repeated rows of `fit` disagree, predictions hang on more than the features.
_DISAGREEING = 0.1
#: Odd 64-bit numbers of the mixing function of SplitMix64.
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True)
class RowMemory:
    """Keys of the rows of `fit`, with their predictions.

    Attributes
    ----------
    keys : ndarray of shape (n_rows,), dtype uint64
        Of all features, sorted.
    value : ndarray of shape (n_rows,), dtype float32
        Prediction on the shadow's scale.
    alike : ndarray of shape (n_alike,), dtype uint64
        Of all features but times, sorted and distinct.
    is_function : bool
        Whether rows of `fit` that were alike in all features had the same prediction.
    """

    keys: _Keys
    value: np.ndarray[tuple[int], np.dtype[np.float32]]
    alike: _Keys
    is_function: bool

    @classmethod
    def of(cls, keys: _Keys, alike: _Keys, value: FloatArray) -> Self:
        """Remember rows by their keys."""
        order = np.argsort(keys, kind="stable")
        ordered, values = keys[order], value[order]
        repeated = ordered[1:] == ordered[:-1]
        differ = np.abs(np.diff(values))[repeated] > _SAME
        is_function = not len(differ) or float(differ.mean()) <= _DISAGREEING
        return cls(ordered, values.astype(np.float32), np.unique(alike), bool(is_function))

    def knows(self, alike: _Keys) -> BoolArray:
        """Tell rows that are alike one of `fit` in all but times."""
        return _find(self.alike, alike)[1]

    def contradicts(
        self, keys: _Keys, value: FloatArray, reach: FloatArray | float = 0.0
    ) -> tuple[bool, int, int]:
        """Hold rows that came again against their predictions in `fit`.

        Parameters
        ----------
        keys : ndarray of shape (n_rows,), dtype uint64
        value : ndarray of shape (n_rows,)
            Prediction on the shadow's scale.
        reach : float or ndarray of shape (n_rows,), default=0.0
            How far all predictions of a time may have moved together.

        Returns
        -------
        contradicted : bool
            Whether most of at least 20 distinct rows have another prediction, by more than 1 % and
            `reach`.
        differing, again : int
            How many distinct rows have another prediction, of how many that came again.
        """
        distinct, first = np.unique(keys, return_index=True)
        place, there = _find(self.keys, distinct)
        again = int(there.sum())
        difference = np.abs(value[first[there]] - self.value[place[there]])
        allowed = _SAME + np.broadcast_to(reach, keys.shape)[first[there]]
        differing = int((difference > allowed).sum())
        enough = self.is_function and again >= _FEWEST
        return enough and 2 * differing > again, differing, again


def row_keys(matrix: FloatArray) -> _Keys:
    """Hash rows of numbers to 64 bits each; missing values are alike.

    Parameters
    ----------
    matrix : ndarray of shape (n_samples, n_features)

    Returns
    -------
    ndarray of shape (n_samples,), dtype uint64
    """
    # Adding 0 turns the other zero, -0.0, into 0.0.
    bits: Any = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix) + 0.0)
    bits = bits.view(np.uint64)
    key = np.zeros(len(matrix), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for i in range(matrix.shape[1]):
            key = _mixed(key + bits[:, i] + np.uint64(0x9E3779B97F4A7C15))
    return key


def _mixed(key: _Keys) -> _Keys:
    key = (key ^ (key >> np.uint64(30))) * _MIX[0]
    key = (key ^ (key >> np.uint64(27))) * _MIX[1]
    return key ^ (key >> np.uint64(31))


def _find(known: _Keys, keys: _Keys) -> tuple[Any, BoolArray]:
    place = np.searchsorted(known, keys)
    place = np.minimum(place, len(known) - 1)
    return place, known[place] == keys
