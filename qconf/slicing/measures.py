"""What is asked of a slice: calibration of its confidence, its outliers, its bias.

Each question is a number a row and what that number was expected to be. What a slice has beyond
what was expected, on average over its rows, is its *excess*. All rows together have none: that
the scores are too small everywhere is no news of a slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.errors import OptionError, TableError, not_one_of

__all__ = ["METRICS", "Against", "Measure", "MetricName", "Scores", "check_metrics"]

MetricName: TypeAlias = Literal["calibration", "outlier-rate", "bias"]
METRICS: Final[tuple[MetricName, ...]] = get_args(MetricName)
#: What the outlier rate of a slice is held against.
Against: TypeAlias = Literal["expected", "all"]

#: Expected errors below this share of their median count as it: nothing is divided by zero.
_LEAST = 1e-3


@dataclass(frozen=True, eq=False)
class Measure:
    """One question, asked of each row.

    Attributes
    ----------
    name : MetricName
    values : ndarray of shape (n_rows,)
    expected : ndarray of shape (n_rows,)
    tolerance : float
        How much excess is of no matter; for the outlier rate a share of what was expected.
    """

    name: MetricName
    values: FloatArray
    expected: FloatArray
    tolerance: float

    @property
    def excess(self) -> FloatArray:
        """What came beyond what was expected; zero on average over all rows."""
        beyond: FloatArray = self.values - self.expected
        centred: FloatArray = beyond - beyond.mean()
        return centred

    @property
    def two_sided(self) -> bool:
        """Whether too little is as bad as too much."""
        return self.name == "bias"

    def tolerated(self, expected: float) -> float:
        """Return how much excess is of no matter in a slice where so much was expected."""
        return self.tolerance * expected if self.name == "outlier-rate" else self.tolerance


@dataclass(frozen=True, eq=False)
class Scores:
    """Residuals with their expected errors.

    Attributes
    ----------
    residual, expected_error : ndarray of shape (n_rows,)
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    """

    residual: FloatArray
    expected_error: FloatArray
    threshold: float

    def check(self) -> None:
        """Check that something was expected.

        Raises
        ------
        TableError
        """
        negative = int((self.expected_error < 0).sum())
        if negative:
            msg = (
                f"Expected errors must be >= 0; {negative:,} of {len(self.expected_error):,} are "
                "negative. Give errors, of which lower is safer, in units of the residual."
            )
            raise TableError(msg)
        if not self.expected_error.any():
            msg = "All expected errors are zero: nothing tells which errors were expected."
            raise TableError(msg)

    def take(self, rows: IntArray) -> Scores:
        """Take rows by position."""
        return Scores(self.residual[rows], self.expected_error[rows], self.threshold)

    @property
    def floored(self) -> FloatArray:
        """Expected errors, none of which is zero."""
        positive = self.expected_error[self.expected_error > 0]
        return np.maximum(self.expected_error, _LEAST * float(np.median(positive)))

    @property
    def standardised(self) -> FloatArray:
        """Absolute residuals in units of their expected errors."""
        size: FloatArray = np.abs(self.residual) / self.floored
        return size

    def measures(
        self, asked: Sequence[MetricName], history: Scores, against: Against, tolerance: float
    ) -> list[Measure]:
        """Ask each question of each row.

        Parameters
        ----------
        asked : sequence of MetricName
        history : Scores
            Older rows, or these: how large standardised residuals are tells how many outliers
            were to be expected.
        against : {"expected", "all"}
        tolerance : float
            As a share: of the errors expected, of the outliers expected, of the typical error.
        """
        return [self._measure(name, history, against, tolerance) for name in asked]

    def _measure(
        self, name: MetricName, history: Scores, against: Against, tolerance: float
    ) -> Measure:
        n_rows = len(self.residual)
        if name == "calibration":
            size = self.standardised
            typical = float(size.mean()) or 1.0
            return Measure(name, size / typical, np.ones(n_rows), tolerance)
        if name == "bias":
            centre = np.full(n_rows, self.residual.mean())
            typical = float(np.sqrt(np.mean(self.residual**2)))
            return Measure(name, self.residual, centre, tolerance * typical)
        outlier = (np.abs(self.residual) > self.threshold).astype(np.float64)
        expected = np.full(n_rows, outlier.mean())
        if against == "expected":
            likely = self._outlier_probability(history)
            total = float(likely.sum())
            expected = likely * (outlier.sum() / total) if total > 0 else expected
        return Measure(name, outlier, expected, tolerance)

    def _outlier_probability(self, history: Scores) -> FloatArray:
        """Return how often standardised residuals of older rows would have made an outlier."""
        known = np.sort(history.standardised)
        below = np.searchsorted(known, self.threshold / self.floored, side="right")
        likely: FloatArray = 1 - below / len(known)
        return likely


def check_metrics(asked: Sequence[str] | str) -> tuple[MetricName, ...]:
    """Check names of metrics; one alone may be given as it is.

    Raises
    ------
    OptionError
    """
    names = tuple(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    if not names:
        msg = f"Name at least one metric of slices: {', '.join(METRICS)}."
        raise OptionError(msg)
    for name in names:
        if name not in METRICS:
            raise OptionError(not_one_of("metric of slices", name, METRICS))
    return names  # type: ignore[return-value]
