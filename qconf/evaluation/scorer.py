"""Choose between models by what matters: outliers among the safe rows, honest probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from qconf._types import ArrayLike, TableLike
from qconf.core.conventions import check_options
from qconf.core.error_scale import error_scale
from qconf.errors import EstimatorError
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.probability_metric import BRIER
from qconf.evaluation.ranking import Outcome, RankedRows

__all__ = ["best_decile_scorer", "brier_within_scorer", "last_step"]


def best_decile_scorer(
    estimator: Any,
    X: TableLike,
    y: ArrayLike,
    *,
    threshold: float = 0.15,
    fraction: float = 0.1,
) -> float:
    """Score a `ConfidentRegressor`: minus its best-decile outlier rate, higher is better.

    Made for ``scoring=`` of scikit-learn's ``GridSearchCV`` and ``cross_validate``. For another
    threshold, pass ``functools.partial(best_decile_scorer, threshold=0.1)``.

    Parameters
    ----------
    estimator : ConfidentRegressor or Pipeline
        Fitted on other rows than `X`; of a pipeline, the last step is a `ConfidentRegressor`.
    X : DataFrame or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        The truth.
    threshold : float, default=0.15
        An outlier's absolute residual is above it, on the estimator's error scale.
    fraction : float, default=0.1
        Share of rows called safest; of rows that tie at its border, their mean counts.

    Returns
    -------
    float
        In [-1, 0].

    Raises
    ------
    EstimatorError
        If the estimator has no ``predict_error``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression, Ridge
    >>> from sklearn.model_selection import GridSearchCV
    >>> from qconf import ConfidentRegressor, best_decile_scorer
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 2, size=(600, 1))
    >>> y = x[:, 0] * np.exp(rng.normal(scale=0.05 * x[:, 0] ** 3))
    >>> search = GridSearchCV(
    ...     ConfidentRegressor(confidence="residual", random_state=0),
    ...     {"regressor": [LinearRegression(), Ridge(alpha=1000.0)]},
    ...     scoring=best_decile_scorer,
    ...     cv=3,
    ... ).fit(x, y)
    >>> search.best_params_
    {'regressor': LinearRegression()}
    """
    X, model = last_step(X, estimator)
    _check_has(model, "predict_error", "best_decile_scorer")
    check_options(threshold=threshold, fraction=fraction, confidence_level=0.5, outlier_rates=())
    prediction, expected = model.predict(X), model.predict_error(X)
    residual = error_scale(model.error).residual(prediction, np.asarray(y, dtype=np.float64))
    outcome = Outcome.of(residual, threshold, [OUTLIER_RATE])
    (rate,) = RankedRows(expected, outcome, fraction).under().safest_means()
    return -float(rate)


def brier_within_scorer(estimator: Any, X: TableLike, y: ArrayLike, *, x: float = 0.10) -> float:
    """Score a `ConfidentRegressor`: minus the Brier score of `predict_within`, higher is better.

    It rewards accuracy and honest probabilities at once. For another distance, pass
    ``functools.partial(brier_within_scorer, x=0.2)``.

    Parameters
    ----------
    estimator : ConfidentRegressor or Pipeline
        Fitted on other rows than `X`; of a pipeline, the last step is a `ConfidentRegressor`.
    X : DataFrame or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        The truth.
    x : float, default=0.10
        A share of the truth; on the absolute error scale a distance in units of the target.

    Returns
    -------
    float
        In [-1, 0].

    Raises
    ------
    EstimatorError
        If the estimator has no ``predict_within``, or no distribution of errors.
    """
    X, model = last_step(X, estimator)
    _check_has(model, "predict_within", "brier_within_scorer")
    scale = error_scale("absolute" if model.error == "absolute" else "relative")
    residual = scale.residual(model.predict(X), np.asarray(y, dtype=np.float64))
    # What is no value above 0 is within no share of one, and that is sure.
    within = np.nan_to_num(model.predict_within(X, x), nan=0.0)
    return -float(BRIER.per_row(within, np.abs(residual) <= x).mean())


def _check_has(model: Any, method: str, scorer: str) -> None:
    if not hasattr(model, method):
        msg = (
            f"{scorer} needs an estimator with {method}; {type(model).__name__} "
            "has none. Wrap it: ConfidentRegressor(your_model)."
        )
        raise EstimatorError(msg)


def last_step(X: Any, estimator: Any) -> tuple[Any, Any]:
    """Bring a table through a pipeline (of pipelines) up to the model at its end."""
    while isinstance(estimator, Pipeline):
        X = estimator[:-1].transform(X) if len(estimator) > 1 else X
        estimator = estimator[-1]
    return X, estimator
