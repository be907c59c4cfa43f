"""Watch whether the means of bounded values stay at their limits, at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.monitoring.alarm import Alarm
from qconf.monitoring.bets import Bets

__all__ = ["Channel", "MeanMonitor"]

#: Stakes, as shares of the largest that can never lose more than there is.
_STAKES = np.geomspace(0.01, 0.5, 8)


@dataclass(frozen=True)
class Channel:
    """Values of one kind whose mean is to stay at a limit.

    Attributes
    ----------
    name : str
    limit : float
        Above 0.
    largest : float
        Values are cut there, which makes their mean no larger.
    weight : float, default=1.0
        Of its evidence among the others.
    """

    name: str
    limit: float
    largest: float
    weight: float = 1.0


class MeanMonitor:
    """Bet against "the mean is at most its limit", for several kinds of values at once.

    The e-values of the channels are averaged, which is again one, however they hang together.

    Parameters
    ----------
    channels : sequence of Channel
        At least one.
    false_alarm : float, default=0.05
        With what probability there is ever an alarm while all means, given the rows before, are
        at most their limits.

    Attributes
    ----------
    alarm : Alarm or None
        The first one, of the channel with most of the evidence.

    Notes
    -----
    The wealth of a stake s is the product of 1 + s (value − limit) / limit (Waudby-Smith & Ramdas
    2024, JRSS B 86), averaged over eight stakes from 0.01 to 0.5.

    Examples
    --------
    >>> import numpy as np
    >>> monitor = MeanMonitor([Channel("all", limit=1.0, largest=25.0)])
    >>> squares = np.random.default_rng(0).normal(scale=1.5, size=(500, 1)) ** 2
    >>> monitor.update(squares).alarm.what
    'all'
    """

    def __init__(self, channels: Sequence[Channel], false_alarm: float = 0.05) -> None:
        if not channels or any(not 0 < one.limit <= one.largest for one in channels):
            msg = "A monitor of means needs channels, each with 0 < limit <= largest value."
            raise OptionError(msg)
        self.channels, self.false_alarm = tuple(channels), false_alarm
        weights = np.array([one.weight for one in channels])
        self._weights = weights / weights.sum()
        self._bets = [Bets(np.full(len(_STAKES), 1 / len(_STAKES))) for _ in channels]
        self._sums: FloatArray = np.zeros(len(channels))
        self.n_rows = 0
        self.alarm: Alarm | None = None

    @property
    def e_value(self) -> float:
        """Evidence that a mean is above its limit; at most 1 on average if none is."""
        return float(self._weights @ [one.e_value for one in self._bets])

    def update(self, values: FloatArray) -> Self:
        """Take in rows.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_channels)
            >= 0; not a number where a row is none of a channel's.

        Returns
        -------
        MeanMonitor
        """
        for i, (channel, bets) in enumerate(zip(self.channels, self._bets, strict=True)):
            own = values[~np.isnan(values[:, i]), i]
            cut = np.clip(own, 0, channel.largest)
            bets.follow(bets.path(np.log1p(np.outer(cut / channel.limit - 1, _STAKES))))
            self._sums[i] += cut.sum()
        self.n_rows += len(values)
        if self.alarm is None and self.e_value >= 1 / self.false_alarm:
            self.alarm = self.told
        return self

    @property
    def told(self) -> Alarm:
        """What there is to say of the channel with most of the evidence."""
        evidence = self._weights * [one.e_value for one in self._bets]
        i = int(np.argmax(evidence))
        bets, channel = self._bets[i], self.channels[i]
        mean = float(self._sums[i] / max(bets.n_rows, 1))
        began = min(bets.began, max(bets.n_rows - 1, 0))
        return Alarm(channel.name, bets.n_rows, began, mean, channel.limit, self.e_value)

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {
            "rows": self.n_rows,
            "channels": [[one.name, one.limit, one.largest] for one in self.channels],
            "bets": [one.state for one in self._bets],
            "sums": self._sums.tolist(),
            "alarm": None if self.alarm is None else self.alarm.to_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Go on from the state of a monitor with the same channels.

        Raises
        ------
        ValueError
            If it is of another monitor.
        """
        mine = [[one.name, one.limit, one.largest] for one in self.channels]
        if state["channels"] != mine:
            msg = "the state is of a monitor with other limits"
            raise ValueError(msg)
        for own, kept in zip(self._bets, state["bets"], strict=True):
            own.restore(kept)
        self._sums = np.array(state["sums"], dtype=np.float64)
        self.n_rows = int(state["rows"])
        self.alarm = None if state["alarm"] is None else Alarm.from_dict(state["alarm"])
        return self
