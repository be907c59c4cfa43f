"""What errors are like where other models' opinions are as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import BoostingLoss, FloatArray
from qconf.core.seeding import draw_seed
from qconf.encoding.encoded import Encoded
from qconf.learners.trees.binned_rows import BinnedRows
from qconf.learners.trees.boosted import BINS_OF_A_SHARE, BoostedTrees

__all__ = ["InformedErrors"]

#: Residuals above this quantile of their size are the outliers whose odds are learned.
_OUTLIERS = 0.6
#: Sizes below this quantile, or this share of the root mean squared residual, count as it in logs.
_SMALL, _LEAST = 0.02, 1e-3
#: A bias that is below this share of the root mean squared residual is as good as none.
_NO_BIAS = 0.1
#: Odds of fewer rows than this are not known.
_LEAST_CHANCE = 1e-4


class InformedErrors:
    """Boosted trees on residuals, for tables that have opinions beside the features.

    Opinions tell errors in some places and not in others; trees that see both learn where. Opinions
    must be of models that have not seen the row's target, of rows that are learned from too: this
    is stacking (Wolpert 1992, Neural Networks 5) of models of the target for a model of its error.

    Parameters
    ----------
    n_estimators : int
        Trees of each of the three models.

    Attributes
    ----------
    outlier_ : BoostedTrees
        Of whether a residual is larger than six tenths of all.
    size_ : BoostedTrees
        Of the log of the residual's size.
    bias_ : BoostedTrees
        Of the residual with its sign.
    usual_ : float
        Root mean squared residual.
    """

    def __init__(self, n_estimators: int) -> None:
        self.n_estimators = n_estimators

    def fit(self, X: Encoded, residual: FloatArray, rng: np.random.RandomState) -> InformedErrors:
        """Learn the odds of an outlier, the log size and the mean of residuals.

        Parameters
        ----------
        X : Encoded of shape (n_samples, n_features)
        residual : ndarray of shape (n_samples,)
        rng : RandomState
        """
        rows: Any = BinnedRows.of_rows(X)
        size = np.abs(residual)
        self.usual_ = float(np.sqrt(np.mean(size**2))) + float(np.finfo(np.float64).tiny)
        least = max(float(np.quantile(size, _SMALL)), _LEAST * self.usual_)
        outlier = size > np.quantile(size, _OUTLIERS)
        self.outlier_ = self._trees("binary", rng).fit(rows, outlier.astype(np.float64))
        self.size_ = self._trees("squared", rng).fit(rows, np.log(np.maximum(size, least)))
        self.bias_ = self._trees("squared", rng).fit(rows, residual)
        return self

    def signals(self, X: Any) -> FloatArray:
        """Say what errors are like.

        Parameters
        ----------
        X : Encoded of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 3)
            The root of the odds of an outlier, in units of the usual residual, for odds rise with
            the variance; the geometric mean size; and how far the mean is from zero: > 0, lower
            is more confident.
        """
        bias = np.abs(self.bias_.predict(X)) + _NO_BIAS * self.usual_
        return np.column_stack([self.sizes(X), bias])

    def sizes(self, X: Any) -> FloatArray:
        """Say how large errors are: the first two signals.

        Parameters
        ----------
        X : Encoded of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        chance = np.clip(self.outlier_.predict(X), _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
        odds = self.usual_ * np.sqrt(chance / (1.0 - chance))
        return np.column_stack([odds, np.exp(self.size_.predict(X))])

    def _trees(self, loss: BoostingLoss, rng: np.random.RandomState) -> BoostedTrees:
        return BoostedTrees(
            loss,
            n_estimators=self.n_estimators,
            learning_rate=0.18,
            max_leaf_nodes=15,
            min_samples_leaf=20,
            max_features=0.7,
            subsample=0.8,
            max_bins=BINS_OF_A_SHARE,
            random_state=draw_seed(rng),
        )
