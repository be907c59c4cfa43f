"""Which monitors there are for a model, and how much of the evidence each may bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.monitoring.baseline import LARGEST_SQUARE, Baseline
from qconf.monitoring.fingerprint_monitor import FingerprintMonitor
from qconf.monitoring.mean_monitor import Channel, MeanMonitor
from qconf.monitoring.rate_monitor import RateMonitor
from qconf.monitoring.rows import DecidedRows

__all__ = ["SHARES", "Plan", "Watched"]

#: Shares of the false alarms that are allowed. What was promised has half of them.
SHARES = {
    "outliers": 0.5, "scale": 0.15, "tiers": 0.05, "expected error": 0.1, "drift": 0.1,
    "valuation": 0.1,
}  # fmt: skip
_FEWEST_IN_TIER = 20
#: So far from its certified window may a mean be before it is news: half for what is larger by all.
_SCALE_TOLERANCE, _SHARE_TOLERANCE = 0.25, 0.5


@dataclass(frozen=True, eq=False)
class Watched:
    """A monitor, and what it is told of rows.

    Attributes
    ----------
    monitor : MeanMonitor, RateMonitor or FingerprintMonitor
    feed : callable
        Takes in rows.
    needs_outcome : bool
    share : float
        Of the evidence.
    """

    monitor: Any
    feed: Callable[[DecidedRows], None]
    needs_outcome: bool
    share: float


@dataclass(frozen=True, eq=False)
class Plan:
    """What is promised, and what rows were like when it was.

    Attributes
    ----------
    threshold : float
        Of an outlier.
    limit : float or None
        The outlier rate promised of the rows accepted; None has none.
    is_certified : bool
        Whether a certificate proves it.
    one_sided : bool
        Whether only values that are too high are outliers.
    baseline : Baseline or None
    is_reference : bool
        Whether the baseline is of a table that was named, and not of the certified rows.
    shadow : PredictionShadow or None
    false_alarm : float
        With what probability there is ever an alarm, while all is as it was.
    run_length : int
        Rows to a false alarm of the detector of changes.
    tolerance : float
        By how much the expected error may rise before it is news: 0.1 is a tenth.
    """

    threshold: float
    limit: float | None
    is_certified: bool = True
    one_sided: bool = False
    baseline: Baseline | None = None
    is_reference: bool = False
    shadow: Any = None
    false_alarm: float = 0.05
    run_length: int = 20_000
    tolerance: float = 0.1

    def outlier(self, rows: DecidedRows) -> Any:
        """Tell outliers among rows with a known outcome."""
        return (rows.residual if self.one_sided else np.abs(rows.residual)) > self.threshold

    def monitors(self) -> dict[str, Watched]:
        """Make the monitors that there is something to hold against.

        Raises
        ------
        OptionError
            If there is nothing: no certificate, no baseline, no shadow.
        """
        makers = {
            "outliers": self._outliers, "scale": self._scale, "tiers": self._tiers,
            "expected error": self._expected, "drift": self._drift, "valuation": self._valuation,
        }  # fmt: skip
        able = {name for name, there in self._able().items() if there}
        total = sum(SHARES[name] for name in able)
        if not able:
            msg = (
                "There is nothing to hold these rows against: the model has no certificate. Run "
                "qconf certify, or name rows with outcomes by --reference."
            )
            raise OptionError(msg)
        made = {name: makers[name](SHARES[name] / total) for name in SHARES if name in able}
        if self.limit is not None:
            change = RateMonitor(self.limit, kind="change", run_length=self.run_length)
            # Not among the e-values: false alarms of a detector come from time to time.
            made["change"] = Watched(change, self._fed_outliers(change), True, 0.0)
        return made

    def _able(self) -> dict[str, bool]:
        known = self.baseline
        return {
            "outliers": self.limit is not None,
            "scale": known is not None,
            "tiers": known is not None and bool(self._tier_channels()),
            "expected error": known is not None,
            "drift": known is not None and bool(self._drift_channels()),
            "valuation": self.shadow is not None,
        }

    def _fed_outliers(self, monitor: RateMonitor) -> Callable[[DecidedRows], None]:
        def feed(rows: DecidedRows) -> None:
            monitor.update(self.outlier(rows)[rows.accepted])

        return feed

    def _outliers(self, share: float) -> Watched:
        monitor = RateMonitor(self.limit or 0.0, self.false_alarm * share)
        return Watched(monitor, self._fed_outliers(monitor), True, share)

    def _scale(self, share: float) -> Watched:
        """Watch squared residuals in expected errors, by tenth of the expected error."""
        known = self._known
        limits = np.maximum(known.scale, 1.0) * (1 + _SCALE_TOLERANCE)
        names = [f"squared error, tenth {at + 1} of expected errors" for at in range(len(limits))]
        channels = [
            Channel(name, min(float(limit), LARGEST_SQUARE), LARGEST_SQUARE)
            for name, limit in zip(names, limits, strict=True)
        ]
        monitor = MeanMonitor(channels, self.false_alarm * share)

        def feed(rows: DecidedRows) -> None:
            place = np.searchsorted(known.edges, rows.expected, side="right")
            values = np.full((len(rows), len(channels)), np.nan)
            ratio = np.abs(rows.residual) / np.maximum(rows.expected, np.finfo(float).tiny)
            # The square of what is cut: a tiny expected error would have no square.
            values[np.arange(len(rows)), place] = np.minimum(ratio, np.sqrt(LARGEST_SQUARE)) ** 2
            monitor.update(values)

        return Watched(monitor, feed, True, share)

    def _tier_channels(self) -> list[tuple[str, bool, Channel]]:
        """List shares that may grow or shrink by half before that is news."""
        found = []
        for name, share in self._known.shares.items():
            if min(share, 1 - share) * self._known.n_rows < _FEWEST_IN_TIER:
                continue
            more = share * (1 + _SHARE_TOLERANCE)
            less = 1 - share / (1 + _SHARE_TOLERANCE)
            for grows, limit in ((True, more), (False, less)):
                if limit < 1:
                    word = "more" if grows else "fewer"
                    found.append((name, grows, Channel(f"{word} rows in {name}", limit, 1.0)))
        return found

    def _tiers(self, share: float) -> Watched:
        told = self._tier_channels()
        monitor = MeanMonitor([one for _, _, one in told], self.false_alarm * share)

        def feed(rows: DecidedRows) -> None:
            columns = [rows.kinds[name] == grows for name, grows, _ in told]
            monitor.update(np.column_stack(columns).astype(np.float64))

        return Watched(monitor, feed, False, share)

    def _expected(self, share: float) -> Watched:
        """Watch mean squared expected errors, and the share of rows above the old 90 % quantile."""
        known, more = self._known, 1 + self.tolerance
        square = min(known.expected_square * more, known.cap)
        channels = [
            Channel("mean squared expected error", square, known.cap),
            # The quantile is of one window; a share has no more digits than that.
            Channel("rows with a high expected error", 0.1 * (1 + 2 * self.tolerance), 1.0),
        ]
        monitor = MeanMonitor(channels, self.false_alarm * share)

        def feed(rows: DecidedRows) -> None:
            squares = np.minimum(rows.expected, np.sqrt(known.cap)) ** 2
            high = (rows.expected > known.high).astype(np.float64)
            monitor.update(np.column_stack([squares, high]))

        return Watched(monitor, feed, False, share)

    def _drift_channels(self) -> list[tuple[Any, Channel]]:
        """List columns that can move so far that it is news."""
        found = []
        for one in self._known.columns:
            largest = max(one.effect)
            limit = one.mean * (1 + self.tolerance)
            if limit < largest:
                found.append((one, Channel(f"drift of {one.name}", limit, largest, one.weight)))
        return found

    def _drift(self, share: float) -> Watched:
        told = self._drift_channels()
        monitor = MeanMonitor([one for _, one in told], self.false_alarm * share)

        def feed(rows: DecidedRows) -> None:
            columns: list[FloatArray] = [one.of_rows(rows.table[one.name]) for one, _ in told]
            monitor.update(np.column_stack(columns))

        return Watched(monitor, feed, False, share)

    def _valuation(self, share: float) -> Watched:
        monitor = FingerprintMonitor(self.shadow, self.false_alarm * share)
        names = list(self.shadow.feature_names_in_)

        def feed(rows: DecidedRows) -> None:
            monitor.update(rows.table[names], rows.prediction)

        return Watched(monitor, feed, False, share)

    @property
    def _known(self) -> Baseline:
        if self.baseline is None:
            msg = "A monitor needs a baseline."
            raise OptionError(msg)
        return self.baseline
