"""Score regressors that predict quantiles by the pinball loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import d2_pinball_score

from qconf._types import ArrayLike, TableLike

__all__ = ["ScoresQuantiles"]


class ScoresQuantiles:
    """Mixin that scores the predicted `quantiles` of a target, one or several.

    It comes before ``RegressorMixin``, whose R² knows of means only.
    """

    quantiles: Any
    predict: Any

    def score(self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return D², the mean over the quantiles of the share of the pinball loss explained.

        Of each quantile as ``sklearn.metrics.d2_pinball_score``: 1 minus the mean pinball loss as a
        share of that of the target's own quantile, the same for every row (Koenker & Machado 1999,
        Journal of the American Statistical Association 94). 1 is perfect, 0 no better than that,
        and it may be negative.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        float
            Higher is better.
        """
        predicted = np.asarray(self.predict(X))
        columns = predicted.reshape(len(predicted), -1).T
        explained = [
            d2_pinball_score(y, column, sample_weight=sample_weight, alpha=quantile)
            for quantile, column in zip(np.atleast_1d(self.quantiles), columns, strict=True)
        ]
        return float(np.mean(explained))
