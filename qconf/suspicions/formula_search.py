"""Search for a formula of few columns that computes the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, permutations
from typing import TypeAlias

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.suspicions.agreement import MATCHING_SHARE
from qconf.suspicions.copies import rank_correlation
from qconf.suspicions.design import Design, make_design
from qconf.suspicions.fitting import fit_formula, simplified
from qconf.suspicions.formula import FAMILIES, Family, Formula
from qconf.suspicions.robust_fit import least_absolute
from qconf.suspicions.sheet import Sheet, make_sheet
from qconf.suspicions.terms import Column, Exponential, LevelTerm, OnePlus, Pair, Term
from qconf.suspicions.view import View

__all__ = ["find_formula"]

#: A fit of all columns at once needs so many rows a column.
_ROWS_A_COLUMN = 2
#: With all columns and their gaps filled, so many rows must come close for a search to begin.
_WORTH_A_SEARCH = 0.6
#: A formula has no more terms than the months of a year; on the way some may be too many.
_MOST_TERMS = 12
_MOST_TRIED = 18
_SIMPLE = 2
#: Pairs of columns grow with the square of their number.
_MOST_PAIRED = 12
#: Where not all columns can be fitted at once, a search gives up when half of the rows are further
#: off than this, in units of what is allowed.
_HOPELESS = 6.0
_FEW_TERMS = 4
_LEAST_ROWS = 15
_REPEATED = 1e-10

Candidates: TypeAlias = Sequence[Term | LevelTerm]


def find_formula(view: View, without: frozenset[str] = frozenset()) -> tuple[Formula, float] | None:
    """Find a formula that gives the target within 1 % in 90 % of the rows.

    Fitted on some rows and judged on others, so that many columns and few rows are no formula.

    Parameters
    ----------
    view : View
    without : frozenset of str, default=frozenset()
        Columns to leave out.

    Returns
    -------
    (Formula, float) or None
        The formula, of few terms and with plain numbers where those do, and the share of rows.
    """
    # Logarithms of gaps, squares of the huge: what is not finite is not used.
    with np.errstate(all="ignore"):
        return _simplest(make_sheet(view, without))


def _simplest(sheet: Sheet) -> tuple[Formula, float] | None:
    best: Formula | None = None
    for family, nested in _attempts(sheet):
        found = _attempt(family, nested, sheet)
        if found is not None and (best is None or _size(found) < _size(best)):
            best = found
        if best is not None and _size(best) <= _SIMPLE:
            break
    if best is None:
        return None
    plain = simplified(best, sheet)
    return plain, sheet.agreement(plain)


def _size(formula: Formula) -> int:
    return len(formula.parts) + 2 * (formula.by_level is not None)


def _attempts(sheet: Sheet) -> Iterator[tuple[Family, list[Candidates]]]:
    """List families of formulas, the plainest first, with the terms they may have.

    Each with smaller sets of terms, for tables with too few rows for the larger.
    """
    plain: list[Term] = [Column(name) for name in sheet.numbers]
    levels = [LevelTerm(name, found) for name, found in sheet.levels.items()]
    shares = _shares(sheet)
    few = {name for term in shares for name in term.columns if name in sheet.levels}
    factors = [term for term in plain if not few.intersection(term.columns)]
    yield FAMILIES["product"], [[*factors, *shares, *levels], [*factors, *shares], plain]
    yield FAMILIES["sum"], [[*plain, *levels], plain]
    for name in ("hypotenuse", "harmonic", "sum of logarithms"):
        yield FAMILIES[name], [plain]
    names = _likeliest(sheet, _MOST_PAIRED)
    products = [Pair(a, b) for a, b in combinations_with_replacement(names, 2)]
    ratios = [Pair(a, b, ratio=True) for a, b in permutations(names, 2)]
    if products:
        yield FAMILIES["sum"], [[*plain, *products, *ratios]]


def _shares(sheet: Sheet) -> list[Term]:
    """List ``1 + share`` of columns that may be shares, or numbers in per cent."""
    found: list[Term] = []
    for name, values in sheet.numbers.items():
        known = np.abs(values[np.isfinite(values)])
        size = np.quantile(known, 0.95) if len(known) else np.inf
        # Yes and no are no shares, and counts no per cents.
        if name in sheet.levels and (size > 1 or np.isin(known, [0, 1]).all()):
            continue
        whole = 1 if size <= 1 else 100
        if size < 100:  # noqa: PLR2004 - per cent
            found += [OnePlus(name, 1, whole), OnePlus(name, -1, whole)]
        if size <= 1:
            found.append(Exponential(name))
    return found


def _likeliest(sheet: Sheet, most: int) -> list[str]:
    """Choose the columns that go most with the target, in the order of the table."""
    names = list(sheet.numbers)
    if len(names) <= most:
        return names
    rows = sheet.fit
    strength = [abs(rank_correlation(sheet.numbers[name][rows], sheet.y[rows])) for name in names]
    strongest = np.argsort(-np.nan_to_num(strength), kind="stable")[:most]
    return [names[index] for index in sorted(strongest)]


def _attempt(family: Family, nested: Sequence[Candidates], sheet: Sheet) -> Formula | None:
    """Look for a formula of one family: with all terms at once if the rows suffice."""
    known = np.isfinite(family.on_scale(sheet.y, sheet.allowed)[0][sheet.fit])
    if known.sum() < max(len(sheet.fit) / 2, _LEAST_ROWS):
        return None
    for candidates in nested:
        design = make_design(family, candidates, sheet)
        rows = sheet.fit[design.usable[sheet.fit]]
        if len(rows) < _LEAST_ROWS:
            continue
        all_at_once = design.X.shape[1] * _ROWS_A_COLUMN <= len(rows)
        most = _FEW_TERMS
        if all_at_once:
            solved = least_absolute(design.X[rows], design.t[rows], design.trust[rows], hasty=True)
            close = np.abs(design.t - design.X @ solved) <= 1
            if close[sheet.check].mean() < _WORTH_A_SEARCH:
                return None
            rows, most = rows[close[rows]], _MOST_TRIED
            if len(rows) < _LEAST_ROWS:
                return None
        chosen = _forward(design, family, rows, sheet, most)
        if chosen is not None or all_at_once:
            return None if chosen is None else _backward(chosen, family, sheet)
    return None


def _forward(
    design: Design, family: Family, rows: IntArray, sheet: Sheet, most: int
) -> list[Term | LevelTerm] | None:
    """Add the candidate that explains most, one after another, until a formula is found."""
    X, left = design.X[rows], design.t[rows]
    basis = _unit_vectors(X[:, :1])
    chosen: list[int] = []
    for _ in range(most):
        rest = X - basis @ (basis.T @ X)
        left = left - basis @ (basis.T @ left)
        size = np.square(rest).sum(axis=0)
        # What is left of a column that the chosen ones already make up is rounding.
        worth = np.where(size > _REPEATED * np.square(X).sum(axis=0), np.square(rest.T @ left), 0.0)
        gain = worth / np.maximum(size, 1e-300)
        gain[np.isin(design.owner, [-1, *chosen])] = 0.0
        if gain.max() <= 0:
            return None
        # Of candidates that are as good as each other, the plainest comes first.
        owner = int(design.owner[np.argmax(gain >= gain.max() * (1 - 1e-6))])
        chosen.append(owner)
        basis = np.hstack([basis, _unit_vectors(rest[:, (design.owner == owner) & (gain > 0)])])
        if np.median(np.abs(left - basis @ (basis.T @ left))) > _HOPELESS:
            continue
        picked = [design.candidates[index] for index in chosen]
        if _agreement(picked, family, sheet) >= MATCHING_SHARE:
            return picked
    return None


def _unit_vectors(columns: FloatArray) -> FloatArray:
    """Return orthonormal vectors that span the columns, also if these repeat each other."""
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(vectors[:, sizes > _REPEATED * sizes[0]])


def _backward(picked: list[Term | LevelTerm], family: Family, sheet: Sheet) -> Formula | None:
    """Leave out what a formula does without."""
    for one in list(picked):
        fewer = [other for other in picked if other is not one]
        if _agreement(fewer, family, sheet) >= MATCHING_SHARE:
            picked = fewer
    return _formula(picked, family, sheet) if len(picked) <= _MOST_TERMS else None


def _agreement(picked: Sequence[Term | LevelTerm], family: Family, sheet: Sheet) -> float:
    formula = _formula(picked, family, sheet)
    return 0.0 if formula is None else sheet.agreement(formula)


def _formula(picked: Sequence[Term | LevelTerm], family: Family, sheet: Sheet) -> Formula | None:
    # In the order of the table, that people know.
    place = {name: number for number, name in enumerate(sheet.numbers)}
    terms = [one for one in picked if not isinstance(one, LevelTerm)]
    terms.sort(key=lambda term: [place[name] for name in term.columns])
    levels = [one for one in picked if isinstance(one, LevelTerm)]
    if not picked:
        return None
    choices: list[LevelTerm | None] = [*levels] if levels else [None]
    fitted = [fit_formula(family, terms, level, sheet) for level in choices]
    return max((one for one in fitted if one), key=sheet.agreement, default=None)
