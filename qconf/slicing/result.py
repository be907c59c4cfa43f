"""The result of an audit: slices that are worse, those that are fine, and what cannot be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray
from qconf.errors import OptionError, not_one_of
from qconf.report.html import as_html
from qconf.slicing.figures import CANNOT_SAY, FINE, VERDICTS, WORSE, Figure, Verdict
from qconf.slicing.levels import Level
from qconf.slicing.measures import MetricName
from qconf.slicing.properties import Property
from qconf.slicing.slices import Slice
from qconf.slicing.table import audit_parts
from qconf.slicing.wording import level_sentence

if TYPE_CHECKING:
    from qconf.report.intervals import IntervalsDisplay

__all__ = ["MeasuredSlice", "SliceAudit"]


@dataclass(frozen=True)
class MeasuredSlice:
    """A slice, measured on the newer half.

    Attributes
    ----------
    text : str
        Such as ``zone c and size above 120``.
    properties : tuple of str
        The columns, one or two.
    suspect : bool
        Whether it looked worse on the older half.
    n, n_older : int
        Rows of the newer half and of the older.
    share : float
        Of the newer half.
    figures : dict of str to Figure
        By metric.
    explained_by : str or None
        The slice that is told in its stead, if it is worse because of that one.
    sentence : str
    definition : Slice
        Its conditions, for `SliceAudit.holds`.
    """

    text: str
    properties: tuple[str, ...]
    suspect: bool
    n: int
    n_older: int
    share: float
    figures: dict[str, Figure]
    explained_by: str | None
    sentence: str
    definition: Slice = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """``"worse"`` by any metric, ``"fine"`` by all, or ``"cannot say"``."""
        own = {one.verdict for one in self.figures.values()}
        if WORSE in own:
            return WORSE
        return FINE if own == {FINE} else CANNOT_SAY

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "slice": self.text,
            "properties": list(self.properties),
            "verdict": self.verdict,
            "explained_by": self.explained_by,
            "suspect": self.suspect,
            "n": self.n,
            "n_older": self.n_older,
            "share": self.share,
            "metrics": {name: one.to_dict() for name, one in self.figures.items()},
            "sentence": self.sentence,
        }


@dataclass(frozen=True, eq=False, repr=False)
class SliceAudit:
    """Where errors are worse than expected, found on the older half, measured on the newer.

    Attributes
    ----------
    slices : tuple of MeasuredSlice
        All that were looked at; those that are worse and told come first, the strongest before.
    levels : tuple of Level
        What one, two and three properties tell; empty if that was not asked.
    scheme : str
        How the halves were told apart.
    n_older, n_newer : int
    n_groups : int or None
        In the newer half.
    candidates : int
        Conjunctions that were searched on the older half.
    threshold, tolerance, confidence_level : float
    error : str
    against : str
    calibration, outlier_rate, bias : float
        Of all newer rows: root mean squared residual in units of the expected error, share of
        outliers, mean signed residual.
    cells : tuple of Property
        The columns as they were cut.
    warnings : tuple of str
        What in the table gives reason to doubt it, if it was looked at.
    """

    slices: tuple[MeasuredSlice, ...]
    levels: tuple[Level, ...]
    scheme: str
    n_older: int
    n_newer: int
    n_groups: int | None
    candidates: int
    threshold: float
    tolerance: float
    confidence_level: float
    error: str
    against: str
    calibration: float
    outlier_rate: float
    bias: float
    cells: tuple[Property, ...]
    warnings: tuple[str, ...] = ()

    def holds(self, one: MeasuredSlice) -> BoolArray:
        """Say which rows of the table that was audited are in a slice.

        Parameters
        ----------
        one : MeasuredSlice
            Of this audit.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
            Older rows and newer ones.
        """
        return one.definition.holds(self.cells, np.arange(len(self.cells[0].codes)))

    @property
    def worse(self) -> tuple[MeasuredSlice, ...]:
        """Slices that are worse, each trouble told once."""
        return tuple(
            one for one in self.slices if one.verdict == WORSE and one.explained_by is None
        )

    @property
    def is_measured(self) -> bool:
        """Whether there are intervals: of too few groups there are none."""
        return any(
            not np.isnan(figure.standard_error)
            for one in self.slices
            for figure in one.figures.values()
        )

    @property
    def fine(self) -> tuple[MeasuredSlice, ...]:
        """Slices that are certified to be fine, by all metrics."""
        return tuple(one for one in self.slices if one.verdict == FINE)

    @property
    def cannot_say(self) -> tuple[MeasuredSlice, ...]:
        """Slices of which the data do not tell."""
        return tuple(one for one in self.slices if one.verdict == CANNOT_SAY)

    def strongest(self, metric: MetricName) -> tuple[MeasuredSlice, ...]:
        """Return the slices that are worse by a metric, or else those that come closest.

        Parameters
        ----------
        metric : {"calibration", "outlier-rate", "bias"}

        Returns
        -------
        tuple of MeasuredSlice
            The strongest first; empty if it was not measured.
        """
        measured = [one for one in self.slices if metric in one.figures]
        worse = [one for one in self.worse if metric in one.figures]
        told = [one for one in worse if one.figures[metric].verdict == WORSE] or measured
        return tuple(sorted(told, key=lambda one: -one.figures[metric].evidence))

    @property
    def level(self) -> int | None:
        """How many properties a slice should have at most; None if that was not asked."""
        if not self.levels:
            return None
        return max((one.n_properties for one in self.levels if one.supported), default=0)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each slice and metric."""
        return pd.DataFrame([row for one in self.slices for row in _rows(one)]).set_index("slice")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers, ready for JSON."""
        return {
            "rows": {"older": self.n_older, "newer": self.n_newer},
            "groups": self.n_groups,
            "scheme": self.scheme,
            "error": self.error,
            "threshold": self.threshold,
            "tolerance": self.tolerance,
            "level": self.confidence_level,
            "against": self.against,
            "candidates": self.candidates,
            "overall": {
                "calibration": self.calibration,
                "outlier_rate": self.outlier_rate,
                "bias": self.bias,
            },
            "verdicts": self.counts(),
            "worse": [one.sentence for one in self.worse],
            "slices": [one.to_dict() for one in self.slices],
            "level_of_slicing": {
                "properties": self.level,
                "sentence": level_sentence(self.levels) if self.levels else None,
                "tried": [one.to_dict() for one in self.levels],
            },
        }

    def __repr__(self) -> str:
        """Return a line: how many slices were looked at, and the verdicts."""
        counts = ", ".join(f"{n} {name}" for name, n in self.counts().items())
        return f"<SliceAudit of {len(self.slices)} slices on {self.n_newer:,} rows: {counts}>"

    def __str__(self) -> str:
        """Return what `print` shows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*audit_parts(self)).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*audit_parts(self))

    def plot(self, metric: MetricName = "calibration", *, ax: Any = None) -> IntervalsDisplay:
        """Draw the slices that are worse by a metric, or else those that come closest.

        Needs the extra ``qconf[plots]``.

        Parameters
        ----------
        metric : {"calibration", "outlier-rate", "bias"}, default="calibration"
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        IntervalsDisplay

        Raises
        ------
        OptionError
            If the metric was not measured.
        """
        from qconf.slicing.picture import slices_display  # noqa: PLC0415 - only to draw

        strongest = self.strongest(metric)
        if not strongest:
            known = dict.fromkeys(name for one in self.slices for name in one.figures)
            raise OptionError(not_one_of("metric of these slices", metric, known))
        return slices_display(strongest, metric, self.error).plot(ax=ax)

    def counts(self) -> dict[str, int]:
        """Count the slices of each verdict."""
        counts = Counter(one.verdict for one in self.slices)
        return {name: counts[name] for name in VERDICTS}


def _rows(one: MeasuredSlice) -> Iterator[dict[str, Any]]:
    for name, figure in one.figures.items():
        yield {
            "slice": one.text,
            "metric": name,
            "verdict": figure.verdict,
            "told": one.explained_by is None and one.verdict == WORSE,
            "value": figure.estimate.value,
            "low": figure.estimate.interval[0],
            "high": figure.estimate.interval[1],
            "expected": figure.expected,
            "tolerance": figure.tolerance,
            "n": one.n,
            "n_older": one.n_older,
            "suspect": one.suspect,
            "explained_by": one.explained_by,
        }
