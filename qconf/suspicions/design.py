"""Make the design matrix of candidate terms of a formula, gaps filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.suspicions.formula import Family
from qconf.suspicions.robust_fit import trust_in
from qconf.suspicions.sheet import Sheet
from qconf.suspicions.terms import LevelTerm, Term

__all__ = ["Design", "make_design"]

_LEAST_KNOWN = 0.5
_LEAST_OF_A_LEVEL = 3
#: A cell so far out (in interquartile ranges) is a typo, and would pull any fit towards it.
_ABSURD = 200.0


@dataclass(frozen=True, eq=False)
class Design:
    """Columns to choose from, each row divided by what is allowed there.

    Attributes
    ----------
    X : ndarray of shape (n_samples, 1 + n_columns)
        A constant first.
    t : ndarray of shape (n_samples,)
        The target, on the family's scale.
    owner : ndarray of shape (1 + n_columns,)
        Index into `candidates` of what each column belongs to; -1 for the constant.
    candidates : list of Term or LevelTerm
    usable : ndarray of shape (n_samples,)
        Rows whose target the family knows, and without absurd cells.
    trust : ndarray of shape (n_samples,)
        Less than one for rows that are far out in some column: a cell may be wrong.
    """

    X: FloatArray
    t: FloatArray
    owner: IntArray
    candidates: list[Term | LevelTerm]
    usable: BoolArray
    trust: FloatArray


def make_design(family: Family, candidates: Sequence[Term | LevelTerm], sheet: Sheet) -> Design:
    """Put candidates into a matrix.

    Parameters
    ----------
    family : Family
    candidates : sequence of Term or LevelTerm
        Those with too many gaps, or without any spread, are left out.
    sheet : Sheet
    """
    t, slack = family.on_scale(sheet.y, sheet.allowed)
    fit = sheet.fit[np.isfinite(t[sheet.fit])]
    columns, owner = [np.ones(len(t))], [-1]
    terms = [one for one in candidates if not isinstance(one, LevelTerm)]
    for number, term in enumerate(terms):
        columns.append(family.of_column(term.values(sheet.numbers)))
        owner.append(number)
    X, kept = _standardized(np.column_stack(columns), fit)
    farthest = np.abs(X).max(axis=1)
    usable = np.isfinite(t) & (farthest < _ABSURD) & ~_far_out(t, fit)
    trust = trust_in(farthest)
    levels = [one for one in candidates if isinstance(one, LevelTerm)]
    blocks = [_indicators(one, fit) for one in levels]
    for number, block in enumerate(blocks, start=len(terms)):
        owner += [number] * block.shape[1]
    X = np.hstack([X, *blocks])
    per_slack = np.where(usable, 1.0 / np.where(usable, slack, 1.0), 0.0)
    owners = np.array(owner)[np.append(kept, np.ones(X.shape[1] - len(kept[kept]), dtype=bool))]
    scaled = np.where(usable, t, 0.0) * per_slack
    return Design(X * per_slack[:, None], scaled, owners, [*terms, *levels], usable, trust)


def _standardized(X: FloatArray, fit: IntArray) -> tuple[FloatArray, BoolArray]:
    """Centre and scale columns by quartiles, fill gaps; leave out those without spread.

    Returns the columns, the constant first, and which of them were kept.
    """
    ordered = np.sort(X[fit], axis=0)  # what is missing comes last
    known = np.isfinite(ordered).sum(axis=0)
    at = [(known * share).astype(np.intp).clip(0, len(fit) - 1) for share in (0.25, 0.5, 0.75)]
    low, middle, high = (np.take_along_axis(ordered, one[None, :], axis=0)[0] for one in at)
    # Where half of the rows are alike, the quartiles may be one number.
    off = np.where(np.isfinite(ordered), ordered - middle, 0.0)
    width = np.where(high > low, high - low, np.sqrt(np.square(off).mean(axis=0)))
    kept = (known > _LEAST_KNOWN * len(fit)) & (width > 0)
    scaled = (X - middle) / np.where(kept, width, 1.0)
    kept[0] = True
    scaled[:, 0] = 1.0
    return np.where(np.isfinite(scaled), scaled, 0.0)[:, kept], kept


def _far_out(t: FloatArray, fit: IntArray) -> BoolArray:
    low, middle, high = np.quantile(t[fit], [0.25, 0.5, 0.75])
    far: BoolArray = (np.abs(t - middle) > _ABSURD * (high - low)) & (high > low)
    return far


def _indicators(term: LevelTerm, fit: IntArray) -> FloatArray:
    """Mark the rows of each level but the commonest; rare ones count as the commonest."""
    codes = term.levels.codes
    counts = np.bincount(codes[fit][codes[fit] >= 0], minlength=len(term.levels.labels))
    often = np.flatnonzero(counts >= _LEAST_OF_A_LEVEL)
    rest = often[often != np.argmax(counts)]
    marks: FloatArray = (codes[:, None] == rest).astype(np.float64)
    return marks
