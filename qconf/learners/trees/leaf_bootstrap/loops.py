"""The compiled loops of `qconf.learners.trees.leaf_bootstrap.bootstrap`, which has the formulas."""

from __future__ import annotations

from math import exp
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import compiled, inlined
from qconf.core.vectors import LANES, add, multiply, subtract_times
from qconf.learners.trees.gamma_objective import LARGEST_STEP

__all__ = ["Forest", "Lanes", "Leaves", "Sums", "add_steps", "replay"]

#: Numbers of leaves, shape (n_trees, n_rows).
Leaves: TypeAlias = NDArray[np.integer]
Lanes: TypeAlias = NDArray[np.float32]

#: Sums of so many rows fit into float32, and their counts of drawn rows into 16 bits.
_STRETCH = 4096
#: Lanes of so many rows stay in the processor's nearest cache.
_CACHED = 256


class Forest(NamedTuple):
    """The trees whose structure is kept.

    Attributes
    ----------
    leaves : ndarray of shape (n_trees, n_rows)
        Which leaf of each tree a row of the training table falls into.
    own_steps : ndarray of shape (n_trees, n_leaves)
        What the fitted trees add in each leaf, without the value that all of them start from.
    penalties : ndarray of shape (n_trees, n_leaves)
        What is added to second derivatives.
    learning_rate : float
    multiply : bool
        The Gamma loss with its log link; or else squared loss.
    """

    leaves: Leaves
    own_steps: FloatArray
    penalties: FloatArray
    learning_rate: float
    multiply: bool


class Sums(NamedTuple):
    """Room for sums over the rows of a leaf: of a stretch of rows, and of all.

    Attributes
    ----------
    error, drawn : ndarray of shape (n_leaves, LANES)
    all_error, all_drawn : ndarray of shape (n_leaves, LANES)
    """

    error: Lanes
    drawn: NDArray[np.uint16]
    all_error: FloatArray
    all_drawn: FloatArray


@compiled
def replay(
    forest: Forest,
    weights: NDArray[np.uint8],
    state: Lanes,
    change: Lanes,
    sums: Sums,
    steps: Lanes,
) -> None:
    """Take each tree's step in all lanes, one tree after another.

    Parameters
    ----------
    forest : Forest
    weights : ndarray of shape (n_rows, LANES)
        How often each lane has drawn each row.
    state : ndarray of shape (n_rows, LANES)
        Weight times target over prediction (Gamma), or weight times target minus prediction.
        Changed in place.
    change : ndarray of shape (n_leaves, LANES)
        What the state is multiplied with, or reduced by, before the next tree: at first 1, or 0.
    sums : Sums
    steps : ndarray of shape (n_trees, n_leaves, LANES)
        Is filled.
    """
    n_trees, n_rows = forest.leaves.shape
    for tree in range(n_trees):
        sums.all_error[:] = 0.0
        sums.all_drawn[:] = 0.0
        for start in range(0, n_rows, _STRETCH):
            stop = min(start + _STRETCH, n_rows)
            sums.error[:] = 0.0
            sums.drawn[:] = 0
            _pass_over(forest, tree, start, stop, weights, state, change, sums)
            for leaf in range(change.shape[0]):
                for lane in range(LANES):
                    sums.all_error[leaf, lane] += sums.error[leaf, lane]
                    sums.all_drawn[leaf, lane] += sums.drawn[leaf, lane]
        _step(forest, tree, sums, change, steps)


@inlined
def _pass_over(
    forest: Forest,
    tree: int,
    start: int,
    stop: int,
    weights: NDArray[np.uint8],
    state: Lanes,
    change: Lanes,
    sums: Sums,
) -> None:
    """Bring the state of rows up to the former tree, and sum it over the leaves of this one."""
    former = max(tree - 1, 0)
    for row in range(start, stop):
        left, leaf = np.intp(forest.leaves[former, row]), np.intp(forest.leaves[tree, row])
        if forest.multiply:
            multiply(state, row, change, left)
        else:
            subtract_times(state, row, weights, row, change, left)
        add(sums.error, leaf, state, row)
        add(sums.drawn, leaf, weights, row)


@inlined
def _step(forest: Forest, tree: int, sums: Sums, change: Lanes, steps: Lanes) -> None:
    """Turn the sums of a tree into its steps, and into the change that they make."""
    for leaf in range(change.shape[0]):
        for lane in range(LANES):
            drawn, error = sums.all_drawn[leaf, lane], sums.all_error[leaf, lane]
            if drawn == 0.0 or (forest.multiply and error <= 0.0):
                step = forest.own_steps[tree, leaf]
            elif forest.multiply:
                scored = (error - drawn) / (drawn + forest.penalties[tree, leaf])
                step = forest.learning_rate * min(scored, LARGEST_STEP)
            else:
                step = forest.learning_rate * error / (drawn + forest.penalties[tree, leaf])
            steps[tree, leaf, lane] = step
            change[leaf, lane] = exp(-step) if forest.multiply else step


@compiled
def add_steps(leaves: Leaves, steps: Lanes, out: Lanes) -> None:
    """Add the steps of the leaves that rows fall into, of all trees.

    Parameters
    ----------
    leaves : ndarray of shape (n_trees, n_rows)
    steps : ndarray of shape (n_trees, n_leaves, LANES)
    out : ndarray of shape (n_rows, LANES)
        Is added to.
    """
    n_trees, n_rows = leaves.shape
    for start in range(0, n_rows, _CACHED):
        stop = min(start + _CACHED, n_rows)
        for tree in range(n_trees):
            for row in range(start, stop):
                add(out, row, steps[tree], np.intp(leaves[tree, row]))
