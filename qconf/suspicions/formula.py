"""Represent a formula that computes the target from a few columns, and write it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np

from qconf._types import FloatArray
from qconf.suspicions.terms import LevelTerm, Term
from qconf.suspicions.wording import bare, short

__all__ = ["FAMILIES", "Family", "Formula"]

Function: TypeAlias = Callable[[FloatArray], FloatArray]


def _identity(values: FloatArray) -> FloatArray:
    return values


def _log(values: FloatArray) -> FloatArray:
    """Take the logarithm of the size; zero has none."""
    size = np.abs(values)
    logs: FloatArray = np.log(size, out=np.full(len(size), np.nan), where=size > 0)
    return logs


def _root(values: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(values, 0))


def _reciprocal(values: FloatArray) -> FloatArray:
    inverse: FloatArray = np.divide(
        1.0, values, out=np.full(len(values), np.nan), where=values != 0
    )
    return inverse


@dataclass(frozen=True, eq=False)
class Family:
    """Formulas that are sums once functions are applied to the columns and to the target.

    Attributes
    ----------
    name : str
    of_column, of_target : callable
    inverse : callable
        Of the target's function.
    """

    name: str
    of_column: Function
    of_target: Function
    inverse: Function

    def on_scale(self, y: FloatArray, allowed: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return targets on this scale, and to first order what is allowed there.

        NaN for targets that the scale does not know, such as the logarithm of zero.
        """
        t = self.of_target(y)
        slack = np.abs(self.of_target(y + np.where(y < 0, -allowed, allowed)) - t)
        unknown = ~np.isfinite(t) | ~np.isfinite(slack) | (slack == 0)
        return np.where(unknown, np.nan, t), np.where(unknown, np.nan, slack)


FAMILIES: Final[dict[str, Family]] = {
    family.name: family
    for family in (
        Family("sum", _identity, _identity, _identity),
        Family("product", _log, _log, np.exp),
        Family("hypotenuse", np.square, np.square, _root),
        Family("harmonic", _reciprocal, _reciprocal, _reciprocal),
        Family("sum of logarithms", _log, _identity, _identity),
    )
}
#: How a column is written in a sum of functions, and the sum itself.
_WRITTEN: Final = {
    "sum": ("{}", "{}"),
    "hypotenuse": ("{}^2", "sqrt({})"),
    "harmonic": ("1 / {}", "1 / ({})"),
    "sum of logarithms": ("log({})", "{}"),
}


@dataclass(frozen=True, eq=False)
class Formula:
    """Target = function of a few columns.

    Attributes
    ----------
    family : Family
    constant : float
        On the family's scale.
    parts : tuple of (Term, float)
        Terms of numbers, each with its coefficient: a factor, or in a product an exponent.
    by_level : LevelTerm or None
        A column of levels, each of which has a constant of its own.
    constants : ndarray of shape (n_levels,)
        Added to `constant`; NaN where a level was not seen often enough.
    """

    family: Family
    constant: float
    parts: tuple[tuple[Term, float], ...]
    by_level: LevelTerm | None = None
    constants: FloatArray = field(default_factory=lambda: np.zeros(0))

    def values(self, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Compute the target; NaN where a column is missing."""
        total = np.asarray(self.constant)
        sign = np.asarray(1.0)
        for term, coefficient in self.parts:
            raw = term.values(numbers)
            if self.family.name == "product":
                sign = sign * np.where(coefficient % 2 == 1, np.sign(raw), 1.0)
            with np.errstate(divide="ignore"):
                total = total + coefficient * self.family.of_column(raw)
        if self.by_level is not None:
            padded = np.append(self.constants, np.nan)
            total = total + padded[self.by_level.levels.codes]
        return np.asarray(sign * self.family.inverse(np.atleast_1d(total)))

    @property
    def columns(self) -> list[str]:
        """Names of all columns that take part, each once."""
        named = [name for term, _ in self.parts for name in term.columns]
        if self.by_level is not None:
            named.append(self.by_level.name)
        return list(dict.fromkeys(named))

    def in_words(self, target: str) -> str:
        """Write the formula.

        Examples
        --------
        >>> from qconf.suspicions.terms import Column
        >>> parts = ((Column("m2"), 1.0), (Column("price_per_m2"), 1.0))
        >>> Formula(FAMILIES["product"], 0.0, parts).in_words("price")
        'price = m2 * price_per_m2'
        """
        name = bare(target)
        if self.by_level is None:
            return f"{name} = {self._right_side()}"
        labels = self.by_level.levels.labels
        shown = self.by_level.commonest(self.constants)
        column = bare(self.by_level.name)
        sides = [
            f"{one._right_side()} where {column} is {label}"  # noqa: SLF001 - of its own kind
            for one, label in ((self._at(level), labels[level]) for level in shown)
        ]
        more = ", ..." if len(shown) < int(np.isfinite(self.constants).sum()) else ""
        return f"{name} = {', '.join(sides)}{more}"

    def _at(self, level: int) -> Formula:
        constant = self.constant + float(self.constants[level])
        return replace(self, constant=constant, by_level=None)

    def _right_side(self) -> str:
        if self.family.name == "product":
            return _product(float(np.exp(self.constant)), self.parts)
        column, whole = _WRITTEN[self.family.name]
        return whole.format(_sum(self.constant, self.parts, column))


def _product(factor: float, parts: tuple[tuple[Term, float], ...]) -> str:
    above = [_power(term.words, exponent) for term, exponent in parts if exponent > 0]
    below = [_power(term.words, -exponent) for term, exponent in parts if exponent < 0]
    if not np.isclose(factor, 1.0, rtol=1e-9) or not above:
        above.insert(0, short(factor))
    bottom = "".join(f" / {one}" for one in below)
    return " * ".join(above) + bottom


def _power(words: str, exponent: float) -> str:
    return words if exponent == 1 else f"{words}^{short(exponent)}"


def _sum(constant: float, parts: tuple[tuple[Term, float], ...], column: str) -> str:
    ordered = sorted(parts, key=lambda part: part[1] < 0)
    text = ""
    for term, coefficient in ordered:
        words = column.format(term.words)
        size = abs(coefficient)
        one = words if size == 1 else f"{short(size)} * {words}"
        joined = (" - " if coefficient < 0 else " + ") if text else ("-" if coefficient < 0 else "")
        text += f"{joined}{one}"
    if constant or not text:
        joined = (" - " if constant < 0 else " + ") if text else ""
        text += f"{joined}{short(abs(constant) if text else constant)}"
    return text
