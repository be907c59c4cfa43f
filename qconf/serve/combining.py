"""Do what several ask for at the same time in one go: scoring and writing take mostly a start."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

__all__ = ["Combiner"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item]):
    """Items of one who waits, and what came of them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.is_done = False
        self.results: Sequence[Any] = ()
        self.error: BaseException | None = None


class Combiner(Generic[Item, Result]):
    """Does work for all who wait, in the thread of one of them (flat combining).

    Parameters
    ----------
    work : callable
        Gets items and returns a result for each; what it returns of one hangs on no other.
    most : int
        So many items at once, unless one alone brings more.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[_Waiting[Item]] = deque()
        self._working = Lock()

    def __call__(self, items: Sequence[Item]) -> Sequence[Result]:
        """Return a result for each item.

        Raises
        ------
        Exception
            What the work raises of these items.
        """
        own: _Waiting[Item] = _Waiting(items)
        self._waiting.append(own)
        while not own.is_done:
            with self._working:
                if not own.is_done:
                    self._do(self._taken())
        if own.error is not None:
            raise own.error
        return own.results

    def _taken(self) -> list[_Waiting[Item]]:
        taken = [self._waiting.popleft()]
        count = len(taken[0].items)
        while self._waiting and count + len(self._waiting[0].items) <= self._most:
            taken.append(self._waiting.popleft())
            count += len(taken[-1].items)
        return taken

    def _do(self, taken: list[_Waiting[Item]]) -> None:
        try:
            results = self._work([item for one in taken for item in one.items])
        except BaseException as error:  # noqa: BLE001 - is raised where it belongs
            if len(taken) > 1:
                # Of one who brings what cannot be done the others know nothing.
                for one in taken:
                    self._do([one])
                return
            taken[0].error = error
        else:
            at = 0
            for one in taken:
                one.results = results[at : at + len(one.items)]
                at += len(one.items)
        for one in taken:
            one.is_done = True
