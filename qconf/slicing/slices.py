"""A slice: rows that share one or two properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.slicing.properties import Condition, Property

__all__ = ["Slice"]


@dataclass(frozen=True)
class Slice:
    """Rows that meet all conditions.

    Attributes
    ----------
    conditions : tuple of Condition
        Of different columns, in their order.
    """

    conditions: tuple[Condition, ...]

    @property
    def level(self) -> int:
        """How many properties it has."""
        return len(self.conditions)

    @property
    def parents(self) -> tuple[Slice, ...]:
        """Slices of one property less; none for a slice of one."""
        if self.level == 1:
            return ()
        return tuple(Slice((one,)) for one in self.conditions)

    def holds(self, properties: Sequence[Property], rows: IntArray) -> BoolArray:
        """Say which of some rows are in the slice."""
        inside = np.ones(len(rows), dtype=bool)
        for one in self.conditions:
            codes = properties[one.column].codes[rows]
            inside &= (codes >= one.first) & (codes <= one.last)
        return inside

    def text(self, properties: Sequence[Property]) -> str:
        """Write it for people: ``zone c and size above 120``."""
        return " and ".join(properties[one.column].text(one) for one in self.conditions)
