"""What a report asks of the rows: means of some of them, medians of segments, statistics of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.avm.number_format import PERCENT, PLAIN, NumberFormat
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import Segments, ValuedRows, WeightedValues
from qconf.avm.verdicts import Range
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["MeanOf", "Measure", "MedianIn", "StatisticOf"]


@dataclass(frozen=True, eq=False)
class MeanOf:
    """A row metric, averaged over some of the rows.

    Attributes
    ----------
    metric : RowMetric
    values : ndarray of shape (n_rows,)
        What it says of each row; of rows that are no members, anything finite.
    members : ndarray of shape (n_rows,), dtype bool
        The rows that count.
    whole : MeanOf or None
        The same of more rows, of which these are a part: how dependent rows are is seen there.
    root : bool
        Whether to take the root of the mean, as of squares.
    accepted : Range or None
        What it may be; None where nobody says.
    written : NumberFormat
    """

    metric: RowMetric
    values: FloatArray | BoolArray
    members: BoolArray
    whole: MeanOf | None = None
    root: bool = False
    accepted: Range | None = None
    written: NumberFormat = PERCENT

    @property
    def name(self) -> str:
        """What it is called in JSON."""
        return self.metric.name

    @property
    def label(self) -> str:
        """What it is called in a table."""
        return self.metric.label

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value there can be."""
        return self.metric.bounds

    @property
    def is_share(self) -> bool:
        """Whether rows give 0 or 1."""
        return self.metric.unit == "share"

    def linearized(self) -> FloatArray:
        """Return what each row moves the mean by, up to a factor."""
        mean = float(self.members @ self.values) / float(self.members.sum())
        linearized: FloatArray = np.where(self.members, self.values - mean, 0.0)
        return linearized


@dataclass(frozen=True, eq=False)
class StatisticOf:
    """A statistic of all rows that have a value.

    Attributes
    ----------
    statistic : ValueStatistic
    """

    statistic: ValueStatistic
    is_share: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """What it is called in JSON."""
        return self.statistic.name

    @property
    def label(self) -> str:
        """What it is called in a table."""
        return self.statistic.label

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value there can be."""
        return self.statistic.bounds

    @property
    def accepted(self) -> Range | None:
        """What is generally accepted."""
        return self.statistic.accepted

    @property
    def written(self) -> NumberFormat:
        """How it is written."""
        return self.statistic.written

    def of(self, rows: WeightedValues) -> float:
        """Sum up weighted rows."""
        return self.statistic.of(rows)

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return what each row moves the statistic by, up to a constant and a factor."""
        return self.statistic.linearized(rows)


@dataclass(frozen=True, eq=False)
class MedianIn:
    """The median of one segment of the rows, or how many times that of all rows it is.

    Attributes
    ----------
    name, label : str
    segments : Segments
    number : int
        Which of the segments.
    minus : float
        What is taken from the median, as from a ratio to make an error of it.
    relative_to : Segments or None
        All rows as one segment, whose median this one is divided by.
    accepted : Range or None
    bounds : tuple of float
    written : NumberFormat
    """

    name: str
    label: str
    segments: Segments
    number: int
    minus: float = 0.0
    relative_to: Segments | None = None
    accepted: Range | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    written: NumberFormat = PLAIN
    is_share: ClassVar[bool] = False

    @property
    def rows(self) -> NDArray[np.uint32]:
        """The rows of the segment."""
        begin, end = self.segments.borders[self.number : self.number + 2]
        return self.segments.rows[begin:end]

    def of(self, rows: WeightedValues) -> float:
        """Take the middle of weighted rows."""
        median = float(rows.medians(self.segments)[self.number]) - self.minus
        if self.relative_to is None:
            return median
        return median / float(rows.medians(self.relative_to)[0])

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return the side on which each row of the segment is."""
        begin, end = self.segments.borders[self.number : self.number + 2]
        own = self.segments.values[begin:end]
        side = np.zeros(len(rows.ratio))
        side[self.rows] = np.sign(own - np.median(own))
        return side


Measure = MeanOf | StatisticOf | MedianIn
