"""How often one client may ask: a bucket of tokens each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

__all__ = ["Rates"]

#: So many clients are remembered; the one that was not seen for the longest time is forgotten.
_MOST_CLIENTS = 10_000


class Rates:
    """Buckets that fill up as time goes by.

    Parameters
    ----------
    per_minute : int
        What comes in a minute, and what a bucket holds.
    now : callable, default=`time.monotonic`
        Returns seconds.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = monotonic) -> None:
        self._most = float(per_minute)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, client: str, cost: float = 1.0) -> float:
        """Take from a client's bucket; return how many seconds are left until it has enough.

        Returns
        -------
        float
            0 if it had; nothing is taken otherwise.
        """
        now = self._now()
        there, since = self._buckets.pop(client, (self._most, now))
        there = min(self._most, there + (now - since) * self._most / 60)
        allowed = there >= cost
        self._buckets[client] = (there - cost if allowed else there), now
        while len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (cost - there) * 60 / self._most
