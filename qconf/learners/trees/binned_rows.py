"""Rows whose bins the boosting engine finds once, for several models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded

__all__ = ["BinnedRows"]


@dataclass(frozen=True, eq=False)
class BinnedRows(Encoded):
    """An encoded table that several `BoostedTrees` are fitted on, one after another.

    Finding where the bins of each column are takes as long as twenty trees.

    Attributes
    ----------
    kept : dict of tuple to lightgbm.Dataset
        By what bins hang on.
    """

    kept: dict[tuple[int, ...], Any] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Encoded) -> Self:
        """Take rows over; not to be shared by threads, for a model sets its own labels."""
        return cls(rows.matrix, rows.encoder, rows.unseen)

    def labelled(
        self, target: FloatArray, parameters: Mapping[str, Any], build: Callable[[], Any]
    ) -> Any:
        """Return what the engine makes of the rows, with this target.

        Parameters
        ----------
        target : ndarray of shape (n_samples,)
        parameters : mapping
            Of the engine, which leaves out columns that no leaf could be split by.
        build : callable
            Returns the `lightgbm.Dataset` with this target, if there is none yet.
        """
        key = parameters["max_bin"], parameters["min_data_in_leaf"]
        if key not in self.kept:
            self.kept[key] = build().construct()
            return self.kept[key]
        return self.kept[key].set_label(target)
