"""What came in each period, and what was forecast of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qconf.core.estimate import Estimate
from qconf.monitoring.forecast import PastBatch, forecast_batch
from qconf.monitoring.plan import Plan
from qconf.monitoring.rows import DecidedRows

__all__ = ["Period", "Periods"]

#: Periods that are remembered.
_MOST = 120
#: A forecast is checked once so large a share of its rows has outcomes.
_CHECKED = 0.9


@dataclass
class Period:
    """Sums over the rows decided in a period.

    Attributes
    ----------
    rows, accepted, labelled, outliers, accepted_labelled, accepted_outliers : int
        ``labelled`` rows have a known outcome.
    probability, labelled_probability, squares : float
        Sums of the probability of an outlier, over all rows and over labelled ones, and of the
        squares of what came without what was expected.
    forecast : list of float or None
        The outlier rate that was forecast, with its interval, and of how many rows.
    """

    rows: int = 0
    accepted: int = 0
    labelled: int = 0
    outliers: int = 0
    accepted_labelled: int = 0
    accepted_outliers: int = 0
    probability: float = 0.0
    labelled_probability: float = 0.0
    squares: float = 0.0
    forecast: list[float] | None = None

    @property
    def past(self) -> PastBatch | None:
        """The period as what a later forecast learns from; None without outcomes."""
        n = self.labelled
        if n == 0:
            return None
        spread = float(np.sqrt(self.squares / n))
        return PastBatch(self.labelled_probability / n, self.outliers / n, n, spread)

    @property
    def estimate(self) -> Estimate | None:
        """The forecast with its interval."""
        if self.forecast is None:
            return None
        value, low, high, _ = self.forecast
        return Estimate(value, (low, high))

    @property
    def kept(self) -> bool | None:
        """Whether what came is in the interval; None while too few outcomes are known."""
        told = self.estimate
        if told is None or self.labelled < _CHECKED * self.rows:
            return None
        return self.outliers / self.labelled in told


class Periods:
    """Periods in their order, each with its forecast from those before it.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.told: dict[str, Period] = {}

    def decided(self, rows: DecidedRows) -> None:
        """Count rows that were decided on."""
        for label in np.unique(rows.period):
            own = rows.period == label
            period = self.told.setdefault(str(label), Period())
            period.rows += int(own.sum())
            period.accepted += int(rows.accepted[own].sum())
            if rows.probability is not None:
                period.probability += float(rows.probability[own].sum())
        self.told = dict(sorted(self.told.items())[-_MOST:])

    def settled(self, rows: DecidedRows) -> None:
        """Count outcomes."""
        outlier = self._plan.outlier(rows)
        for label in np.unique(rows.period):
            period = self.told.get(str(label))
            if period is None:
                continue
            own = rows.period == label
            hit, accepted = outlier[own], rows.accepted[own]
            period.labelled += len(hit)
            period.outliers += int(hit.sum())
            period.accepted_labelled += int(accepted.sum())
            period.accepted_outliers += int(hit[accepted].sum())
            if rows.probability is not None:
                p = rows.probability[own]
                period.labelled_probability += float(p.sum())
                period.squares += float(((hit - p) ** 2).sum())

    def forecast(self) -> None:
        """Forecast each period that has no forecast yet, from the periods before it alone.

        A forecast stands as it was made, whatever comes to be known later.
        """
        known = self._plan.baseline
        past = [] if known is None else list(known.past)
        for period in self.told.values():
            usable = any(one.observed > 0 for one in past)
            if period.forecast is None and usable and period.probability > 0:
                told = forecast_batch(
                    period.probability / period.rows, period.rows, past, rate=True
                )
                period.forecast = [told.value, *told.interval, period.rows]
            if period.past is not None:
                past.append(period.past)

    @property
    def state(self) -> dict[str, Any]:
        """All sums, as plain values of JSON."""
        return {label: asdict(one) for label, one in self.told.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.told = {str(label): Period(**one) for label, one in state.items()}
