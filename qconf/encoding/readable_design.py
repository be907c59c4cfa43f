"""The design of a linear model on a table, with a name for each of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.restored import require
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.linear_design import GAP, OTHERS, LinearDesign

__all__ = ["BASE", "ReadableDesign"]

#: The name of the column of ones.
BASE = "(base)"
#: Stands for a level that others are compared with; no other term's name is empty.
_COMMON = ""


class Term(NamedTuple):
    """One column of the design, and how it comes from a column of `LinearDesign`."""

    name: str
    compared_with: str
    is_number: bool
    column: int
    factor: float = 1.0
    offset: float = 0.0


class ReadableDesign:
    """The columns of `LinearDesign`, a column of ones before them, and what each stands for.

    Numbers are standardised, and stay within what was seen in `fit`; whether one is missing, and
    each level but the most common of a category, is 0 or 1.

    Parameters
    ----------
    max_levels : int, default=30
        How many columns a category gets at most.
    common : mapping of str to str, default=None
        For columns by name, what the others are compared with (``zone=a``) in place of the most
        common level, where it is there.

    Attributes
    ----------
    terms : list of str
        Such as ``(base)``, ``area``, ``area missing``, ``zone=b``, ``zone other``.
    compared_with : list of str
        What a step of each is compared with: ``57.1 less``, ``area known``, ``zone=a``.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"area": [1.0, 3.0, None], "zone": ["a", "b", "b"]})
    >>> encoder = TableEncoder().fit(table)
    >>> design = ReadableDesign()
    >>> design.fit(encoder, encoder.transform(table)).round(2)
    array([[ 1.  , -1.22,  0.  ,  1.  ],
           [ 1.  ,  1.22,  0.  ,  0.  ],
           [ 1.  ,  0.  ,  1.  ,  0.  ]])
    >>> design.terms
    ['(base)', 'area', 'area missing', 'zone=a']
    """

    def __init__(self, max_levels: int = 30, common: Mapping[str, str] | None = None) -> None:
        self.max_levels = max_levels
        self.common = common

    def fit(self, encoder: TableEncoder, encoded: FloatArray) -> FloatArray:
        """Learn the design of an encoded table, and return it.

        Parameters
        ----------
        encoder : TableEncoder
            Fitted; it knows names and levels.
        encoded : ndarray of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_terms)
        """
        # The level that others are compared with is to be the most common one, not the first.
        self._design = LinearDesign(encoder.is_categorical_, self.max_levels, drop=None)
        matrix = self._design.fit(encoded).transform(encoded)
        names = encoder.get_feature_names_out().tolist()
        terms = self._numbers(names)
        terms += self._levels(encoder, names, matrix[:, len(terms) :].sum(axis=0))
        factors = np.array([[term.factor, term.offset] for term in terms]).reshape(-1, 2)
        matrix = matrix * factors[:, 0] + factors[:, 1]
        # What never changes says nothing.
        said = np.ptp(matrix, axis=0) > 0
        self._kept: IntArray = np.flatnonzero(said & [term.name != _COMMON for term in terms])
        self._factors = factors[self._kept]
        self._terms = [terms[i] for i in self._kept]
        self.terms = [BASE, *(term.name for term in self._terms)]
        self.compared_with = ["", *(term.compared_with for term in self._terms)]
        matrix = matrix[:, self._kept]
        self._low, self._high = matrix.min(axis=0), matrix.max(axis=0)
        return _with_ones(matrix)

    def transform(self, encoded: FloatArray) -> FloatArray:
        """Return the design of an encoded table, shape (n_samples, n_terms)."""
        # A level that was not seen is taken as a rare or the most common one.
        matrix = self._design.transform(encoded)
        matrix = matrix[:, self._kept] * self._factors[:, 0] + self._factors[:, 1]
        return _with_ones(np.clip(matrix, self._low, self._high))

    def check_columns(self, encoder: Any) -> None:
        """Check what comes from a file: levels are looked up by the codes of an encoder.

        Parameters
        ----------
        encoder : TableEncoder

        Raises
        ------
        ValueError
        """
        require(isinstance(self._design, LinearDesign), "a readable design has no design")
        self._design.check_columns(encoder)

    def imaginary_rows(self, matrix: FloatArray, count: float) -> tuple[FloatArray, FloatArray]:
        """Make rows that are average in all terms but one, for each term and both of its sides.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_terms)
            The design.
        count : float
            What a level, or both sides of a number together, weigh.

        Returns
        -------
        rows : ndarray of shape (n_rows, n_terms)
        weights : ndarray of shape (n_rows,)
        """
        average = matrix.mean(axis=0)
        rows, weights = [], []
        for columns, is_number in self._together():
            n = len(columns)
            values = np.array([[-1.0], [1.0]]) if is_number else np.eye(n + 1, n, k=-1)
            block = np.tile(average, (len(values), 1))
            block[:, columns] = values
            rows.append(block)
            weights.append(np.full(len(values), count / 2 if is_number else count))
        if not rows:
            return np.empty((0, matrix.shape[1])), np.empty(0)
        return np.vstack(rows), np.concatenate(weights)

    def units(self) -> tuple[FloatArray, FloatArray]:
        """Return what each column but the first is at zero, and its step, in the table's units.

        Returns
        -------
        zero, step : ndarray of shape (n_terms - 1,)
            The mean and the standard deviation of a number; 0 and 1 of what is 0 or 1.
        """
        zero, step = np.zeros(len(self._terms)), np.ones(len(self._terms))
        design = self._design
        place = {int(column): k for k, column in enumerate(design.numbers_)}
        for j, term in enumerate(self._terms):
            if term.is_number:
                zero[j], step[j] = (
                    one[place[term.column]] for one in (design.mean_, design.scale_)
                )
        return zero, step

    def is_number(self, name: str) -> bool:
        """Tell whether a term is a number of the table, standardised."""
        return any(term.is_number for term in self._terms if term.name == name)

    def fills(self) -> FloatArray:
        """Return what stands for a missing number in each column but the first; 0 for others."""
        filled = dict(zip(self._design.numbers_.tolist(), self._design.medians_, strict=True))
        return np.array([filled[one.column] if one.is_number else 0.0 for one in self._terms])

    def ranges(self) -> tuple[FloatArray, FloatArray]:
        """Return the least and the largest of each column but the first, as in the design."""
        return self._low, self._high

    def _together(self) -> list[tuple[IntArray, bool]]:
        """List the positions of terms that exclude each other, and whether they are a number."""
        keys = [(term.column, term.is_number) for term in self._terms]
        return [
            (1 + np.flatnonzero([key == one for one in keys]), key[1])
            for key in dict.fromkeys(keys)
        ]

    def _numbers(self, names: list[Any]) -> list[Term]:
        """Describe the standardised numbers, and after them what tells that one is missing."""
        design = self._design
        known, missing, scale = design.numbers_, design.with_gaps_, design.scale_
        terms = [
            Term(str(names[i]), f"{step:.4g} less", True, int(i))
            for i, step in zip(known, scale, strict=False)
        ]
        # Standardised like the numbers; they are 0 and 1 again with their scale and their mean.
        scale_and_mean = np.column_stack([scale, design.mean_])[len(known) :].tolist()
        return terms + [
            Term(
                f"{names[i]} missing", f"{names[i]} known", False, int(i), float(step), float(mean)
            )
            for i, (step, mean) in zip(missing, scale_and_mean, strict=True)
        ]

    def _levels(self, encoder: TableEncoder, names: list[Any], counts: FloatArray) -> list[Term]:
        """Describe each level of each category but the most common one, which has no name."""
        owner = self._design.indicators_[:, 0]
        levels = [
            _level(names[i], encoder.levels_[i], code)
            for i, code in self._design.indicators_.tolist()
        ]
        # What is asked for is more common than any.
        asked = {str(name): level for name, level in (self.common or {}).items()}
        chosen = [
            level == asked.get(str(names[i]))
            for i, level in zip(owner.tolist(), levels, strict=True)
        ]
        counts = counts + counts.sum() * np.array(chosen, dtype=bool)
        common = {i: int(np.argmax(np.where(owner == i, counts, -1.0))) for i in owner.tolist()}
        return [
            Term(_COMMON if k == common[i] else levels[k], levels[common[i]], False, i)
            for k, i in enumerate(owner.tolist())
        ]


def _level(name: Any, levels: Any, code: int) -> str:
    """Write a level as the user knows it."""
    if code == GAP:
        return f"{name} missing"
    if code == OTHERS:
        return f"{name} other"
    return f"{name}={levels[code]}"


def _with_ones(matrix: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(matrix)), matrix])
