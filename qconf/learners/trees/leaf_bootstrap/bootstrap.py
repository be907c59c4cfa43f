"""Bootstrap replicates of boosted trees at the price of about one fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf.core.compiled import CACHE_LINE
from qconf.core.restored import is_array, is_count, require
from qconf.core.seeding import draw_seed, random_source
from qconf.core.threads import threads_for
from qconf.core.validation import check_target
from qconf.core.vectors import LANES
from qconf.encoding.encoded import encode
from qconf.errors import OptionError
from qconf.learners.poisson_draws import BITS, poisson_steps
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.leaf_bootstrap.grown_trees import GrownTrees
from qconf.learners.trees.leaf_bootstrap.loops import Forest, Lanes, Leaves, Sums, add_steps, replay

__all__ = ["LeafBootstrap"]

_LOSSES = ("gamma", "squared")
#: Rows whose leaves are looked up at once: that takes 4 bytes for each tree.
_ROWS_AT_ONCE = 32_768
#: The floor of `BoostedTrees` under Gamma targets.
_LEAST_TARGET = 1e-9


class LeafBootstrap:
    """Bootstrap replicates of fitted `BoostedTrees`: the same trees, with leaves learned anew.

    Each replicate draws each row a Poisson(1) number of times, starts from the mean of what it
    drew, and goes through the trees in their order: with weights w, current predictions f and
    learning rate a, a leaf adds

        a sum(w (y / f - 1)) / sum(w)  to log f  (Gamma),    a sum(w (y - f)) / sum(w)  (squared),

    which are the steps of the fitted trees; as there, a Gamma step is at most 4 a, and 10 is added
    to the denominators of leaves that come from a split of categories into two sets. So with all
    weights 1 the replicate *is* the model, if that was grown on all rows. All replicates go side
    by side through the rows; binning and the search for splits are not repeated. What is kept
    fixed, the choice of splits, is left out of the spread, which is therefore smaller than that of
    models fitted anew.

    A leaf of which a replicate has drawn no row keeps the step of the fitted trees, and a replicate
    without any row is the model itself.

    Parameters
    ----------
    n_replicates : int, default=50
        At least 1; computed in blocks of 16, so that 48 cost a quarter less than 50.
    random_state : int, RandomState instance or None, default=None
        An int gives the same replicates with any number of threads.

    Attributes
    ----------
    trees_ : BoostedTrees
        The model whose trees are used; not copied.
    start_ : ndarray of shape (n_blocks, 16)
        What the trees of each replicate start from, in units of `unit_` from `origin_` on; a
        logarithm with the Gamma loss.
    steps_ : ndarray of shape (n_blocks, n_trees, n_leaves, 16), dtype float32
        What each leaf adds.
    origin_, unit_ : float
        What was subtracted from the target (0 with the Gamma loss), and what it was divided by.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 400).reshape(-1, 1)
    >>> y = np.random.default_rng(0).chisquare(1, size=400) * (1 + 3 * (x[:, 0] > 0.5))
    >>> trees = BoostedTrees(loss="gamma", random_state=0).fit(x, y)
    >>> replicates = LeafBootstrap(200, random_state=0).fit(trees, x, y).predict([[0.2], [0.8]])
    >>> replicates.shape
    (200, 2)
    >>> bool((replicates.std(axis=0) < replicates.mean(axis=0) / 2).all())
    True
    """

    def __init__(self, n_replicates: int = 50, *, random_state: RandomState = None) -> None:
        self.n_replicates = n_replicates
        self.random_state = random_state

    def fit(self, trees: BoostedTrees, X: TableLike, y: ArrayLike) -> Self:
        """Learn the leaves of all replicates.

        Parameters
        ----------
        trees : BoostedTrees
            Fitted on this table and target, with the loss ``"gamma"`` or ``"squared"``.
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        LeafBootstrap

        Raises
        ------
        OptionError
            If the number of replicates is below 1, or the loss is another one.
        ValueError
            If the table or the target breaks its rule.
        """
        self._check(trees)
        self.trees_ = trees
        encoded = self._encoded(X)
        grown = GrownTrees.of(trees)
        target, own_steps = self._in_units(check_target(trees, y, len(encoded)), grown.values)
        leaves: Leaves = np.empty((len(own_steps), len(encoded)), _leaf_type(own_steps.shape[1]))
        for part, found in self._leaves(encoded):
            leaves[:, part] = found
        how = float(trees.learning_rate), trees.loss == "gamma"
        forest = Forest(leaves, own_steps, grown.penalties, *how)
        n_blocks = -(-self.n_replicates // LANES)
        seeds = np.random.SeedSequence(draw_seed(random_source(self.random_state))).spawn(n_blocks)
        self.start_ = np.empty((n_blocks, LANES))
        self.steps_: Lanes = np.empty((n_blocks, *own_steps.shape, LANES), dtype=np.float32)

        def learn(block: int) -> None:
            weights = self._draw(len(target), seeds[block])
            self.start_[block] = _learn(forest, target, weights, self.steps_[block])

        _in_threads(learn, n_blocks, threads_for(len(target), trees.n_jobs))
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict each row by each replicate.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_replicates, n_samples)
            In the target's units; > 0 with the Gamma loss.
        """
        encoded = self._encoded(X)
        predicted = np.empty((self.n_replicates, len(encoded)))
        for part, replicates in self._stretches(encoded):
            predicted[:, part] = replicates
        return predicted

    def reduce(self, X: TableLike, function: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Predict each row by each replicate, and make one number of them.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        function : callable
            Gets predictions of shape (n_replicates, n), of up to 32,768 rows at once, and returns
            shape (n,). So there is never an array of all replicates of all rows.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        encoded = self._encoded(X)
        reduced = np.empty(len(encoded))
        for part, replicates in self._stretches(encoded):
            reduced[part] = function(replicates)
        return reduced

    def check_restored(self) -> None:
        """Check steps from a file: there must be one for each leaf that a row can fall into.

        Raises
        ------
        ValueError
        """
        require(isinstance(self.trees_, BoostedTrees), "the trees of replicates are none")
        trees = self.trees_.trees_
        n_blocks, n_leaves = len(self.start_), self.steps_.shape[2]
        require(
            is_array(self.start_, np.float64, (n_blocks, LANES))
            and is_array(self.steps_, np.float32, (n_blocks, trees.n_trees, n_leaves, LANES)),
            "the steps of replicates are not one a tree and leaf",
        )
        require(
            is_count(self.n_replicates, 1, n_blocks * LANES)
            and int(trees.n_leaves.max(initial=0)) <= n_leaves,
            "the replicates have fewer leaves than their trees",
        )

    def _check(self, trees: BoostedTrees) -> None:
        if self.n_replicates < 1:
            msg = f"n_replicates must be at least 1, got {self.n_replicates}."
            raise OptionError(msg)
        if trees.loss not in _LOSSES:
            msg = (
                f"LeafBootstrap knows the steps of the losses {' and '.join(_LOSSES)}; the trees "
                f"have the loss {trees.loss!r}. Fit them again on resampled rows instead."
            )
            raise OptionError(msg)

    def _encoded(self, X: TableLike) -> FloatArray:
        return encode(self.trees_, X, reset=False).matrix

    def _in_units(self, target: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the target and the steps of the fitted trees such that these start from 0."""
        steps = values.copy()
        if self.trees_.loss == "squared":
            self.origin_ = float(target.mean())
            self.unit_ = float(np.abs(target - self.origin_).max()) or 1.0
            steps *= self.trees_.scale_
            steps[0] += self.trees_.origin_ - self.origin_
            return (target - self.origin_) / self.unit_, steps / self.unit_
        self.origin_, self.unit_ = 0.0, self.trees_.scale_
        if self.unit_ == 0.0:
            return np.ones_like(target), steps
        floored = np.maximum(target / self.unit_, _LEAST_TARGET)
        mean = float(floored.mean())
        self.unit_ *= mean
        steps[0] -= np.log(mean)
        return floored / mean, steps

    def _leaves(self, encoded: FloatArray) -> Iterator[tuple[slice, Leaves]]:
        """Tell the leaves of stretches of rows in each tree, shape (n_trees, n)."""
        for start in range(0, len(encoded), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            yield part, self.trees_.trees_.leaves(encoded[part], self.trees_.n_jobs)

    def _draw(self, n_rows: int, seed: np.random.SeedSequence) -> NDArray[np.uint8]:
        """Draw how often each lane of a block learns each row, shape (n_rows, LANES)."""
        rng = np.random.default_rng(seed)
        times = np.searchsorted(poisson_steps(), np.arange(2**BITS), side="right").astype(np.uint8)
        weights = np.empty((n_rows, LANES), dtype=np.uint8)
        for start in range(0, n_rows, _ROWS_AT_ONCE):
            part = weights[start : start + _ROWS_AT_ONCE]
            times.take(rng.integers(2**BITS, size=part.shape, dtype=np.uint16), out=part)
        return weights

    def _stretches(self, encoded: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
        """Predict stretches of rows by each replicate, shape (n_replicates, n)."""
        threads = threads_for(len(encoded), self.trees_.n_jobs)
        n_blocks = len(self.steps_)
        for part, found in self._leaves(encoded):
            leaves = np.ascontiguousarray(found, dtype=_leaf_type(self.steps_.shape[2]))
            lanes = np.empty((n_blocks, LANES, leaves.shape[1]))

            def follow(block: int, leaves: Leaves = leaves, lanes: FloatArray = lanes) -> None:
                total = _aligned((leaves.shape[1], LANES))
                total[:] = self.start_[block]
                add_steps(leaves, self.steps_[block], total)
                if self.trees_.loss == "gamma":
                    np.exp(total, out=total)
                # The lanes are short floats, whose range is: in units of the target, 1e38.
                np.multiply(total.T, self.unit_, out=lanes[block], dtype=np.float64)
                lanes[block] += self.origin_

            _in_threads(follow, n_blocks, threads)
            yield part, lanes.reshape(n_blocks * LANES, -1)[: self.n_replicates]


def _learn(
    forest: Forest, target: FloatArray, weights: NDArray[np.uint8], steps: Lanes
) -> FloatArray:
    """Fill in the steps of one block of replicates; return what each starts from, (LANES,)."""
    n_leaves = steps.shape[1]
    state = _aligned(weights.shape)
    np.multiply(weights, target[:, None], out=state, casting="same_kind")
    drawn = weights.sum(axis=0, dtype=np.float64)
    mean = state.sum(axis=0, dtype=np.float64) / np.maximum(drawn, 1.0)
    if forest.multiply:
        mean[drawn == 0] = 1.0
    change = _aligned((n_leaves, LANES))
    change[:] = 1 / mean if forest.multiply else mean
    sums = Sums(
        _aligned((n_leaves, LANES)),
        np.empty((n_leaves, LANES), dtype=np.uint16),
        np.empty((n_leaves, LANES)),
        np.empty((n_leaves, LANES)),
    )
    replay(forest, weights, state, change, sums, steps)
    start: FloatArray = np.log(mean) if forest.multiply else mean
    return start


def _leaf_type(n_leaves: int) -> Any:
    """Choose the smallest type that can number the leaves of a tree."""
    return np.min_scalar_type(n_leaves)


def _aligned(shape: tuple[int, ...]) -> Lanes:
    """Make room for floats whose rows of lanes begin where lines of the cache do."""
    size = 4 * int(np.prod(shape))
    raw = np.empty(size + CACHE_LINE, dtype=np.uint8)
    begin = -raw.ctypes.data % CACHE_LINE
    return raw[begin : begin + size].view(np.float32).reshape(shape)


def _in_threads(work: Callable[[int], None], n_blocks: int, threads: int) -> None:
    """Do the work of each block; they are independent of each other."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(n_blocks)))
