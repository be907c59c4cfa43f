"""What was made last, kept for who asks again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Latest"]

Made = TypeVar("Made")


class Latest(Generic[Made]):
    """Keeps what takes a while to make and never changes; what was not asked for longest goes.

    Parameters
    ----------
    most : int
        So many are kept.

    Examples
    --------
    >>> squares = Latest(2)
    >>> [squares.of(n, lambda n=n: print("made", n) or n**2) for n in (1, 2, 1, 3, 1)]
    made 1
    made 2
    made 3
    [1, 4, 1, 9, 1]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[object, Made] = OrderedDict()
        self._changing = Lock()

    def of(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what is known by a key, made now if it is not there."""
        with self._changing:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        # Others are not kept waiting; of two who make the same at once the second one counts.
        made = make()
        with self._changing:
            self._known[key] = made
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return made
