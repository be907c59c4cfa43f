"""Which rows a pass has seen, as far as the next one must see the same."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qconf._types import FloatArray
from qconf.counting.group_hashes import mixed
from qconf.counting.sort_keys import Keys
from qconf.errors import OptionError

__all__ = ["SeenRows"]


@dataclass
class SeenRows:
    """Sums over rows that hang on each of them, and on no order.

    Attributes
    ----------
    n : int
    digest : int
        Of scores and residuals, modulo 2^64.
    grouped : bool or None
        Whether rows have groups; None before the first.
    kind : str
        What groups are: ``numbers``, ``times`` or ``text``; empty if none was there.
    clock : str or None
        What times are: ``dates`` or ``numbers``; empty without times, None before the first row.
    largest : ndarray of shape (n_columns,)
        The greatest absolute value of what is resampled.
    """

    n: int = 0
    digest: int = 0
    grouped: bool | None = None
    kind: str = ""
    clock: str | None = None
    largest: FloatArray = field(default_factory=lambda: np.zeros(0))

    def add(self, rows: Keys, largest: FloatArray) -> None:
        """Take note of rows, each told by a number of its own."""
        self.n += len(rows)
        self.digest = (self.digest + int(rows.sum(dtype=np.uint64))) % 2**64
        self.largest = np.maximum(self.largest, largest) if len(self.largest) else largest

    def check_groups(self, grouped: bool | None, kind: str) -> None:
        """Refuse groups of another kind than those before, and groups in some parts alone.

        Raises
        ------
        OptionError
        """
        if None not in (grouped, self.grouped) and grouped != self.grouped:
            msg = "Some rows were given with groups and others without: give groups in all parts."
            raise OptionError(msg)
        if kind and self.kind and kind != self.kind:
            msg = (
                f"Groups are {self.kind} in one part and {kind} in another: write them as one type."
            )
            raise OptionError(msg)
        self.grouped = grouped if self.grouped is None else self.grouped
        self.kind = self.kind or kind

    @property
    def timed(self) -> bool:
        """Whether rows have times."""
        return bool(self.clock)

    def check_times(self, clock: str | None) -> None:
        """Refuse times of another kind than those before, and times in some parts alone.

        Raises
        ------
        OptionError
        """
        if None not in (clock, self.clock) and clock != self.clock:
            if "" in (clock, self.clock):
                msg = "Some rows were given with times and others without: give times in all parts."
            else:
                msg = (
                    f"Times are {self.clock} in one part and {clock} in another: write them as one "
                    "type."
                )
            raise OptionError(msg)
        self.clock = clock if self.clock is None else self.clock

    def merge(self, other: SeenRows) -> None:
        """Take note of the rows of another part."""
        self.check_groups(other.grouped, other.kind)
        self.check_times(other.clock)
        self.n += other.n
        self.digest = (self.digest + other.digest) % 2**64
        if len(other.largest):
            longer = np.maximum(self.largest, other.largest) if len(self.largest) else other.largest
            self.largest = longer

    def check_same(self, before: SeenRows, number: int) -> None:
        """Refuse a pass over other rows than those of the pass before.

        Raises
        ------
        OptionError
        """
        if self.n != before.n:
            msg = (
                f"Pass {number} has seen {self.n:,} rows and the one before {before.n:,}: every "
                "pass goes over the same rows, all of them and each once."
            )
            raise OptionError(msg)
        if self.digest != before.digest:
            msg = (
                f"Pass {number} has seen other scores or residuals than the one before: every pass "
                "goes over the same rows."
            )
            raise OptionError(msg)
        if self.grouped != before.grouped or self.kind != before.kind:
            msg = f"Pass {number} has seen other groups than the one before: give the same in each."
            raise OptionError(msg)
        if self.clock != before.clock:
            msg = f"Pass {number} has seen other times than the one before: give the same in each."
            raise OptionError(msg)

    @staticmethod
    def number(keys: Keys, residual: FloatArray) -> Keys:
        """Return a number for each row that hangs on all bits of its score and residual."""
        return mixed(mixed(keys) ^ (residual + 0.0).view(np.uint64))
