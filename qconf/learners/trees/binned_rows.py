"""Rows whose bins the boosting engine finds once, for several models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded

__all__ = ["BinnedRows"]


@dataclass(frozen=True, eq=False)
class BinnedRows(Encoded):
    """An encoded table that several `BoostedTrees` are fitted on, one after another.

    Finding where the bins of each column are takes as long as twenty trees. The engine leaves out
    columns that no leaf could be split by, so bins hang on the least number of rows of a leaf.

    Attributes
    ----------
    kept : dict of int to lightgbm.Dataset
        By that number.
    """

    kept: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Encoded) -> Self:
        """Take rows over; not to be shared by threads, for a model sets its own labels."""
        return cls(rows.matrix, rows.encoder, rows.unseen)

    def labelled(self, target: FloatArray, least: int, build: Callable[[], Any]) -> Any:
        """Return what the engine makes of the rows, with this target.

        Parameters
        ----------
        target : ndarray of shape (n_samples,)
        least : int
            Rows of a leaf.
        build : callable
            Returns the `lightgbm.Dataset` with this target, if there is none yet.
        """
        if least not in self.kept:
            self.kept[least] = build().construct()
            return self.kept[least]
        return self.kept[least].set_label(target)
