"""Is a common confidence score the probability that it says? Band by band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.avm.measures import MeanOf
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.asked import Asked, Figure
from qconf.avm.verdicts import Range
from qconf.evaluation.metrics.ppe import ppe

__all__ = ["ask_ccs", "ccs_verdict"]

#: A score is right if so many percentage points, at most, are between it and what came.
_TOLERANCE = 0.05
_BANDS = 10


def ask_ccs(portfolio: Portfolio) -> Iterator[Asked]:
    """Ask how many rows are within 10 %, in all and in each ten points of the score."""
    if portfolio.ccs is None:
        return
    ccs, known = portfolio.ccs, np.isfinite(portfolio.ccs)
    if not known.any():
        return
    metric = ppe(0.10)
    whole = MeanOf(metric, metric.values(portfolio.residual, 0.0), known)
    yield _asked("all", ccs, whole)
    # Rounded, for 0.29 * 10 is not what it is on paper; 100 % belongs to the highest band.
    band = np.minimum(np.floor(np.round(np.where(known, ccs, -1.0) * _BANDS, 9)), _BANDS - 1)
    for number in range(_BANDS):
        members: BoolArray = band == number
        if members.any():
            name = f"{10 * number} to {10 * number + 10}"
            yield _asked(name, ccs, MeanOf(metric, whole.values, members, whole))


def ccs_verdict(figures: Mapping[str, Figure], given: Mapping[str, float]) -> str:
    """Say whether a score is too high, right, too low, or it cannot be said."""
    mean = given["mean_ccs"]
    estimate = figures["ppe10"].estimate
    verdict = Range(mean - _TOLERANCE, mean + _TOLERANCE).verdict(estimate)
    # Fewer rows within 10 % than said: the score is too high.
    return {"in range": "right", "too low": "too high", "too high": "too low"}.get(verdict, verdict)


def _asked(band: str, ccs: FloatArray, within: MeanOf) -> Asked:
    mean = float(ccs[within.members].mean())
    return Asked(band, int(within.members.sum()), (within,), {"mean_ccs": mean}, ccs_verdict)
