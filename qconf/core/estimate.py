"""Hold an estimate with its interval, and write it for people."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Estimate", "in_percent", "percent_range"]


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
        """Whether the interval holds a number."""
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
    """
    return f"{100 * rate:.{digits}f} %"


def percent_range(rate: Estimate, digits: int = 1) -> str:
    """Write the interval of a rate in per cent, without the sign.

    Examples
    --------
    >>> percent_range(Estimate(0.03, (0.0212, 0.041)))
    '2.1 to 4.1'
    """
    low, high = rate.interval
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}"
