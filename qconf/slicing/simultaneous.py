"""How far intervals must reach so that all of them hold at once.

A multiplier bootstrap draws a weight for each independent unit, and looks at the furthest of all
excesses, in units of its own standard error (Chernozhukov, Chetverikov & Kato 2013, Annals of
Statistics 41; for audits of groups Cherian & Candes 2024). With normal weights the excesses of a
draw are jointly normal with the correlations of the influences, so that they are drawn from these:
as exact, and no pass over the rows a draw.
"""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray

__all__ = ["joint_quantile"]

_DRAWS, _AT_ONCE = 5_000, 1_000


def joint_quantile(correlation: FloatArray, confidence_level: float, seed: int) -> float:
    """Return the quantile of the largest of several correlated normal numbers, in size.

    Parameters
    ----------
    correlation : ndarray of shape (n, n)
    confidence_level : float
    seed : int

    Returns
    -------
    float
        In standard errors.

    Examples
    --------
    >>> import numpy as np
    >>> [round(joint_quantile(one, 0.95, 0), 1) for one in (np.eye(2), np.eye(9))]
    [2.2, 2.8]
    """
    values, vectors = np.linalg.eigh(correlation)
    kept = values > values.max() * 1e-9
    root = vectors[:, kept] * np.sqrt(values[kept])
    rng = np.random.default_rng(seed)
    furthest = [
        np.abs(rng.standard_normal((_AT_ONCE, root.shape[1])) @ root.T).max(axis=1)
        for _ in range(_DRAWS // _AT_ONCE)
    ]
    # Weibull's ends: the k-th of B draws stands for k / (B + 1).
    return float(np.quantile(np.concatenate(furthest), confidence_level, method="weibull"))
