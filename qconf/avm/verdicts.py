"""Hold an interval against a range: in, out, or it cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qconf.core.estimate import Estimate

__all__ = ["Range", "Verdict"]

Verdict = Literal["in range", "too low", "too high", "cannot say"]


@dataclass(frozen=True)
class Range:
    """What a number may be, both ends included.

    The interval decides and not the number: a sample is never so large that its own figure were
    the truth (as in Indiana's rule for ratio studies, 50 IAC 27-4-5).

    Attributes
    ----------
    low, high : float
    """

    low: float
    high: float

    def verdict(self, estimate: Estimate) -> Verdict:
        """Say where the truth lies, as far as the interval tells.

        Examples
        --------
        >>> cod = Range(5.0, 15.0)
        >>> cod.verdict(Estimate(14.0, (13.0, 15.0))), cod.verdict(Estimate(14.0, (13.0, 15.1)))
        ('in range', 'cannot say')
        >>> cod.verdict(Estimate(17.0, (15.1, 19.0)))
        'too high'
        """
        low, high = estimate.interval
        if self.low <= low and high <= self.high:
            return "in range"
        if high < self.low:
            return "too low"
        return "too high" if low > self.high else "cannot say"
