"""What came out for each slice, and the verdict: worse, certified fine, or nothing can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from qconf._types import BoolArray
from qconf.core.estimate import Estimate
from qconf.slicing.influence import Excesses
from qconf.slicing.measures import Measure, MetricName

__all__ = [
    "CANNOT_SAY",
    "FINE",
    "VERDICTS",
    "WORSE",
    "Figure",
    "Verdict",
    "figures_of",
    "unmeasured",
]

Verdict: TypeAlias = Literal["worse", "fine", "cannot say"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
WORSE, FINE, CANNOT_SAY = VERDICTS


@dataclass(frozen=True)
class Figure:
    """One measure of one slice, on the newer half.

    Attributes
    ----------
    metric : MetricName
    estimate : Estimate
        ``calibration``: mean absolute error in units of the expected one, all rows being 1;
        ``outlier-rate``: share of outliers; ``bias``: mean signed residual. Its interval is
        simultaneous with those of all slices and metrics.
    expected : float
        What it would be if the slice were like all rows.
    tolerance : float
        By how much more it may be.
    standard_error : float
    verdict : {"worse", "fine", "cannot say"}
    """

    metric: MetricName
    estimate: Estimate
    expected: float
    tolerance: float
    standard_error: float
    verdict: Verdict

    @property
    def evidence(self) -> float:
        """How many standard errors it is worse than expected."""
        excess = self.estimate.value - self.expected
        size = abs(excess) if self.metric == "bias" else excess
        return size / self.standard_error if self.standard_error > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            **self.estimate.to_dict(),
            "expected": self.expected,
            "tolerance": self.tolerance,
            "verdict": self.verdict,
        }


def figures_of(
    measures: Sequence[Measure], inside: Sequence[BoolArray], excesses: Excesses, quantile: float
) -> list[tuple[Figure, ...]]:
    """Tell all measures of all slices.

    Parameters
    ----------
    measures : sequence of Measure
        Of the newer rows.
    inside : sequence of ndarray of shape (n_rows,), dtype bool
    excesses : Excesses
        Of these slices.
    quantile : float
        How many standard errors simultaneous intervals reach.

    Returns
    -------
    list of tuple of Figure
        One tuple for each slice.
    """
    below, above = excesses.reach(quantile)
    told = []
    for number, own in enumerate(inside):
        told.append(
            tuple(
                _figure(
                    one, own, float(excesses.value[number, m]), float(below[number, m]),
                    float(above[number, m]), float(excesses.standard_error[number, m]),
                )
                for m, one in enumerate(measures)
            )
        )  # fmt: skip
    return told


def unmeasured(
    measures: Sequence[Measure], inside: Sequence[BoolArray]
) -> list[tuple[Figure, ...]]:
    """Tell what came out without an interval, where nothing tells how sure it is.

    Parameters
    ----------
    measures : sequence of Measure
    inside : sequence of ndarray of shape (n_rows,), dtype bool

    Returns
    -------
    list of tuple of Figure
        Each with the verdict that nothing can be said.
    """
    return [tuple(_unmeasured(one, own) for one in measures) for own in inside]


def _unmeasured(measure: Measure, inside: BoolArray) -> Figure:
    value = float(measure.values[inside].mean())
    expected = value - float(measure.excess[inside].mean())
    nothing = Estimate(value, (np.nan, np.nan))
    tolerated = measure.tolerated(expected)
    return Figure(measure.name, nothing, expected, tolerated, np.nan, CANNOT_SAY)


def _figure(
    measure: Measure, inside: BoolArray, excess: float, below: float, above: float, error: float
) -> Figure:
    value = float(measure.values[inside].mean())
    # All rows have no excess: what they have beyond what was expected belongs to no slice.
    expected = value - excess
    low, high = excess - below, excess + above
    tolerated = measure.tolerated(expected)
    if error == 0:
        verdict = CANNOT_SAY
    elif high < tolerated and (low > -tolerated or not measure.two_sided):
        verdict = FINE
    elif _is_worse(measure, expected, low, high):
        verdict = WORSE
    else:
        verdict = CANNOT_SAY
    return Figure(
        measure.name,
        Estimate(value, _possible(measure.name, expected + low, expected + high)),
        expected,
        tolerated,
        error,
        verdict,
    )


def _is_worse(measure: Measure, expected: float, low: float, high: float) -> bool:
    """Tell whether an excess is shown; of a bias, that there is one in the slice, too.

    A slice without a bias is no worse for being unlike all rows: where one slice is biased, the
    mean of all rows moves away from each of the others.
    """
    if not measure.two_sided:
        return low > 0
    return (low > 0 and expected + low > 0) or (high < 0 and expected + high < 0)


def _possible(name: MetricName, low: float, high: float) -> tuple[float, float]:
    """Cut an interval to what there can be."""
    least, most = {
        "calibration": (0.0, np.inf), "outlier-rate": (0.0, 1.0), "bias": (-np.inf, np.inf)
    }[name]  # fmt: skip
    return float(np.clip(low, least, most)), float(np.clip(high, least, most))
