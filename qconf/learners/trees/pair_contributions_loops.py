"""The compiled loops of `qconf.learners.trees.pair_contributions`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.compiled import exactly_compiled
from qconf.learners.trees.flat_trees_loops import Walked, goes_left

__all__ = ["PairRoom", "add_contributions", "pair_room"]

#: Whose number of a feature is taken, on the way to a leaf.
_NOBODYS, _ROWS, _BASELINES = 0, 1, 2


class PairRoom(NamedTuple):
    """Room for the way to a leaf.

    Attributes
    ----------
    nodes, stages : ndarray of shape (n_splits of the largest tree + 1,)
        Where two rows parted, or a leaf; and which of the two ways was taken there.
    parted : ndarray of shape (n_features,)
        The features on whose account they did.
    owner : ndarray of shape (n_features,)
        Whose number of each feature is taken.
    """

    nodes: NDArray[np.int32]
    stages: NDArray[np.int8]
    parted: IntArray
    owner: NDArray[np.int8]


def pair_room(n_splits: int, n_features: int) -> PairRoom:
    """Make room for trees of at most so many splits."""
    return PairRoom(
        np.empty(n_splits + 1, dtype=np.int32),
        np.empty(n_splits + 1, dtype=np.int8),
        np.empty(n_features + 1, dtype=np.intp),
        np.zeros(n_features, dtype=np.int8),
    )


@exactly_compiled
def add_contributions(
    trees: Walked,
    rows: FloatArray,
    baselines: FloatArray,
    orders: FloatArray,
    room: PairRoom,
    parts: FloatArray,
) -> None:
    """Split the difference between what trees say of a row and of its baseline, pair by pair.

    Parameters
    ----------
    trees : Walked
    rows, baselines : ndarray of shape (n_pairs, n_features)
    orders : ndarray of shape (n, n)
        The share of orders of features in which a way is decided by one of them.
    room : PairRoom
    parts : ndarray of shape (n_pairs, n_features)
        Is added to.
    """
    for pair in range(len(rows)):
        for tree in range(len(trees.roots)):
            _add_tree(trees, tree, rows[pair], baselines[pair], orders, room, parts[pair])


@exactly_compiled
def _add_tree(
    trees: Walked,
    tree: int,
    row: FloatArray,
    baseline: FloatArray,
    orders: FloatArray,
    room: PairRoom,
    parts: FloatArray,
) -> None:
    """Go all ways that a mixture of both rows can take; where they part, first as the row does."""
    depth, n_rows, n_baselines = 0, 0, 0
    room.nodes[0], room.stages[0] = trees.roots[tree], _NOBODYS
    while depth >= 0:
        at = room.nodes[depth]
        if at < 0:
            for k in range(n_rows + n_baselines):
                feature = room.parted[k]
                if room.owner[feature] == _ROWS:
                    parts[feature] += trees.values[~at, 0] * orders[n_rows, n_baselines]
                else:
                    parts[feature] -= trees.values[~at, 0] * orders[n_baselines, n_rows]
            depth -= 1
            continue
        node = trees.nodes[at]
        feature = np.intp(node.feature)
        rows_left = goes_left(trees, node, row[feature])
        if room.stages[depth] == _NOBODYS:
            baselines_left = goes_left(trees, node, baseline[feature])
            owner = room.owner[feature]
            if rows_left == baselines_left or owner != _NOBODYS:
                left = baselines_left if owner == _BASELINES else rows_left
                room.nodes[depth] = node.left if left else node.right
                continue
            room.owner[feature], room.stages[depth] = _ROWS, _ROWS
            room.parted[n_rows + n_baselines] = feature
            n_rows += 1
            left = rows_left
        elif room.stages[depth] == _ROWS:
            room.owner[feature], room.stages[depth] = _BASELINES, _BASELINES
            n_rows -= 1
            n_baselines += 1
            left = not rows_left
        else:
            room.owner[feature] = _NOBODYS
            n_baselines -= 1
            depth -= 1
            continue
        depth += 1
        room.nodes[depth] = node.left if left else node.right
        room.stages[depth] = _NOBODYS
