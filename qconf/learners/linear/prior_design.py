"""The design of a linear model with a prior: what a prior speaks of, and all other columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.restored import require
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.readable_design import ReadableDesign
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.linear.prior_columns import (
    average_numbers,
    commonest,
    read_terms,
    seen_ranges,
    term_values,
    within_reason,
    without,
)

__all__ = ["PriorDesign"]

_RARE = " other"


class PriorDesign:
    """Columns of `ReadableDesign` for what a prior says nothing of, and its terms after them.

    Numbers are standardised for the sake of arithmetic, and coefficients are turned into those of
    the table's units by one matrix, in which form they are believed in.

    Parameters
    ----------
    prior : CoefficientPrior
    max_levels : int

    Attributes
    ----------
    typical, common : dict
        As in `CoefficientPrior`, with what was found in these rows.
    """

    def __init__(self, prior: CoefficientPrior, max_levels: int) -> None:
        self.prior = prior
        self.max_levels = max_levels

    def fit(self, frame: pd.DataFrame) -> FloatArray:
        """Learn the design of a checked table with names, and return it.

        Returns
        -------
        ndarray of shape (n_samples, n_terms)

        Raises
        ------
        OptionError
            If the prior is of a column that the table does not have.
        """
        self._terms = read_terms(self.prior.terms, frame)
        # Where nothing is said of a typical row, it is the average one.
        average = {} if self.prior.has_base else average_numbers(self._terms, frame)
        self.typical: dict[str, float] = {**average, **self.prior.typical}
        self.common = commonest(self._terms, self.prior.common, frame)
        plain = without(self._terms, self.common, frame)
        self._encoder = TableEncoder().fit(plain)
        self._others = ReadableDesign(self.max_levels, self.common)
        others = self._others.fit(self._encoder, self._encoder.encode(plain))
        values = term_values(self._terms, self.typical, frame)
        self._seen = seen_ranges(self._terms, self.typical, self.prior.seen, values)
        spread = values.std(axis=0)
        self._step: FloatArray = np.where(self._numbers & (spread > 0), spread, 1.0)
        return np.hstack([others, values / self._step])

    def transform(self, frame: pd.DataFrame, coefficients: FloatArray) -> FloatArray:
        """Return the design of a checked table with names.

        Beyond the numbers seen, terms of the prior may raise what is predicted by as much as they
        say, and lower it by little.

        Parameters
        ----------
        frame : DataFrame of shape (n_samples, n_columns)
        coefficients : ndarray of shape (n_terms,)

        Returns
        -------
        ndarray of shape (n_samples, n_terms)
        """
        values = term_values(self._terms, self.typical, frame)
        effects = coefficients[self.n_others :] / self._step
        values = within_reason(values, self._terms, effects, self._seen, self.prior.lowers)
        plain = self._encoder.encode(without(self._terms, self.common, frame))
        return np.hstack([self._others.transform(plain), values / self._step])

    def check_restored(self) -> None:
        """Check what comes from a file: levels are looked up by the codes of the encoder.

        Raises
        ------
        ValueError
        """
        require(isinstance(self._others, ReadableDesign), "the design of a prior has no other one")
        self._others.check_columns(self._encoder)

    @property
    def n_others(self) -> int:
        """How many columns there are before those of the prior."""
        return len(self._others.terms)

    @property
    def names(self) -> list[str]:
        """What the columns of the design are called."""
        return [*self._others.terms, *(term.name for term in self._terms)]

    @property
    def compared_with(self) -> list[str]:
        """What a step of each is compared with."""
        told = list(self._others.compared_with)
        for term in self._terms:
            others = {"number": "1 less", "missing": f"{term.column} known"}
            common = self.common.get(term.column, "other levels")
            told.append(others.get(term.kind, common))
        return told

    def known_cells(self) -> dict[str, tuple[list[str] | None, bool]]:
        """Tell which levels of columns, and whether gaps, are known without any row.

        Returns
        -------
        dict of str to (list of str or None, bool)
            Whoever has a rule for some levels means that the others are typical: None is all of
            them. What was learned from rows speaks of the levels of these.
        """
        known: dict[str, tuple[list[str] | None, bool]] = {}
        for column in dict.fromkeys(term.column for term in self._terms):
            own = [term for term in self._terms if term.column == column]
            levels = [str(term.level) for term in own if term.kind == "level"]
            gaps = any(term.kind == "missing" for term in own)
            common = self.prior.common.get(column)
            if common is not None:
                levels.append(common.removeprefix(f"{column}="))
            known[column] = (None if levels and common is None else levels), gaps
        return known

    def imaginary_rows(
        self, matrix: FloatArray, count: float, *, of_prior: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Make rows that are average in all columns but one, and their weights.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_terms)
        count : float
            What those of one column weigh together.
        of_prior : bool
            Whether there are any for the terms of the prior, too.
        """
        rows, weights = self._others.imaginary_rows(matrix, count)
        if of_prior:
            apart = np.eye(len(self.names))[self.n_others :]
            more = matrix.mean(axis=0) + np.vstack([-apart, apart])
            rows, weights = (
                np.vstack([rows, more]),
                np.append(weights, np.full(len(more), count / 2)),
            )
        return rows, weights

    def to_table(self) -> FloatArray:
        """Return the matrix that turns coefficients of columns into those of the table's units."""
        zero, step = self._others.units()
        steps = np.concatenate([[1.0], step, self._step])
        matrix = np.diag(1.0 / steps)
        # A typical row has the median of what the prior says nothing of.
        matrix[0, 1 : self.n_others] = (self._others.fills() - zero) / step
        return matrix

    def prior_of_columns(self, log_scale: float) -> tuple[FloatArray, FloatArray]:
        """Return mean and precision of what is believed of the coefficients of columns.

        Parameters
        ----------
        log_scale : float
            Logarithm of what the target was divided by.
        """
        to_table = self.to_table()
        mean, precision = np.zeros(len(to_table)), np.zeros(to_table.shape)
        place = [self.names.index(term) for term in self.prior.terms]
        mean[place] = self.prior.shifted(-log_scale).mean
        precision[np.ix_(place, place)] = self.prior.precision
        of_columns = to_table.T @ precision @ to_table
        others = np.arange(1, self.n_others)
        of_columns[others, others] += self.prior.others_sd**-2.0
        of_mean: FloatArray = np.asarray(np.linalg.solve(to_table, mean), dtype=np.float64)
        return of_mean, of_columns

    def believed(
        self, coefficients: FloatArray, precision: FloatArray, log_scale: float
    ) -> CoefficientPrior:
        """Return what is believed of the coefficients, in the units of the table."""
        back = np.linalg.inv(self.to_table())
        zero, step = self._others.units()
        low, high = (zero + step * end for end in self._others.ranges())
        fills, typical, seen = self._others.fills(), dict(self.typical), dict(self.prior.seen)
        for j, name in enumerate(self._others.terms[1:]):
            if self._others.is_number(name):
                typical[name], seen[name] = float(fills[j]), (float(low[j]), float(high[j]))
        for term, (least, most) in zip(self._terms, self._seen.T.tolist(), strict=True):
            if term.kind == "number":
                centre = self.typical.get(term.name, 0.0)
                seen[term.name] = least + centre, most + centre
        mean = self.to_table() @ coefficients
        terms, around = tuple(self.names), back.T @ precision @ back
        kept = typical, seen, dict(self.common), self.prior.lowers, self.prior.others_sd
        whole = CoefficientPrior(terms, mean, around, *kept)
        # Which levels are the rare ones is another question in other rows.
        rare = [name for name in self._others.terms if name.endswith(_RARE)]
        return whole.shifted(log_scale).without(rare)

    @property
    def _numbers(self) -> Any:
        return np.array([term.kind == "number" for term in self._terms], dtype=bool)
