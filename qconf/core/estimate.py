"""Hold an estimate with its interval, and write it for people."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Estimate", "in_percent", "in_units", "percent_range", "with_range"]

#: Digits of an error beside its interval.
_DIGITS = 3


@dataclass(frozen=True)
class Estimate:
    """A number and how far it can be trusted.

    Attributes
    ----------
    value : float
    interval : tuple of float
        Lower and upper end of its confidence interval.
    n_effective : float or None
        For a rate: how many independent rows it is worth.
    """

    value: float
    interval: tuple[float, float]
    n_effective: float | None = None

    def __contains__(self, other: float) -> bool:
        """Tell whether the interval holds a number."""
        return self.interval[0] <= other <= self.interval[1]

    def to_dict(self) -> dict[str, float | list[float]]:
        """Return ``{"value": ..., "interval": [lower, upper]}``."""
        return {"value": self.value, "interval": list(self.interval)}


def in_percent(rate: float, digits: int = 1) -> str:
    """Write a rate as a percentage.

    Examples
    --------
    >>> in_percent(0.0312)
    '3.1 %'
    >>> in_percent(-0.0002)
    '0.0 %'
    """
    # What is rounded to nothing has no sign.
    return f"{round(100 * rate, digits) + 0.0:.{digits}f} %"


def percent_range(rate: Estimate, digits: int = 1) -> str:
    """Write the interval of a rate in per cent, without the sign.

    Examples
    --------
    >>> percent_range(Estimate(0.03, (0.0212, 0.041)))
    '2.1 to 4.1'
    """
    low, high = rate.interval
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}"


def in_units(error: float) -> str:
    """Write an error with four digits, and thousands as people write them.

    Examples
    --------
    >>> in_units(0.066454), in_units(25310.4)
    ('0.06645', '25,310')
    """
    return f"{error:,.0f}" if error >= 1000 else f"{error:.4g}"  # noqa: PLR2004 - thousands


def with_range(error: Estimate, *, plus: bool = False) -> str:
    """Write an error with its interval: all to one place, three digits of the largest.

    A rank correlation with what is constant is not defined.

    Parameters
    ----------
    error : Estimate
    plus : bool, default=False
        Whether to write the sign of what is above zero too.

    Examples
    --------
    >>> with_range(Estimate(-0.001234, (-0.003456, 0.000988)), plus=True)
    '-0.00123 (-0.00346 to +0.00099)'
    >>> with_range(Estimate(1234.5, (987.6, 54321.0)))
    '1,234 (988 to 54,321)'
    """
    if math.isnan(error.value):
        return "not defined"
    largest = max((abs(one) for one in (error.value, *error.interval) if one), default=0.0)
    known = 0.0 < largest < math.inf
    places = max(0, _DIGITS - 1 - math.floor(math.log10(largest))) if known else 0
    value, low, high = (
        f"{one:{'+' if plus else ''},.{places}f}" for one in (error.value, *error.interval)
    )
    return f"{value} ({low} to {high})"
