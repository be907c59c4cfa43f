"""A watch: one chance of a false alarm for all monitors; what was decided stays decided."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from watched_rows import THRESHOLD, plan, stream, with_outcomes

from qconf.errors import OptionError, TableError
from qconf.monitoring.plan import Plan
from qconf.monitoring.rows import DecidedRows
from qconf.monitoring.watch import Watch

PLAN = plan()


def fed(*batches: DecidedRows, of: Plan = PLAN) -> Watch:
    watch = Watch(of)
    for one in batches:
        watch.update(one)
    return watch


def plain(watch: Watch) -> str:
    return json.dumps(watch.state, allow_nan=False)


def test_rows_like_those_certified_raise_no_alarm() -> None:
    """Of 2,000 rows of the same world nothing is told."""
    assert fed(stream(2000)).alarm is None


def test_the_same_batch_twice_counts_once() -> None:
    """A batch that comes again changes no bit of the state, alone or with its neighbour."""
    rows = stream(400)
    first, both = rows.take(np.arange(250)), rows.take(np.arange(150, 400))
    assert plain(fed(first, first)) == plain(fed(first))
    assert plain(fed(first, both, rows, first)) == plain(fed(first, both))


def test_the_order_of_rows_in_a_batch_does_not_matter() -> None:
    """They count in the order of their decisions, so that a shuffled file says the same."""
    rows = stream(600, larger=2.0)
    shuffled = rows.take(np.random.default_rng(0).permutation(600))
    assert plain(fed(shuffled)) == plain(fed(rows))


def test_an_outcome_that_changes_later_moves_nothing() -> None:
    """A row whose outcome was counted is counted, whatever the next file says of it."""
    rows = stream(800)
    watch = fed(rows)
    before = plain(watch)
    changed = DecidedRows(**{**vars(rows), "residual": rows.residual + 1.0})
    assert plain(watch.update(changed)) == before
    assert watch.alarm is None
    assert watch.last is not None
    assert watch.last.n_repeated == 800


def test_outcomes_move_nothing_that_was_decided_without_them() -> None:
    """Monitors of decisions, forecasts and earlier alarms are the same whatever comes out."""
    rows = stream(800, hard=0.7)
    unknown = with_outcomes(rows, np.zeros(800, dtype=bool))
    early = fed(unknown)
    for larger in (1.0, 3.0):
        outcomes = DecidedRows(**{**vars(rows), "residual": larger * rows.residual})
        late = fed(unknown, outcomes)
        for name in ("tiers", "expected error", "drift"):
            assert late.state["monitors"][name] == early.state["monitors"][name]
        assert late.raised[: len(early.raised)] == early.raised
        kept = [one.forecast for one in late.periods.told.values()]
        assert kept == [one.forecast for one in early.periods.told.values()]


def test_a_forecast_does_not_know_its_own_outcomes() -> None:
    """Labels of a period changed in the very batch that brings them leave its forecast alone."""
    rows = stream(800)
    last = rows.period == rows.period[-1]
    other = DecidedRows(**{**vars(rows), "residual": np.where(last, 9.0, rows.residual)})
    own, changed = (fed(one).periods.told[rows.period[-1]] for one in (rows, other))
    assert own.forecast == changed.forecast
    assert own.outliers != changed.outliers


def test_errors_that_double_are_found_by_outcomes_alone() -> None:
    """Where rows look the same, what is larger than expected is told, and by whom."""
    watch = fed(*(stream(500, seed, larger=2.0) for seed in range(3)))
    assert {one.monitor for one in watch.raised} >= {"outliers", "scale"}
    assert not {one.monitor for one in watch.raised} & {"drift", "expected error", "tiers"}


def test_harder_rows_are_found_without_any_outcome() -> None:
    """The expected error and the column that drives it alarm before an outcome is known."""
    rows = with_outcomes(stream(1500, hard=0.8), np.zeros(1500, dtype=bool))
    watch = fed(rows)
    assert {one.monitor for one in watch.raised} >= {"drift", "expected error", "tiers"}
    assert watch.n_outstanding == 1500
    assert watch.raised[0].missing == 1500
    drift = next(one for one in watch.raised if one.monitor == "drift")
    assert drift.alarm.what == "drift of region"


def test_harmless_drift_is_silent() -> None:
    """A column that tells nothing of the error may go where it wants."""
    rows = stream(1500)
    moved = DecidedRows(**{**vars(rows), "table": rows.table.assign(noise=50.0)})
    assert fed(moved).alarm is None


def test_it_goes_on_from_its_state() -> None:
    """Stopped after every batch, it ends as one that was never stopped, alarms and all."""
    batches = [stream(300, seed, larger=1.0 + seed / 2) for seed in range(4)]
    watch = Watch(PLAN)
    for one in batches:
        watch = Watch(PLAN).restore(json.loads(plain(watch))).update(one)
    assert plain(watch) == plain(fed(*batches))
    assert watch.raised


def test_all_monitors_share_one_chance_of_a_false_alarm() -> None:
    """Shares of the evidence add up to one, and each alarms at what its share allows."""
    monitors = fed(stream(10)).monitors
    assert sum(one.share for one in monitors.values()) == pytest.approx(1.0)
    for name, one in monitors.items():
        if name != "change":
            assert one.monitor.false_alarm == pytest.approx(0.05 * one.share)


def test_signs_of_several_monitors_add_up() -> None:
    """Where none alarms alone, the evidence of all together does."""
    raised = _with_evidence(fed(stream(10)), 0.9)
    assert len(raised) == 1
    assert raised[0].alarm.what.startswith("several signs")
    assert not _with_evidence(fed(stream(10)), 0.15)


def _with_evidence(watch: Watch, share_of_an_alarm: float) -> Any:
    """Give each monitor that much of what it would alarm at alone."""
    for one in watch.monitors.values():
        if one.share:
            due = np.log(share_of_an_alarm / one.monitor.false_alarm)
            several = one.monitor._bets
            for bets in several if isinstance(several, list) else [several]:
                bets.log_wealth[:] = due
    watch._look()
    return watch.raised


def test_over_valued_outliers_alone() -> None:
    """A certificate of values that are too high is not broken by ones that are too low."""
    rows = stream(800)
    low = DecidedRows(**{**vars(rows), "residual": -np.abs(rows.residual) - 0.2})
    told = {one.monitor for one in fed(low, of=plan(one_sided=True)).raised}
    assert "outliers" not in told
    assert "outliers" in {one.monitor for one in fed(low).raised}


def test_nothing_to_hold_rows_against_is_told() -> None:
    """A model without certificate, baseline and shadow has no monitors."""
    with pytest.raises(OptionError, match="qconf certify"):
        Watch(Plan(THRESHOLD, None))


def test_a_row_without_an_expected_error_is_refused_before_anything_is_counted() -> None:
    """The watch is as it was."""
    rows, watch = stream(50), fed(stream(300, 1))
    before = plain(watch)
    broken = DecidedRows(**{**vars(rows), "expected": np.full(50, np.nan)})
    with pytest.raises(TableError, match="expected error"):
        watch.update(broken)
    assert plain(watch) == before


@pytest.mark.slow
def test_false_alarms_of_a_whole_watch_are_rare() -> None:
    """Of 200 streams of 2,000 rows of the certified world, at most 5 % alarm, but for chance."""
    alarms = sum(
        any(one.monitor != "change" for one in fed(stream(2000, seed)).raised)
        for seed in range(200)
    )
    assert alarms <= 10 + 2 * np.sqrt(200 * 0.05 * 0.95)
