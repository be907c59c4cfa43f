"""How many groups there are, and how large they are, as far as a small memory can know."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qconf.counting.sort_keys import Keys

__all__ = ["KnownGroups"]

_MOST = 1024
_ALL = 2.0**64


@dataclass(eq=False)
class KnownGroups:
    """The groups of the smallest hashes, with their rows.

    Those that are among the smallest of all rows are so in each part: none was ever forgotten, and
    their counts are whole. Up to 1,024 groups all are known; beyond, how close together they lie
    tells how many there are (bottom-k sketch: Bar-Yossef et al. 2002, RANDOM).

    Attributes
    ----------
    hashes : ndarray of shape (n_known,), dtype uint64
        In ascending order.
    sizes : ndarray of shape (n_known,), dtype int64
    overflowed : bool
        Whether there are more groups than these.
    """

    hashes: Keys = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    overflowed: bool = False

    def add(self, groups: Keys) -> None:
        """Take note of the groups of rows."""
        if self.overflowed:
            groups = groups[groups <= self.hashes[-1]]
        hashes, sizes = np.unique(groups, return_counts=True)
        self._join(hashes, sizes)

    def merge(self, other: KnownGroups) -> None:
        """Take note of the groups of another part."""
        self.overflowed |= other.overflowed
        self._join(other.hashes, other.sizes)

    @property
    def count(self) -> int:
        """How many groups there are; beyond 1,024 an estimate, to about 3 %."""
        if not self.overflowed:
            return len(self.hashes)
        return round((_MOST - 1) * _ALL / float(self.hashes[-1]))

    def _join(self, hashes: Keys, sizes: NDArray[np.int64]) -> None:
        both, place = np.unique(np.append(self.hashes, hashes), return_inverse=True)
        # Not by weights of floats: whole numbers.
        counted = np.zeros(len(both), dtype=np.int64)
        np.add.at(counted, place, np.append(self.sizes, sizes))
        self.overflowed |= len(both) > _MOST
        self.hashes, self.sizes = both[:_MOST], counted[:_MOST]
