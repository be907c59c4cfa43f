"""Choose between models by what matters in the end: how many rows can be acted on."""

from __future__ import annotations

from typing import Any

from qconf._types import ArrayLike, TableLike
from qconf.certification.certify import certify
from qconf.core.error_scale import error_scale
from qconf.core.validation import check_column
from qconf.errors import EstimatorError
from qconf.evaluation.scorer import last_step

__all__ = ["certified_coverage_scorer"]


def certified_coverage_scorer(
    estimator: Any,
    X: TableLike,
    y: ArrayLike,
    *,
    threshold: float = 0.15,
    outlier_rate: float = 0.05,
    confidence_level: float = 0.95,
) -> float:
    """Score a `ConfidentRegressor`: the share of rows that is certified, higher is better.

    Made for ``scoring=`` of scikit-learn's ``GridSearchCV`` and ``cross_validate``; for another
    threshold or rate, pass a ``functools.partial``. With few rows a fold nothing may be
    certified, and all candidates score 0: use a lower confidence level to choose, and certify
    what was chosen on rows that had no say in it.

    Parameters
    ----------
    estimator : ConfidentRegressor, SelectiveRegressor or Pipeline
        Fitted on other rows than `X`; of a pipeline, the last step is one of the others.
    X : DataFrame or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        The truth.
    threshold : float, default=0.15
        An outlier's absolute residual is above it, on the estimator's error scale.
    outlier_rate, confidence_level : float
        As in `qconf.certify`.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    TableError
        If the truth is not one finite number a row.
    EstimatorError
        If the estimator has no ``predict_error``.
    """
    X, model = last_step(X, estimator)
    if not hasattr(model, "predict_error"):
        msg = (
            "certified_coverage_scorer needs an estimator with predict_error; "
            f"{type(model).__name__} has none. Wrap it: ConfidentRegressor(your_model)."
        )
        raise EstimatorError(msg)
    scale = error_scale(model.error)
    prediction = model.predict(X)
    residual = scale.checked_residual(prediction, check_column("truth", y, len(prediction)))
    certificate = certify(
        model.predict_error(X),
        residual,
        threshold=threshold,
        outlier_rate=outlier_rate,
        confidence_level=confidence_level,
    )
    return certificate.coverage
