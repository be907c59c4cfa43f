"""Rows that are kept as they are, as long as they are few."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qconf._types import FloatArray
from qconf.counting.sort_keys import Keys

__all__ = ["MOST_KEPT", "KeptRows"]

#: Four numbers a row: four megabytes.
MOST_KEPT = 2**17


@dataclass(eq=False)
class KeptRows:
    """Rows in no order, or none once there were too many.

    Whether any are left hangs on how many there were in all, and not on how they came.

    Attributes
    ----------
    n_seen : int
    """

    n_seen: int = 0
    _pieces: list[tuple[Keys, FloatArray, Keys, Keys]] = field(default_factory=list)

    @property
    def are_all(self) -> bool:
        """Whether every row that was seen is here."""
        return self.n_seen <= MOST_KEPT

    def add(
        self, keys: Keys, residual: FloatArray, groups: Keys | None, moments: Keys | None
    ) -> None:
        """Keep rows, or drop all of them if there are too many now."""
        self.n_seen += len(keys)
        if self.are_all:
            roles = [
                np.zeros_like(keys) if one is None else one.copy() for one in (groups, moments)
            ]
            self._pieces.append((keys.copy(), residual.copy(), roles[0], roles[1]))
        else:
            self._pieces.clear()

    def merge(self, other: KeptRows) -> None:
        """Keep the rows of another part as well."""
        self.n_seen += other.n_seen
        self._pieces = [*self._pieces, *other._pieces] if self.are_all else []

    def sorted(self) -> tuple[Keys, FloatArray, Keys, Keys]:
        """Return keys, residuals, groups and moments, in an order that hangs on the rows alone."""
        empty = np.empty(0, dtype=np.uint64)
        pieces = self._pieces or [(empty, np.empty(0), empty, empty)]
        keys, residual, groups, moments = (np.concatenate(one) for one in zip(*pieces, strict=True))
        order = np.lexsort((moments, groups, residual.view(np.int64), keys))
        self._pieces = [(keys[order], residual[order], groups[order], moments[order])]
        return self._pieces[0]
