"""Fit a formula whose terms are known, and give it plain numbers where those do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.suspicions.agreement import MATCHING_SHARE
from qconf.suspicions.formula import Family, Formula
from qconf.suspicions.robust_fit import least_absolute, trust_in
from qconf.suspicions.sheet import Sheet
from qconf.suspicions.terms import LevelTerm, Term

__all__ = ["fit_formula", "simplified"]

_LEAST_OF_A_LEVEL = 3
_MOST_DIGITS = 4
#: Plain numbers may lose so many of the rows that the fitted ones match, and come so much
#: farther from the rest, in units of what is allowed.
_LOST = 0.01
_FARTHER = 0.05


def fit_formula(
    family: Family, terms: Sequence[Term], level: LevelTerm | None, sheet: Sheet
) -> Formula | None:
    """Fit the coefficients of known terms on the rows of a sheet that are for fitting.

    Parameters
    ----------
    family : Family
    terms : sequence of Term
    level : LevelTerm or None
        With a constant for each level.
    sheet : Sheet

    Returns
    -------
    Formula or None
        None if too few rows have all the columns.
    """
    t, slack = family.on_scale(sheet.y, sheet.allowed)
    raw = [family.of_column(term.values(sheet.numbers)) for term in terms]
    known = np.isfinite(t) & np.isfinite(slack)
    for values in raw:
        known &= np.isfinite(values)
    rows = sheet.fit[known[sheet.fit]]
    if len(rows) < 2 * (len(terms) + 1):
        return None
    quartiles = np.array([np.quantile(values[rows], [0.25, 0.5, 0.75]) for values in raw])
    centred = [values[rows] - middle for values, (_, middle, _) in zip(raw, quartiles, strict=True)]
    columns = [*centred, *([np.ones(len(rows))] if level is None else _indicators(level, rows))]
    weight = 1.0 / slack[rows]
    far = [
        np.abs(values) / (high - low)
        for values, (low, _, high) in zip(centred, quartiles, strict=True)
        if high > low
    ]
    trust = trust_in(np.maximum.reduce([np.zeros(len(rows)), *far]))
    solved = least_absolute(np.column_stack(columns) * weight[:, None], t[rows] * weight, trust)
    slopes = solved[: len(terms)]
    parts = tuple((term, float(slope)) for term, slope in zip(terms, slopes, strict=True))
    return _with_constants(Formula(family, 0.0, parts, level), sheet, known)


def _indicators(level: LevelTerm, rows: IntArray) -> list[FloatArray]:
    codes = level.levels.codes[rows]
    return [(codes == one).astype(np.float64) for one in range(len(level.levels.labels))]


def _with_constants(formula: Formula, sheet: Sheet, known: BoolArray) -> Formula:
    """Set the constants of a formula to the medians of what its parts leave."""
    family = formula.family
    t, _ = family.on_scale(sheet.y, sheet.allowed)
    left = t - sum(
        (slope * family.of_column(term.values(sheet.numbers)) for term, slope in formula.parts),
        np.zeros(len(t)),
    )
    fit = np.zeros(len(t), dtype=bool)
    fit[sheet.fit] = True
    fit &= known & np.isfinite(left)
    if formula.by_level is None:
        return replace(formula, constant=float(np.median(left[fit])))
    codes = formula.by_level.levels.codes
    constants = np.full(len(formula.by_level.levels.labels), np.nan)
    for level in range(len(constants)):
        of_level = left[fit & (codes == level)]
        if len(of_level) >= _LEAST_OF_A_LEVEL:
            constants[level] = np.median(of_level)
    return replace(formula, constant=0.0, constants=constants)


def simplified(formula: Formula, sheet: Sheet) -> Formula:
    """Round the numbers of a formula as far as it still matches the same rows.

    Parameters
    ----------
    formula : Formula
    sheet : Sheet

    Returns
    -------
    Formula
        With coefficients such as 1, -1, 0.5 or 100, and without a constant, where that does.
    """
    least = max(MATCHING_SHARE, sheet.agreement(formula) - _LOST)
    most = 1.5 * sheet.distance(formula) + _FARTHER

    def does(candidate: Formula) -> bool:
        return sheet.agreement(candidate) >= least and sheet.distance(candidate) <= most

    for change in (_rounded_slopes, _rounded_constants):
        formula = next((one for one in change(formula, sheet) if does(one)), formula)
    return formula


def _rounded_slopes(formula: Formula, sheet: Sheet) -> Iterator[Formula]:
    everywhere = np.ones(len(sheet.y), dtype=bool)
    for digits in range(1, _MOST_DIGITS + 1):
        parts = tuple((term, _rounded(slope, digits)) for term, slope in formula.parts)
        yield _with_constants(replace(formula, parts=parts), sheet, everywhere)


def _rounded_constants(formula: Formula, sheet: Sheet) -> Iterator[Formula]:
    del sheet  # the constants are rounded as they are
    is_factor = formula.family.name == "product"
    if not is_factor:
        none = np.where(np.isnan(formula.constants), np.nan, 0.0)
        yield replace(formula, constant=0.0, constants=none)
    for digits in range(1, _MOST_DIGITS + 1):
        plain = [
            np.log(_rounded(float(np.exp(one)), digits)) if is_factor else _rounded(one, digits)
            for one in (formula.constant, *formula.constants)
        ]
        yield replace(formula, constant=float(plain[0]), constants=np.array(plain[1:]))


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")
