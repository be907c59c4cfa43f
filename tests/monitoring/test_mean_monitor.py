"""Monitors of means: bets that are fair at the limit, averaged over channels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qconf.errors import OptionError
from qconf.monitoring.mean_monitor import Channel, MeanMonitor

TWO = [Channel("a", 1.0, 25.0), Channel("b", 0.2, 1.0)]


def squares(n: int, scale: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=scale, size=(n, 1)) ** 2


def test_a_bet_at_the_limit_is_fair() -> None:
    """Of values whose mean is the limit, the evidence is one on average."""
    found = [MeanMonitor([TWO[0]]).update(np.array([[v]])).e_value for v in (0.0, 4.0)]
    assert 0.75 * found[0] + 0.25 * found[1] == pytest.approx(1.0, rel=1e-12)


def test_channels_are_averaged() -> None:
    """The evidence of two channels is the mean of what each has alone."""
    values = np.column_stack([squares(50, 1.3), np.ones(50)])
    alone = [MeanMonitor([one]).update(values[:, [i]]).e_value for i, one in enumerate(TWO)]
    assert MeanMonitor(TWO).update(values).e_value == pytest.approx(np.mean(alone))


def test_a_row_counts_in_its_own_channel_only() -> None:
    """What is not a number is bet on by nobody, and moves nothing."""
    values = np.column_stack([np.full(50, np.nan), np.ones(50)])
    state = MeanMonitor(TWO).update(values).state
    assert [one["rows"] for one in state["bets"]] == [0, 50]
    assert set(state["bets"][0]["log_wealth"]) == {0.0}


def test_the_alarm_names_the_channel() -> None:
    """The one with most of the evidence is told, with its own mean and limit."""
    values = np.column_stack([squares(400, 1.0), np.full(400, 0.5)])
    alarm = MeanMonitor(TWO).update(values).alarm
    assert alarm is not None
    assert (alarm.what, alarm.limit, alarm.observed) == ("b", 0.2, 0.5)


def test_values_are_cut() -> None:
    """One absurd row counts like one at the largest value, so that it cannot raise an alarm."""
    once = MeanMonitor([TWO[0]]).update(np.array([[1e12]]))
    assert once.e_value == MeanMonitor([TWO[0]]).update(np.array([[25.0]])).e_value
    assert once.alarm is None


def test_it_goes_on_from_its_state() -> None:
    """Stopped and taken up again, it ends as one that was never stopped."""
    values = np.column_stack([squares(200, 1.2), squares(200, 0.4, 1)])
    whole = MeanMonitor(TWO).update(values)
    kept = json.loads(json.dumps(MeanMonitor(TWO).update(values[:90]).state))
    again = MeanMonitor(TWO).restore(kept).update(values[90:])
    assert again.e_value == pytest.approx(whole.e_value, rel=1e-9)
    with pytest.raises(ValueError, match="other limits"):
        MeanMonitor([TWO[0]]).restore(kept)


@pytest.mark.parametrize("channel", [Channel("a", 0.0, 1.0), Channel("a", 2.0, 1.0)])
def test_limits_have_a_rule(channel: Channel) -> None:
    """A mean of at most 0 cannot be bet against, nor one that values cannot exceed."""
    with pytest.raises(OptionError, match="0 < limit"):
        MeanMonitor([channel])


@pytest.mark.slow
def test_false_alarms_are_as_rare_as_promised() -> None:
    """Of heavy-tailed squares at the limit, at most 5 % of 500 runs alarm, but for chance."""
    alarms = 0
    for seed in range(500):
        values = np.random.default_rng(seed).standard_t(5, size=(2000, 1)) ** 2 * 3 / 5
        monitor = MeanMonitor([Channel("a", 1.0, 25.0)])
        for part in np.split(values, 40):
            monitor.update(part)
        alarms += monitor.alarm is not None
    assert alarms <= 25 + 2 * np.sqrt(500 * 0.05 * 0.95)
