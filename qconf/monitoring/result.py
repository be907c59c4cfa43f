"""What monitors say after an update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.monitoring.watch import Watch

if TYPE_CHECKING:
    from qconf.report.monitoring import MonitoringDisplay

__all__ = ["Monitoring"]


@dataclass(frozen=True, eq=False)
class Monitoring:
    """All monitors of a model after an update.

    Attributes
    ----------
    watch : Watch
    warnings : tuple of str
    """

    watch: Watch
    warnings: tuple[str, ...] = ()

    @property
    def alarm(self) -> bool:
        """Whether there is an alarm, of this update or an earlier one."""
        return bool(self.watch.raised)

    @property
    def alarm_lines(self) -> list[str]:
        """A line for each alarm: what, since when, on how many rows, and what to do."""
        from qconf.monitoring.wording import alarm_line  # noqa: PLC0415 - to print only

        return [alarm_line(one, self.watch.plan) for one in self.watch.raised]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each period: what was decided, what came, what was forecast."""
        told = self.watch.periods.told.items()
        return pd.DataFrame([_of_period(label, one) for label, one in told]).set_index("period")

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain numbers, for dashboards."""
        watch = self.watch
        return {
            "alarm": self.alarm,
            "alarms": [one.to_dict() for one in watch.raised],
            "in_words": str(self).split("\n"),
            "evidence": watch.e_value,
            "evidence_of_an_alarm": 1 / watch.plan.false_alarm,
            "monitors": {
                name: {"evidence": one.monitor.e_value, "rows": one.monitor.n_rows}
                for name, one in watch.monitors.items()
            },
            "outcomes_missing": watch.n_outstanding,
            "batches": watch.n_batches,
            "limit": watch.plan.limit,
            "limit_is_certified": watch.plan.is_certified and watch.plan.limit is not None,
            "periods": [_of_period(label, one) for label, one in watch.periods.told.items()],
        }

    def __str__(self) -> str:
        """Return alarms and forecasts in words."""
        from qconf.monitoring.wording import monitoring_lines  # noqa: PLC0415 - to print only

        return "\n".join(monitoring_lines(self))

    def _repr_html_(self) -> str:
        """Return the same sentences for a notebook, as paragraphs."""
        from qconf.report.html import as_html  # noqa: PLC0415 - in notebooks only

        return as_html(*str(self).split("\n"))

    def plot(self, *, ax: Any = None) -> MonitoringDisplay:
        """Draw outlier rates by period, forecasts and alarms; needs ``qconf[plots]``.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        MonitoringDisplay
        """
        from qconf.report.monitoring import MonitoringDisplay  # noqa: PLC0415

        since, plan = [one.since for one in self.watch.raised], self.watch.plan
        display = MonitoringDisplay(
            self.table.reset_index(), plan.limit, since, is_certified=plan.is_certified
        )
        return display.plot(ax)


def _of_period(label: str, period: Any) -> dict[str, Any]:
    n, accepted = period.labelled, period.accepted_labelled
    told = period.estimate
    return {
        "period": label,
        "rows": period.rows,
        "accepted": period.accepted,
        "outcomes": n,
        "outlier_rate": period.outliers / n if n else None,
        "accepted_outlier_rate": period.accepted_outliers / accepted if accepted else None,
        "forecast": None if told is None else told.value,
        "forecast_low": None if told is None else told.interval[0],
        "forecast_high": None if told is None else told.interval[1],
        "forecast_held": period.kept,
    }
