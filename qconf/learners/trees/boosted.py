"""Gradient boosted trees for tables, through LightGBM.

Knows nothing of confidence. Chosen over scikit-learn's histogram boosting by measurement; see
``docs/decisions/0006-boosting-engine.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone

from qconf._types import ArrayLike, BoostingLoss, FloatArray, IntArray, RandomState, TableLike
from qconf.core.seeding import draw_seed, random_source
from qconf.core.threads import threads_for
from qconf.core.validation import (
    Interval,
    StrOptions,
    TakesTables,
    check_parameters,
    check_target,
    check_weights,
)
from qconf.encoding.encoded import encode
from qconf.encoding.encoder import TableEncoder
from qconf.errors import OptionError
from qconf.learners.trees.binned_rows import BinnedRows
from qconf.learners.trees.boosting_losses import INVERSE_LINKS, OBJECTIVES, scaled_target
from qconf.learners.trees.gamma_objective import LARGEST_STEP
from qconf.learners.trees.holds_trees import HoldsTrees
from qconf.learners.trees.lightgbm_engine import EngineRows, grow, leaf_size, trees_until_no_change
from qconf.learners.trees.monotonic import monotone_signs

__all__ = ["BINS_OF_A_SHARE", "PENALTY_OF_SETS", "BoostedTrees"]

_MIN_ROWS_TO_SUBSAMPLE = 20
#: Fewer rows are not split to see when to stop.
_MIN_ROWS_TO_STOP = 50
_ROWS_FOR_EACH_ROW_OF_A_LEAF = 1000
#: Is added to second derivatives beside a split of levels into two sets; the engine's default.
PENALTY_OF_SETS = 10.0
#: Few are enough where several models are averaged, and a fifth sooner looked at.
BINS_OF_A_SHARE = 63


class BoostedTrees(HoldsTrees, TakesTables, RegressorMixin, BaseEstimator):
    """Gradient boosted trees on tables with strings, dates and missing values.

    Parameters
    ----------
    loss : {"squared", "gamma", "quantile", "binary"}, default="squared"
        ``gamma`` is the Gamma deviance with log link, for targets >= 0; ``binary`` the logistic
        loss, for targets 0 and 1, of which the probability of a 1 is predicted.
    quantile : float, default=0.5
        Which quantile, if `loss` is ``"quantile"``; strictly between 0 and 1.
    n_estimators : int, default=200
        Number of trees; with `early_stopping` the most there can be.
    learning_rate : float, default=0.05
    max_leaf_nodes : int, default=31
    min_samples_leaf : int or None, default=None
        None is a twentieth of the rows, at least 5 and at most 100: the targets that qconf
        learns, sizes of errors, are noisy. With the Gamma loss it is at least a thousandth: of
        very many rows, the few largest squares are enough to make a leaf of 100.
    max_features : float, default=0.5
        Share of the features a tree may use.
    subsample : float, default=0.7
        Share of the rows a tree is grown on.
    max_bins : int, default=255
        Into so many bins each column of numbers is cut; fewer are looked at sooner.
    max_rows : int or None, default=250000
        Longer tables are cut at random into parts of at most so many rows, and each part grows its
        share of the trees, going on from those of the parts before: most of the time of a tree
        goes into looking at all rows, and so many are enough for one. None is no limit.
    monotonic : mapping of str or int to {+1, -1} or None, default=None
        Columns that the prediction may only rise (+1) or only fall (-1) with, by name, or by
        position where the table has no names; not for the loss ``"quantile"``. Says nothing of
        missing values.
    early_stopping : bool, default=False
        Hold out some of the rows, and stop when `n_iter_no_change` more trees have not lowered
        the loss on them; then grow that many trees on all rows. Tables of fewer than 50 rows
        are not split.
    validation_fraction : float, default=0.2
        Share of the rows that is held out; strictly between 0 and 1.
    n_iter_no_change : int, default=30
    random_state : int, RandomState instance or None, default=None
    n_jobs : int or None, default=None
        Threads; None is one for each 25,000 rows, up to the cores that the process may use.

    Attributes
    ----------
    trees_ : FlatTrees
        As they were grown; sums of them are in units of `scale_` from `origin_` on, logarithms with
        the Gamma loss, log odds with the binary loss.
    in_sets_ : ndarray of shape (n_features,), dtype bool
        Columns of so many levels that splits put them into two sets; the engine penalises these.
    encoder_ : TableEncoder
    n_estimators_ : int
        Number of trees that were grown.
    origin_, scale_ : float
        What was subtracted from the target (its median; 0 with the Gamma loss), and what it was
        then divided by: the engine's labels have seven digits, and units must not matter.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 400).reshape(-1, 1)
    >>> model = BoostedTrees(loss="gamma", random_state=0).fit(x, 1 + 3 * (x[:, 0] > 0.5))
    >>> model.predict([[0.2], [0.8]]).round(1)
    array([1., 4.])
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    n_features_in_: int
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "loss": [StrOptions(set(OBJECTIVES))],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_leaf_nodes": [Interval(Integral, 2, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left"), None],
        "max_features": [Interval(Real, 0, 1, closed="right")],
        "subsample": [Interval(Real, 0, 1, closed="right")],
        "max_bins": [Interval(Integral, 2, None, closed="left")],
        "max_rows": [Interval(Integral, 1, None, closed="left"), None],
        "monotonic": [dict, None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        loss: BoostingLoss = "squared",
        *,
        quantile: float = 0.5,
        n_estimators: int = 200,
        learning_rate: float = 0.05,
        max_leaf_nodes: int = 31,
        min_samples_leaf: int | None = None,
        max_features: float = 0.5,
        subsample: float = 0.7,
        max_bins: int = 255,
        max_rows: int | None = 250_000,
        monotonic: Mapping[Any, int] | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.2,
        n_iter_no_change: int = 30,
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.quantile = quantile
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.subsample = subsample
        self.max_bins = max_bins
        self.max_rows = max_rows
        self.monotonic = monotonic
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.n_jobs = n_jobs

    @property
    def takes_streams(self) -> bool:
        """Whether an `Encoded` table may be streamed: where each tree is grown on all rows."""
        return self.max_rows is None and not self.early_stopping

    def fit(self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative, not all zero. Weights count in the loss; a leaf's least number of rows
            is one of rows.

        Returns
        -------
        BoostedTrees

        Raises
        ------
        ValueError
            If a parameter, the table, the target or the weights break their rule: with the Gamma
            loss a negative target, with the binary loss one that is neither 0 nor 1, and columns
            in `monotonic` that are not there or hold levels.
        """
        check_parameters(self)
        encoded = encode(self, X, reset=True)
        weight = _weights(sample_weight, len(encoded.matrix))
        scaled = scaled_target(self.loss, check_target(self, y, len(encoded.matrix)), weight)
        self.origin_, self.scale_ = scaled.origin, scaled.scale
        bins = encoded if isinstance(encoded, BinnedRows) and weight is None else None
        rows = EngineRows(
            encoded.matrix, scaled.values, weight, self.encoder_.is_categorical_, bins
        )
        rng = random_source(self.random_state)
        n_rows = len(scaled.values)
        parameters = self._engine_parameters(min(n_rows, self.max_rows or n_rows), draw_seed(rng))
        self.n_estimators_ = self.n_estimators
        if self.early_stopping and n_rows >= _MIN_ROWS_TO_STOP:
            held_out = rng.permutation(n_rows) < self.validation_fraction * n_rows
            self.n_estimators_ = trees_until_no_change(
                parameters, rows, self.n_estimators, held_out, self.n_iter_no_change
            )
        parts = self._parts(n_rows, rng)
        self.trees_, self.in_sets_ = grow(parameters, rows, self.n_estimators_, parts)
        return self

    def _parts(self, n_rows: int, rng: np.random.RandomState) -> list[IntArray]:
        """Cut the rows of a long table at random; there are no parts where one is enough."""
        if self.max_rows is None or n_rows <= self.max_rows:
            return []
        n_parts = min(-(-n_rows // self.max_rows), self.n_estimators_)
        return np.array_split(rng.permutation(n_rows), n_parts)

    def share(self, n: int) -> BoostedTrees:
        """Make unfitted trees for one of `n` folds, whose average is as good as these.

        An n-th of the trees, which learn up to three times as fast, from 63 bins: all n together
        take no longer than these. Their average is even a little sharper
        (``docs/decisions/0010-shares-of-the-blend.md``, ``0059-a-faster-blend.md``).

        Parameters
        ----------
        n : int
            At least 2.

        Returns
        -------
        BoostedTrees
        """
        fewer = max(1, round(self.n_estimators / n))
        faster = self.learning_rate * min(3, n)
        shared: BoostedTrees = clone(self).set_params(
            n_estimators=fewer, learning_rate=faster, max_bins=min(self.max_bins, BINS_OF_A_SHARE)
        )
        return shared

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the mean, or the quantile, of the target.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            In the target's units; >= 0 with the Gamma loss.
        """
        encoded = encode(self, X, reset=False).matrix
        raw = self.trees_.sums(encoded, self.n_jobs)[:, 0]
        return INVERSE_LINKS[self.loss](raw) * self.scale_ + self.origin_

    def _signs(self) -> list[int] | None:
        if not self.monotonic:
            return None
        if self.loss == "quantile":
            # The engine learns leaves of quantiles anew when a tree is grown, whatever the signs.
            msg = "The loss 'quantile' cannot be monotonic; use another loss, or monotonic=None."
            raise OptionError(msg)
        names = getattr(self, "feature_names_in_", None)
        columns = None if names is None else names.tolist()
        return monotone_signs(self.monotonic, columns, self.encoder_.is_categorical_)

    def _engine_parameters(self, n_rows: int, seed: int) -> dict[str, Any]:
        leaf = self.min_samples_leaf
        if leaf is None:
            leaf = leaf_size(n_rows)
            if self.loss == "gamma":
                leaf = max(leaf, n_rows // _ROWS_FOR_EACH_ROW_OF_A_LEAF)
        return {
            "objective": OBJECTIVES[self.loss],
            "alpha": self.quantile,
            "learning_rate": self.learning_rate,
            "num_leaves": self.max_leaf_nodes,
            "max_bin": self.max_bins,
            "min_data_in_leaf": leaf,
            "feature_fraction": self.max_features,
            "bagging_fraction": self.subsample,
            # A share of very few rows can be none at all, which the engine takes badly.
            "bagging_freq": int(self.subsample < 1 and n_rows >= _MIN_ROWS_TO_SUBSAMPLE),
            "monotone_constraints": self._signs(),
            "max_delta_step": LARGEST_STEP if self.loss == "gamma" else 0.0,
            "cat_l2": PENALTY_OF_SETS,
            "seed": seed,
            "num_threads": threads_for(n_rows, self.n_jobs),
            # Without these two, the engine picks its histogram layout by a stopwatch, and the
            # same seed need not give the same trees.
            "deterministic": True,
            # By columns those that are not drawn for a tree are not even counted.
            "force_col_wise": self.max_features < 1,
            "force_row_wise": self.max_features >= 1,
            "verbosity": -1,
        }

    def check_restored(self) -> None:
        """Check trees from a file, which may be from before bins could be chosen.

        Raises
        ------
        ValueError
        """
        super().check_restored()
        vars(self).setdefault("max_bins", 255)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.loss == "gamma"
        return tags


def _weights(sample_weight: ArrayLike | None, n_rows: int) -> FloatArray | None:
    if sample_weight is None:
        return None
    weight = check_weights(sample_weight, n_rows)
    if not weight.any():
        msg = "sample_weight must not be zero for all rows: there is nothing to learn from."
        raise OptionError(msg)
    return weight
