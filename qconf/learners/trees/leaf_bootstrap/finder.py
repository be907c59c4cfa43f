"""Which leaf of each tree a row falls into, found in a sixth of the engine's time.

All splits of a tree are looked at for hundreds of rows at once, by the processor's vector units:
whoever goes right loses the leaves on the left, and the leftmost that is left at the end is the
row's (QuickScorer: Lucchese et al. 2015, SIGIR; for vectors of rows 2016).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.trees.leaf_bootstrap.finder_loops import (
    DE_BRUIJN,
    NO_LEVEL,
    ROWS,
    THRESHOLDS,
    Nodes,
    find_leaves,
    number_bins,
)
from qconf.learners.trees.leaf_bootstrap.grown_trees import Splits

__all__ = ["LeafFinder"]

_MOST_LEAVES = 32
#: Bits of the engine's type of a decision.
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_IS_NAN = 1, 2, 8


class LeafFinder:
    """Leaves of rows in the trees of a `lightgbm.Booster`.

    Parameters
    ----------
    trees : list of Splits
    n_columns : int
    """

    def __init__(self, trees: list[Splits], n_columns: int) -> None:
        self.n_columns = n_columns
        self._thresholds = _thresholds_of_columns(trees, n_columns)
        self._zero_if_missing = _columns_without_missing(trees)
        self._nodes = self._flattened(trees)

    @staticmethod
    def can_read(trees: list[Splits], n_columns: int) -> bool:
        """Tell whether leaves fit into 32 bits, and bins into 8; or else the engine must do it."""
        bins = max(map(len, _thresholds_of_columns(trees, n_columns)))
        return bins < THRESHOLDS and all(len(tree.left) < _MOST_LEAVES for tree in trees)

    def find(self, encoded: FloatArray, threads: int) -> NDArray[np.uint8]:
        """Find the leaves.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, n_columns)
        threads : int

        Returns
        -------
        ndarray of shape (n_trees, n_rows), dtype uint8
        """
        n_rows = len(encoded)
        codes = np.empty((self.n_columns, n_rows), dtype=np.uint8)
        levels = np.empty((self.n_columns, n_rows), dtype=np.int32)
        leaves = np.empty((len(self._nodes.place), n_rows), dtype=np.uint8)
        ends = np.linspace(0, n_rows, threads + 1).astype(int)

        def find_part(part: int) -> None:
            start, stop = int(ends[part]), int(ends[part + 1])
            self._encode(encoded, slice(start, stop), codes, levels)
            room = np.empty((2, ROWS), dtype=np.uint32)
            find_leaves(self._nodes, codes, levels, start, stop, room, leaves)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(find_part, range(threads)))
        return leaves

    def _encode(
        self,
        encoded: FloatArray,
        part: slice,
        codes: NDArray[np.uint8],
        levels: NDArray[np.int32],
    ) -> None:
        for column in np.unique(self._nodes.column):
            values = np.ascontiguousarray(encoded[part, column])
            if column in self._zero_if_missing:
                values = np.nan_to_num(values, nan=0.0)
            thresholds = np.full(THRESHOLDS, np.inf)
            thresholds[: len(self._thresholds[column])] = self._thresholds[column]
            number_bins(values, thresholds, codes[column, part])
            known = (values >= 0) & (values < NO_LEVEL)
            levels[column, part] = np.where(known, values, NO_LEVEL)

    def _flattened(self, trees: list[Splits]) -> Nodes:
        """Put the splits of all trees into arrays."""
        rows, sets, place = [], [np.zeros(1, np.uint32)], np.zeros((len(trees), _MOST_LEAVES))
        n_words = 1
        for row, tree in zip(place, trees, strict=True):
            removed, order = _leaves_on_the_left(tree)
            for bit, leaf in enumerate(order):
                row[((1 << bit) * DE_BRUIJN % 2**32) >> 27] = leaf
            for node in range(len(tree.left)):
                column, decision = int(tree.column[node]), int(tree.decision[node])
                if decision & _CATEGORICAL:
                    words = tree.sets[int(tree.threshold[node])]
                    rows.append((column, 0, 0, removed[node], n_words, len(words)))
                    sets.append(words)
                    n_words += len(words)
                    continue
                cut = int(np.searchsorted(self._thresholds[column], tree.threshold[node]))
                shift = int(bool(decision & _MISSING_IS_NAN and decision & _DEFAULT_LEFT))
                rows.append((column, shift, cut + shift, removed[node], 0, 0))
        columns = np.ascontiguousarray(np.array(rows, dtype=np.int64).reshape(-1, 6).T)
        return Nodes(
            np.cumsum([0, *(len(tree.left) for tree in trees)]),
            columns[0],
            columns[1].astype(np.uint8),
            columns[2].astype(np.uint8),
            columns[3].astype(np.uint32),
            columns[4],
            columns[5],
            np.concatenate(sets),
            place.astype(np.uint8),
        )


def _thresholds_of_columns(trees: list[Splits], n_columns: int) -> list[FloatArray]:
    found: list[list[FloatArray]] = [[] for _ in range(n_columns)]
    for tree in trees:
        for column, decision, threshold in zip(
            tree.column, tree.decision, tree.threshold, strict=True
        ):
            if not decision & _CATEGORICAL:
                found[column].append(threshold)
    return [np.unique(np.array(values, dtype=np.float64)) for values in found]


def _columns_without_missing(trees: list[Splits]) -> set[int]:
    """List columns that had no missing number when trees were grown: there it counts as 0."""
    return {
        int(column)
        for tree in trees
        for column, decision in zip(tree.column, tree.decision, strict=True)
        if not decision & (_CATEGORICAL | _MISSING_IS_NAN)
    }


def _leaves_on_the_left(tree: Splits) -> tuple[list[int], list[int]]:
    """Return the leaves left of each split, as bits from left to right, and the leaves' order."""
    order: list[int] = []
    removed = [0] * len(tree.left)

    def walk(node: int) -> int:
        if node < 0:
            order.append(~node)
            return 1 << (len(order) - 1)
        removed[node] = walk(int(tree.left[node]))
        return removed[node] | walk(int(tree.right[node]))

    walk(0 if removed else ~0)
    return removed, order
