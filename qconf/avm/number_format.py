"""How a figure of the report is written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qconf.core.estimate import Estimate

__all__ = ["PERCENT", "PLAIN", "SIGNED_PERCENT", "NumberFormat"]


@dataclass(frozen=True)
class NumberFormat:
    """A unit, a number of digits, and whether a plus is written.

    Attributes
    ----------
    digits : int
    percent : bool
        Whether it is a part of one, written in per cent.
    plus : bool
    """

    digits: int
    percent: bool = False
    plus: bool = False

    def text(self, estimate: Estimate) -> str:
        """Write a number with its interval, without the unit.

        Examples
        --------
        >>> SIGNED_PERCENT.text(Estimate(0.0123, (-0.002, 0.03)))
        '+1.2 (-0.2 to +3.0)'
        """
        if math.isnan(estimate.value):
            return "not defined"
        value, low, high = map(self.number, (estimate.value, *estimate.interval))
        return (
            f"{value} (unknown)"
            if math.isnan(estimate.interval[0])
            else f"{value} ({low} to {high})"
        )

    def number(self, value: float) -> str:
        """Write a number without the unit."""
        times = 100.0 if self.percent else 1.0
        return f"{times * value:{'+' if self.plus else ''},.{self.digits}f}"


PLAIN = NumberFormat(3)
PERCENT = NumberFormat(1, percent=True)
SIGNED_PERCENT = NumberFormat(1, percent=True, plus=True)
