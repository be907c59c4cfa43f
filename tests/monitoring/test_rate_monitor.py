"""A monitor of a rate: alarms that hold at any time, and soon."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf import RateMonitor
from qconf.errors import OptionError, TableError


def outliers(n: int, rate: float, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(n) < rate).astype(int)


def test_the_evidence_is_a_mixture_of_likelihood_ratios() -> None:
    """After 30 rows with 4 outliers it is the mean of ratios of binomial likelihoods, by hand."""
    limit, x, n = 0.06, 4, 30
    odds = np.array([1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.6]) * limit / (1 - limit)
    p = odds / (1 + odds)
    ratio = (p / limit) ** x * ((1 - p) / (1 - limit)) ** (n - x)
    by_hand = np.array([0.05, 0.1, 0.1, 0.15, 0.2, 0.2, 0.2]) @ ratio
    monitor = RateMonitor(limit).update(np.r_[np.ones(x), np.zeros(n - x)])
    assert monitor.e_value == pytest.approx(by_hand, rel=1e-12)


def test_of_one_row_the_evidence_is_one_on_average() -> None:
    """A bet at the limit is fair: 6 % of its gain and 94 % of its loss make one."""
    won, lost = (RateMonitor(0.06).update([hit]).e_value for hit in (1, 0))
    assert 0.06 * won + 0.94 * lost == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("kind", ["level", "change"])
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 400), max_size=5))
def test_batches_do_not_matter(kind: str, cuts: list[int]) -> None:
    """However rows are cut into updates, the alarm and the state are the same."""
    rows = outliers(400, 0.2)
    whole = RateMonitor(0.06, kind=kind).update(rows)  # type: ignore[arg-type]
    parts = RateMonitor(0.06, kind=kind)  # type: ignore[arg-type]
    for part in np.split(rows, sorted(cuts)):
        parts.update(part)
    assert whole.alarm is not None
    assert parts.alarm is not None
    assert whole.alarm == parts.alarm
    assert json.dumps(whole.state) == json.dumps(parts.state)


@pytest.mark.parametrize("kind", ["level", "change"])
def test_it_goes_on_from_its_state(kind: str) -> None:
    """A state is JSON, and a monitor that goes on from it ends as one that was never stopped."""
    rows = outliers(900, 0.05)
    whole = RateMonitor(0.06, kind=kind).update(rows)  # type: ignore[arg-type]
    kept = json.loads(json.dumps(RateMonitor(0.06, kind=kind).update(rows[:500]).state))  # type: ignore[arg-type]
    again = RateMonitor(0.06, kind=kind).restore(kept).update(rows[500:])  # type: ignore[arg-type]
    assert json.dumps(again.state) == json.dumps(whole.state)
    assert len(json.dumps(whole.state)) < 2000


def test_an_alarm_stays_as_it_was() -> None:
    """Good rows after an alarm neither take it back nor change what it says."""
    monitor = RateMonitor(0.06).update(outliers(300, 0.3))
    first = monitor.alarm
    assert first is not None
    assert monitor.update(np.zeros(5000)).alarm == first


def test_a_change_is_dated() -> None:
    """After 1,000 good rows, an alarm of ten times the rate says that it began near row 1,000."""
    rows = np.r_[outliers(1000, 0.03), outliers(300, 0.3, seed=1)]
    alarm = RateMonitor(0.06, kind="change").update(rows).alarm
    assert alarm is not None
    assert 1000 < alarm.n_rows < 1060
    assert abs(alarm.began - 1000) < 25


def test_an_outcome_after_the_alarm_moves_nothing_before_it() -> None:
    """What comes later is seen by no earlier step: the alarm is that of the rows up to it."""
    rows = outliers(500, 0.25)
    alarm = RateMonitor(0.06).update(rows).alarm
    assert alarm is not None
    changed = rows.copy()
    changed[alarm.n_rows :] = 1 - changed[alarm.n_rows :]
    other = RateMonitor(0.06).update(changed).alarm
    assert other is not None
    assert (other.n_rows, other.evidence) == (alarm.n_rows, alarm.evidence)


def test_a_state_of_another_limit_is_refused() -> None:
    """Evidence against 6 % is none against 5 %."""
    with pytest.raises(ValueError, match="another limit"):
        RateMonitor(0.05).restore(RateMonitor(0.06).state)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"limit": 0.0}, "limit"),
        ({"limit": 0.06, "false_alarm": 1.0}, "false alarm"),
        ({"limit": 0.06, "kind": "trend"}, "kind must be one of level, change"),
        ({"limit": 0.06, "run_length": 1.5}, "run length must be a whole number"),
    ],
)
def test_parameters_have_rules(given_: dict[str, object], message: str) -> None:
    """A parameter outside its rule is told in one line."""
    with pytest.raises(OptionError, match=message):
        RateMonitor(**given_)  # type: ignore[arg-type]


def test_only_zeros_and_ones_are_outliers() -> None:
    """An error is no outlier: the monitor does not guess a threshold, and nothing is counted."""
    monitor = RateMonitor(0.06)
    with pytest.raises(TableError, match="outlier must be numbers, one a row"):
        monitor.update(["a"])
    with pytest.raises(TableError, match="0 and 1"):
        monitor.update([0.0, 0.2])
    assert monitor.n_rows == 0


@pytest.mark.slow
def test_false_alarms_are_as_rare_as_promised() -> None:
    """At the limit, over 20,000 rows, at most 5 % of 1,000 runs alarm, but for chance."""
    alarms = sum(
        RateMonitor(0.06).update(outliers(20_000, 0.06, seed)).alarm is not None
        for seed in range(1000)
    )
    assert alarms <= 50 + 2 * np.sqrt(1000 * 0.05 * 0.95)


@pytest.mark.slow
def test_the_run_length_is_that_which_was_asked_for() -> None:
    """At the limit a detector alarms once in 1,000 rows on average, when that is asked for."""
    lengths = []
    for seed in range(300):
        monitor = RateMonitor(0.2, kind="change", run_length=1000)
        rng = np.random.default_rng(seed)
        while monitor.alarm is None:
            monitor.update((rng.random(500) < 0.2).astype(int))
        lengths.append(monitor.alarm.n_rows)
    error = np.std(lengths) / np.sqrt(len(lengths))
    assert abs(np.mean(lengths) - 1000) < 3 * error
