"""Sum up the rows that a model was certified on, for monitors of later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf._types import FloatArray
from qconf.certification.certificate import Certificate
from qconf.errors import TableError
from qconf.monitoring.baseline import Baseline
from qconf.monitoring.kinds import kinds_of, monitored_columns, outlier_probability, periods_of

if TYPE_CHECKING:
    from qconf.model.regressor import ConfidentRegressor

__all__ = ["baseline_of"]


def baseline_of(
    model: ConfidentRegressor,
    certificate: Any,
    table: Any,
    expected: FloatArray,
    residual: FloatArray,
    time: Any,
) -> Baseline | None:
    """Sum up rows, if there is one certificate of enough of them.

    Parameters
    ----------
    model : ConfidentRegressor
    certificate : Certificate or Certificates
    table : DataFrame of shape (n_rows, n_columns)
        As the model reads it.
    expected, residual : ndarray of shape (n_rows,)
    time : ndarray of shape (n_rows,) or None
    """
    if not isinstance(certificate, Certificate) or not isinstance(table, pd.DataFrame):
        return None
    threshold = certificate.threshold
    probability = outlier_probability(model, expected, threshold)
    try:
        return Baseline.of(
            expected,
            residual,
            monitored_columns(model, table),
            threshold=threshold,
            kinds=kinds_of(certificate.accepts(expected), probability),
            probability=probability,
            period=None if time is None else periods_of(time),
        )
    except TableError:
        return None
