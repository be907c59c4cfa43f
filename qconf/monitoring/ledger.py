"""Which rows have been counted, so that each counts once however often it comes."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["Ledger", "Sorted"]

_Keys = NDArray[np.uint64]
#: Of 40 bits: that two of 200,000 rows have one key has a chance of one in 50 a table, and then
#: one row is not counted.
_BITS = np.uint64(2**40 - 1)
#: Rows of a generation; the last two are remembered.
_GENERATION = 100_000


@dataclass(frozen=True)
class Sorted:
    """Rows of a batch, by what is to be done with them.

    Attributes
    ----------
    decided : ndarray of int
        Rows that come for the first time.
    settled : ndarray of int
        Rows whose outcome comes for the first time.
    n_repeated : int
        Rows that had been counted as they are: also those whose outcome has changed since.
    n_too_old : int
        Rows of so long ago that nobody knows whether they were counted.
    """

    decided: IntArray
    settled: IntArray
    n_repeated: int
    n_too_old: int


class Ledger:
    """Remember rows by their keys: those decided on, and those whose outcome was counted.

    Attributes
    ----------
    closed : float or None
        Of rows decided up to this time nothing is known any more; they are not counted.
    """

    def __init__(self) -> None:
        self._young: dict[int, bool] = {}
        self._old: dict[int, bool] = {}
        self._youngest = -np.inf
        self.closed: float | None = None

    @property
    def n_outstanding(self) -> int:
        """How many rows have no outcome yet, of those that are remembered."""
        return sum(not one for one in self._young.values()) + sum(
            not one for one in self._old.values()
        )

    def sort_out(self, keys: _Keys, known: BoolArray, time: FloatArray) -> Sorted:
        """Say which rows are new, which outcomes are, and remember them.

        Parameters
        ----------
        keys : ndarray of shape (n_rows,), dtype uint64
        known : ndarray of shape (n_rows,), dtype bool
            Whether a row has its outcome.
        time : ndarray of shape (n_rows,)
            When each was decided.
        """
        decided, settled, repeated, old = [], [], 0, 0
        for at in np.lexsort((keys, time)):
            key, has = int(keys[at] & _BITS), bool(known[at])
            place = self._place(key)
            if place is None and self.closed is not None and time[at] <= self.closed:
                old += 1
                continue
            new = place is None
            counts = has and (place is None or not place[key])
            if new:
                decided.append(at)
            if counts:
                settled.append(at)
            repeated += not (new or counts)
            (self._young if place is None else place)[key] = counts or (not new and place[key])  # type: ignore[index]
        self._age(time)
        first, outcomes = (np.array(rows, dtype=np.intp) for rows in (decided, settled))
        return Sorted(first, outcomes, repeated, old)

    def _place(self, key: int) -> dict[int, bool] | None:
        return next((one for one in (self._young, self._old) if key in one), None)

    def _age(self, time: FloatArray) -> None:
        """Forget the older generation once the younger is full."""
        if len(time):
            self._youngest = max(self._youngest, float(time.max()))
        if len(self._young) < _GENERATION:
            return
        if self._old:
            self.closed = self._old_end
        self._old, self._old_end = self._young, self._youngest
        self._young = {}

    _old_end: float = -np.inf

    @property
    def state(self) -> dict[str, Any]:
        """All that is remembered, as plain values of JSON: some four bytes a row."""
        return {
            "young": _packed(self._young),
            "old": _packed(self._old),
            "ends": [_plain(self._youngest), _plain(self._old_end)],
            "closed": self.closed,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        self._young, self._old = _unpacked(state["young"]), _unpacked(state["old"])
        youngest, old_end = state["ends"]
        self._youngest = -np.inf if youngest is None else float(youngest)
        self._old_end = -np.inf if old_end is None else float(old_end)
        self.closed = None if state["closed"] is None else float(state["closed"])


def _plain(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _packed(keys: Mapping[int, bool]) -> str:
    """Write sorted keys by their differences, with whether an outcome was counted as last bit."""
    whole = np.sort(np.array([2 * key + settled for key, settled in keys.items()], dtype=np.uint64))
    steps = np.diff(whole, prepend=np.uint64(0)).astype("<u8")
    planes = steps.view(np.uint8).reshape(-1, 8).T  # bytes of one place beside each other
    return base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()


def _unpacked(text: str) -> dict[int, bool]:
    try:
        found = zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        msg = "the keys of the state are damaged"
        raise ValueError(msg) from error
    planes = np.frombuffer(found, dtype=np.uint8).reshape(8, -1)
    whole = np.cumsum(np.ascontiguousarray(planes.T).view("<u8").ravel().astype(np.uint64))
    return {int(one) >> 1: bool(int(one) & 1) for one in whole}
