"""Alarms and forecasts in plain words: what, since when, on how many rows, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.estimate import in_percent, in_units, percent_range

if TYPE_CHECKING:
    from qconf.monitoring.plan import Plan
    from qconf.monitoring.result import Monitoring
    from qconf.monitoring.watch import Raised

__all__ = ["alarm_line", "monitoring_lines"]

_CERTIFY = "certify again on newer rows (qconf certify TABLE --model FILE)"
_WHAT_TO_DO = {
    "outliers": f"Stop acting on this cut-off; {_CERTIFY}, or fit again.",
    "change": f"Look at the newest rows before acting on more; {_CERTIFY}.",
    "scale": "Expected errors are too small there: fit the confidence again.",
    "tiers": "The mix of rows has changed: see whether capacity and rules still fit.",
    "expected error": f"Harder rows are coming: expect more outliers, and {_CERTIFY}.",
    "drift": "See what these rows are; fit again once they have outcomes.",
    "valuation": "Fit again with the predictions of the model that is in use now.",
}
_ROWS = {
    "outliers": "accepted rows with an outcome",
    "change": "accepted rows with an outcome",
    "scale": "rows with an outcome",
}
#: Monitors of what is promised of the rows accepted.
_OF_LIMIT = ("outliers", "change")
#: What is no rate: it has units of its own.
_IN_UNITS = ("scale", "drift")


def alarm_line(raised: Raised, plan: Plan) -> str:
    """Write an alarm as one line.

    Parameters
    ----------
    raised : Raised
    plan : Plan
        What was promised.
    """
    one = raised.alarm
    in_own_units = raised.monitor in _IN_UNITS or one.what.startswith(("mean", "several"))
    write = in_units if in_own_units else in_percent
    rows = f"{one.n_rows:,} {_ROWS.get(raised.monitor, 'rows')}"
    if raised.monitor == "scale":
        rows = f"times the square of the expected error, on average over {rows}"
    else:
        rows = f"of {rows}"
    when = "" if raised.since == "all" else f"{raised.since}, "
    trust = f"any false alarm, ever: {in_percent(plan.false_alarm, 0)}"
    if raised.monitor == "change":
        trust = f"a false alarm once in {plan.run_length:,} rows at most"
    held = _held_against(raised.monitor, write(one.limit), plan)
    return (
        f"ALARM, {one.what}: {write(one.observed)} {rows}, where {held}; since about {when}row "
        f"{one.began + 1:,}; {raised.missing:,} outcomes still missing ({trust}). "
        f"{_WHAT_TO_DO[raised.monitor]}"
    )


def _held_against(monitor: str, limit: str, plan: Plan) -> str:
    if monitor in _OF_LIMIT:
        return f"at most {limit} {_promise(plan)}"
    if monitor == "valuation":
        return f"a difference of {limit} is usual"
    return f"at most {limit} was expected"


def _promise(plan: Plan) -> str:
    """Say who promised the limit: a certificate, or whoever named it."""
    return "is certified" if plan.is_certified else "was asked for"


def monitoring_lines(told: Monitoring) -> Iterator[str]:
    """Yield the sentences of a run, alarms first."""
    watch = told.watch
    yield from told.alarm_lines
    if _is_of_before(told):
        yield (
            "An alarm is told in every run from then on. When what it asks for is done, begin "
            "anew, with the new model and another file for --state."
        )
    if not watch.raised:
        due = 1 / watch.plan.false_alarm
        yield f"No alarm. Evidence: {watch.e_value:.2g}; {due:.0f} would be one."
    if watch.last is not None:
        new = watch.last
        yield (
            f"{len(new.decided):,} new rows and {len(new.settled):,} new outcomes"
            f"{_also(new.n_repeated, 'counted before')}{_also(new.n_too_old, 'too long ago')}; "
            f"{watch.n_outstanding:,} outcomes are still missing."
        )
    yield from _so_far(told)
    yield from _forecast(told)


def _is_of_before(told: Monitoring) -> bool:
    """Tell whether there is an alarm of an earlier run."""
    watch = told.watch
    idle = watch.last is not None and not len(watch.last.decided) + len(watch.last.settled)
    return any(one.batch < watch.n_batches + idle for one in watch.raised)


def _so_far(told: Monitoring) -> Iterator[str]:
    """Say what came of the rows accepted, over all periods that are kept."""
    periods = told.watch.periods.told.values()
    outcomes = sum(one.accepted_labelled for one in periods)
    if outcomes:
        limit = told.watch.plan.limit
        rate = in_percent(sum(one.accepted_outliers for one in periods) / outcomes)
        plan = told.watch.plan
        promised = "" if limit is None else f"; at most {in_percent(limit)} {_promise(plan)}"
        rows = "accepted rows" if limit is not None else "rows"
        yield f"So far {rate} of {outcomes:,} {rows} with an outcome are outliers{promised}."


def _also(count: int, why: str) -> str:
    return f", {count:,} {why}" if count else ""


def _forecast(told: Monitoring) -> Iterator[str]:
    periods = told.watch.periods.told
    if not periods:
        return
    label, last = list(periods.items())[-1]
    estimate = last.estimate
    if estimate is not None:
        name = "These rows" if label == "all" else label
        known = told.watch.plan.baseline
        window = "in the reference" if told.watch.plan.is_reference else "last certified window"
        before = "" if known is None else f", {window} {in_percent(known.outlier_rate)}"
        yield (
            f"{name}: {in_percent(estimate.value)} outliers expected "
            f"({percent_range(estimate)}){before}."
        )
    checked = [one.kept for one in periods.values() if one.kept is not None]
    if checked:
        yield f"Of {len(checked)} earlier forecasts {sum(checked)} held what came (9 of 10 should)."
