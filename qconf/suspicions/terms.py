"""Define the terms of a formula: columns, products and ratios of two, and per cent added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.suspicions.view import Levels
from qconf.suspicions.wording import bare

__all__ = ["Column", "Exponential", "LevelTerm", "OnePlus", "Pair", "Term"]

#: A line that lists more levels is not read.
_SHOWN_LEVELS = 3


@dataclass(frozen=True)
class Column:
    """A column as it is."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it is made of."""
        return (self.name,)

    @property
    def words(self) -> str:
        """How it is written."""
        return bare(self.name)

    def values(self, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Compute it for all rows."""
        return numbers[self.name]


@dataclass(frozen=True)
class OnePlus:
    """One plus or minus a share, ``1 + vat``, or a number in per cent, ``1 - discount / 100``."""

    name: str
    sign: int
    whole: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it is made of."""
        return (self.name,)

    @property
    def words(self) -> str:
        """How it is written."""
        share = bare(self.name) + (f" / {self.whole}" if self.whole != 1 else "")
        return f"(1 {'+' if self.sign > 0 else '-'} {share})"

    def values(self, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Compute it for all rows."""
        return 1.0 + self.sign * numbers[self.name] / self.whole


@dataclass(frozen=True)
class Exponential:
    """The exponential of a column, such as a logarithmic error."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it is made of."""
        return (self.name,)

    @property
    def words(self) -> str:
        """How it is written."""
        return f"exp({bare(self.name)})"

    def values(self, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Compute it for all rows."""
        return np.exp(np.clip(numbers[self.name], -100.0, 100.0))


@dataclass(frozen=True)
class Pair:
    """The product of two columns, which may be one, or their ratio."""

    first: str
    second: str
    ratio: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it is made of."""
        return (self.first, self.second)

    @property
    def words(self) -> str:
        """How it is written."""
        if self.first == self.second:
            return f"{bare(self.first)}^2"
        return f"{bare(self.first)} {'/' if self.ratio else '*'} {bare(self.second)}"

    def values(self, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Compute it for all rows."""
        first, second = numbers[self.first], numbers[self.second]
        if not self.ratio:
            return first * second
        known = np.isfinite(second) & (second != 0)
        ratios: FloatArray = np.divide(first, second, out=np.full(len(first), np.nan), where=known)
        return ratios


Term: TypeAlias = Column | OnePlus | Exponential | Pair


@dataclass(frozen=True, eq=False)
class LevelTerm:
    """A column of levels, each with a constant of its own: an exchange rate, a fee."""

    name: str
    levels: Levels

    def commonest(self, constants: FloatArray) -> IntArray:
        """Return the levels to be shown: the commonest of those that have a constant."""
        codes = self.levels.codes
        counts = np.bincount(codes[codes >= 0], minlength=len(constants))
        by_count = np.argsort(-counts, kind="stable")
        return by_count[np.isfinite(constants[by_count])][:_SHOWN_LEVELS]
