"""The page of monitors: whether what was promised still holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from qconf.core.estimate import Estimate, in_percent
from qconf.evaluation.rate_intervals import rate_estimate
from qconf.evaluation.resampling import Draws
from qconf.monitoring.periods import Period
from qconf.monitoring.result import Monitoring
from qconf.pages.words import LEAST_ROWS, doubts, rate_text, row_table
from qconf.report.monitoring import MonitoringDisplay
from qconf.report.page.parts import KeyFigure, Page, Picture, Section

__all__ = ["page"]

#: Periods keep sums alone, which say nothing of groups.
_INDEPENDENT, _LEVEL = Draws(np.zeros(1)), 0.95
_ENDLESS = 1e6
_WHAT = {
    "outliers": "outlier rate of the rows accepted against what is certified",
    "scale": "errors against expected errors, by tenth of these",
    "tiers": "share of rows in each tier",
    "expected error": "size of the expected errors",
    "drift": "columns that the model reads",
    "valuation": "whether values still come from the same valuation model",
    "change": "a change of the outlier rate at some moment",
}


def page(told: Monitoring, subject: str) -> Page:
    """Return the page of all monitors."""
    return Page(
        title="Does the promise still hold?",
        subject=subject,
        verdict=[_verdict(told), *str(told).split("\n")],
        figures=[*_figures(told)],
        cautions=doubts(told.warnings, ()),
        sections=[*_periods(told), _monitors(told)],
    )


def _verdict(told: Monitoring) -> str:
    if not told.alarm:
        return "No alarm: nothing shows that what was promised does not hold any more."
    n = len(told.watch.raised)
    alarms = "an alarm" if n == 1 else f"{n} alarms"
    return f"What was promised does not hold any more: {alarms}."


def _evidence(e_value: float) -> str:
    return f"{e_value:.2g}" if e_value < _ENDLESS else "over a million"


def _figures(told: Monitoring) -> Iterator[KeyFigure]:
    watch = told.watch
    yield KeyFigure("alarm" if told.alarm else "no alarm", "state of all monitors")
    yield KeyFigure(
        _evidence(watch.e_value),
        f"evidence against it; {1 / watch.plan.false_alarm:.0f} is an alarm",
    )
    if watch.plan.limit is not None:
        yield KeyFigure(f"at most {in_percent(watch.plan.limit)}", "outliers are certified")
    yield KeyFigure(f"{watch.n_outstanding:,}", "outcomes are still missing")


def _periods(told: Monitoring) -> Iterator[Section]:
    """Yield outlier rates by period, with what was forecast, if rows enough were decided."""
    periods = {
        label: one for label, one in told.watch.periods.told.items() if one.rows >= LEAST_ROWS
    }
    if not periods:
        return
    limit = told.watch.plan.limit
    checked = [one.kept for one in periods.values() if one.kept is not None]
    seen = f"Outlier rates of {len(periods)} periods beside their forecasts."
    if checked:
        seen += f" Of {len(checked)} forecasts {sum(checked)} held what came."
    numbers = row_table(
        "By period (95 % intervals as if rows were independent)",
        ["period", "rows", "accepted", "outcomes", "outliers", "outliers of those accepted",
         "forecast (90 %)"],
        [_line(label, one) for label, one in periods.items()],
    )  # fmt: skip
    since = [one.since for one in told.watch.raised]
    picture = Picture(MonitoringDisplay(_drawn(periods), limit, since), seen, numbers, height=3.8)
    sentence = (
        "A forecast is made before outcomes are known, from the expected errors of the rows and "
        f"what came of earlier ones. Rates of fewer than {LEAST_ROWS} outcomes are not told."
    )
    yield Section("Outliers by period", [sentence, picture])


def _line(label: str, one: Period) -> list[str]:
    forecast = "" if one.estimate is None else rate_text(one.estimate)
    return [
        label,
        f"{one.rows:,}",
        f"{one.accepted:,}",
        f"{one.labelled:,}",
        _rate(one.outliers, one.labelled),
        _rate(one.accepted_outliers, one.accepted_labelled),
        forecast,
    ]


def _rate(outliers: int, n: int) -> str:
    """Write a rate with its interval, as if rows were independent."""
    if n < LEAST_ROWS:
        return ""
    return rate_text(rate_estimate(outliers / n, n, _INDEPENDENT, _LEVEL))


def _drawn(periods: dict[str, Period]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "period": label,
                "outlier_rate": _share(one.outliers, one.labelled),
                "accepted_outlier_rate": _share(one.accepted_outliers, one.accepted_labelled),
                **_ends(one.estimate),
            }
            for label, one in periods.items()
        ]
    )


def _share(outliers: int, n: int) -> float:
    return outliers / n if n >= LEAST_ROWS else np.nan


def _ends(estimate: Estimate | None) -> dict[str, Any]:
    low, high = (np.nan, np.nan) if estimate is None else estimate.interval
    value = np.nan if estimate is None else estimate.value
    return {"forecast": value, "forecast_low": low, "forecast_high": high}


def _monitors(told: Monitoring) -> Section:
    watch = told.watch
    alarms = {one.monitor for one in watch.raised}
    rows = [
        [
            name,
            _WHAT.get(name, ""),
            f"{one.monitor.n_rows:,}",
            _evidence(one.monitor.e_value),
            "alarm" if name in alarms else "none",
        ]
        for name, one in watch.monitors.items()
    ]
    table = row_table(
        "Monitors", ["monitor", "what it watches", "rows", "evidence", "alarm"], rows, words=(0, 1)
    )
    sentence = (
        "Evidence is an e-value: at most 1 on average while all is as it was, so that "
        f"{1 / watch.plan.false_alarm:.0f} is reached by chance in at most "
        f"{in_percent(watch.plan.false_alarm, 0)} of cases, ever. The evidence of all monitors "
        "together, weighted, decides."
    )
    return Section("Drift and other monitors", [sentence, table])
