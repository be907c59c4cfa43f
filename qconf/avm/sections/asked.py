"""A part of a report before it is measured, and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qconf.avm.measures import Measure
from qconf.avm.measuring import Measurement
from qconf.avm.number_format import NumberFormat
from qconf.core.estimate import Estimate

__all__ = ["Asked", "Block", "Figure", "Judge"]


@dataclass(frozen=True)
class Figure:
    """A number of the report.

    Attributes
    ----------
    name, label : str
        What it is called in JSON, and in a table.
    estimate : Estimate
    written : NumberFormat
    verdict : str or None
        Where something says what it may be: ``"in range"``, ``"too low"``, ``"too high"`` or
        ``"cannot say"``.
    accepted : tuple of float, or None
        What it may be.
    """

    name: str
    label: str
    estimate: Estimate
    written: NumberFormat
    verdict: str | None = None
    accepted: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        told: dict[str, Any] = self.estimate.to_dict()
        if self.accepted is not None:
            told |= {"range": list(self.accepted), "verdict": self.verdict}
        return told


@dataclass(frozen=True)
class Block:
    """Some of the rows, and what was found on them.

    Attributes
    ----------
    band : str
        Which rows: ``"all"``, or what they have in common.
    n : int
        How many.
    given : dict of str to float
        What is known of them without an interval: a cut-off, a mean score.
    figures : dict of str to Figure
    verdict : str or None
        On the block as a whole.
    """

    band: str
    n: int
    given: dict[str, float]
    figures: dict[str, Figure]
    verdict: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        told: dict[str, Any] = {"band": self.band, "n": self.n, **self.given}
        told |= {name: one.to_dict() for name, one in self.figures.items()}
        return told if self.verdict is None else told | {"verdict": self.verdict}


#: Says of a block what its figures mean together.
Judge = Callable[[Mapping[str, Figure], Mapping[str, float]], str]


@dataclass(frozen=True, eq=False)
class Asked:
    """A block that is still to be measured.

    Attributes
    ----------
    band, n, given
        As of the `Block`.
    measures : tuple of Measure
    judge : callable or None
    """

    band: str
    n: int
    measures: tuple[Measure, ...]
    given: dict[str, float] = field(default_factory=dict)
    judge: Judge | None = None

    def told(self, measurement: Measurement) -> Block:
        """Put what was measured in place."""
        figures = {one.name: _figure(one, measurement.estimate(one)) for one in self.measures}
        verdict = None if self.judge is None else self.judge(figures, self.given)
        return Block(self.band, self.n, self.given, figures, verdict)


def _figure(measure: Measure, estimate: Estimate) -> Figure:
    accepted = measure.accepted
    if accepted is None:
        return Figure(measure.name, measure.label, estimate, measure.written)
    limits = (accepted.low, accepted.high)
    verdict = accepted.verdict(estimate)
    return Figure(measure.name, measure.label, estimate, measure.written, verdict, limits)
