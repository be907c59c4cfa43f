"""The table of a regression with a prior: what was believed, what the rows say, and both."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.encoding.readable_design import BASE
from qconf.learners.linear.prior_design import PriorDesign

__all__ = ["prior_table"]


def prior_table(
    design: PriorDesign,
    posterior: tuple[FloatArray, FloatArray],
    data: tuple[FloatArray, FloatArray],
    log_scale: float,
) -> pd.DataFrame:
    """Make the table, in the steps that people read: a unit with a prior, else as a `GammaGLM`.

    Parameters
    ----------
    design : PriorDesign
    posterior, data : (ndarray of shape (n_terms,), ndarray of shape (n_terms, n_terms))
        Coefficients of the design's columns, and their covariance.
    log_scale : float
        Logarithm of what the target was divided by.

    Returns
    -------
    DataFrame
        One row a term, those of the prior first.
    """
    n_others, names = design.n_others, design.names
    shown = design.to_table()
    shown[1:n_others, 1:n_others] = np.eye(n_others - 1)
    coef, std_err = _shown(shown, *posterior, log_scale)
    alone, alone_sd = _shown(shown, *data, log_scale)
    told = zip(design.prior.mean.tolist(), design.prior.sd.tolist(), strict=True)
    before = dict(zip(design.prior.terms, told, strict=True))
    of_others = (0.0, design.prior.others_sd) if np.isfinite(design.prior.others_sd) else None
    nothing = (np.nan, np.nan)
    prior = np.array([before.get(name, of_others or nothing) for name in names])
    if BASE not in before:
        prior[0] = nothing
    table = pd.DataFrame(
        {
            "coef": coef,
            "std_err": std_err,
            "z": coef / std_err,
            "p_value": 2 * norm.sf(np.abs(coef / std_err)),
            "ratio": np.exp(coef),
            "compared_with": design.compared_with,
            "prior": prior[:, 0],
            "prior_sd": prior[:, 1],
            "data": alone,
            "data_sd": alone_sd,
            "posterior": coef,
            "posterior_sd": std_err,
        },
        index=pd.Index(names, name="term"),
    )
    # Whether the base differs from 1 hangs on the units, and is no question.
    table.loc[BASE, ["z", "p_value"]] = np.nan
    order = [0, *range(n_others, len(names)), *range(1, n_others)]
    return table.iloc[order]


def _shown(
    shown: FloatArray, coefficients: FloatArray, covariance: FloatArray, log_scale: float
) -> tuple[FloatArray, FloatArray]:
    """Return coefficients in other steps; what is not a number stays so, and is nothing else."""
    unknown = np.isnan(coefficients)
    made = shown @ np.nan_to_num(coefficients)
    made[0] += log_scale
    deviation = np.sqrt(np.diag(shown @ covariance @ shown.T))
    return np.where(unknown, np.nan, made), np.where(unknown, np.nan, deviation)
