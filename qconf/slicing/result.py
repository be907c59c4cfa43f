"""The result of an audit: slices that are worse, those that are fine, and what cannot be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import BoolArray
from qconf.core.estimate import in_percent, in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html
from qconf.slicing.figures import CANNOT_SAY, FINE, VERDICTS, WORSE, Figure, Verdict
from qconf.slicing.levels import Level
from qconf.slicing.looking import FEWEST_GROUPS
from qconf.slicing.properties import Property
from qconf.slicing.slices import Slice
from qconf.slicing.wording import level_sentence

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
            "verdicts": self._counts(self.slices),
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
        counts = ", ".join(f"{n} {name}" for name, n in self._counts(self.slices).items())
        return f"<SliceAudit of {len(self.slices)} slices on {self.n_newer:,} rows: {counts}>"

    def __str__(self) -> str:
        """Return what `print` shows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._parts())

    def _parts(self) -> Iterator[str | Grid]:
        yield self._heading()
        told = self.worse
        if not self.is_measured:
            yield (
                f"No slice has newer rows of {FEWEST_GROUPS} groups, and fewer do not tell how far "
                "groups differ: nothing can be said. If rows of a group are independent for what "
                "is asked, name a finer group."
            )
        elif not told:
            yield "No slice is shown to be worse."
        for number, one in enumerate(told, 1):
            same = sum(other.explained_by == one.text for other in self.slices)
            more = f" Told once for {same + 1} slices that share its rows." if same else ""
            yield f"{number}. worse: {shown(one.sentence)}{more}"
        yield self._verdicts()
        if self.levels:
            yield level_sentence(self.levels)

    def _heading(self) -> str:
        percent = self.error != "absolute"
        groups = "" if self.n_groups is None else f" ({self.n_groups:,} groups)"
        bias = in_percent(self.bias) if percent else in_units(self.bias)
        level = f"{100 * self.confidence_level:g} %"
        together = f" Intervals hold for all slices and metrics at once with {level}."
        if not self.is_measured:
            together = ""
        return (
            f"Slices of {self.n_newer:,} rows{groups}, found on {self.n_older:,} others: "
            f"{self.scheme}. In all rows errors are {self.calibration:.2f} times what was expected "
            f"(root mean square), {in_percent(self.outlier_rate)} are outliers, the bias is "
            f"{bias}; slices are held against that.{together}"
        )

    def _verdicts(self) -> Grid:
        """Count verdicts by the number of properties and by metric."""
        columns = [
            Column("looked at"), Column("metric"), *(Column(one, right=True) for one in VERDICTS)
        ]  # fmt: skip
        rows = []
        for n_properties, name in ((1, "one property"), (2, "two properties")):
            own = [one for one in self.slices if len(one.properties) == n_properties]
            for metric in own[0].figures if own else ():
                counts = Counter(one.figures[metric].verdict for one in own)
                rows.append(
                    [f"{len(own):,} of {name}", metric, *(f"{counts[one]:,}" for one in VERDICTS)]
                )
        return Grid(columns, rows)

    @staticmethod
    def _counts(slices: Sequence[MeasuredSlice]) -> dict[str, int]:
        counts = Counter(one.verdict for one in slices)
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
