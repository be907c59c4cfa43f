"""Where a level that moves in time will be, and how sure that is.

A level is seen once a period, with noise. It is taken to be

    y_k = a + d t_k + W(t_k) + S(t_k) + u_k + e_k,

a line, a random walk W, the sum S of a slope that walks by itself, a deviation u of each period,
and noise e of known variance (the local linear trend of Harvey 1989, ch. 2, as a Gaussian process
with a flat prior of a). How much of each there is nobody knows: a grid of variances is averaged by
restricted likelihood, so that a few periods, which tell little of them, give wide intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import logsumexp

from qconf._types import FloatArray

__all__ = ["MovingLevel"]

#: Variances that are tried, in units of the variance seen: of the walk, the line and the slope
#: over the whole history, and of a period by itself. A walk that made all of it would have 6 of
#: them (the mean square of a walk around its own mean is a sixth of its length), a line 12, a slope
#: some 30.
_WALK, _LINE, _SLOPE = (0.0, 0.3, 1.0, 3.0, 6.0, 12.0), (0.0, 1.0, 4.0, 12.0), (0.0, 3.0, 30.0)
_OWN = (0.0, 0.1, 0.3, 1.0)
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class MovingLevel:
    """A level, seen with noise.

    Attributes
    ----------
    time : ndarray of shape (n_periods,)
        In any unit, not all the same.
    seen : ndarray of shape (n_periods,)
    noise : ndarray of shape (n_periods,)
        Variance of `seen` around the level of its period.
    """

    time: FloatArray
    seen: FloatArray
    noise: FloatArray

    def at(self, when: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of the level at other times, each a period by itself.

        Parameters
        ----------
        when : ndarray of shape (n_times,)

        Returns
        -------
        mean : ndarray of shape (n_times,)
        covariance : ndarray of shape (n_times, n_times)

        Examples
        --------
        >>> import numpy as np
        >>> level = MovingLevel(np.arange(12.0), np.arange(12.0) / 100, np.full(12, 1e-6))
        >>> mean, covariance = level.at(np.array([12.0, 18.0]))
        >>> mean.round(2).tolist(), bool(covariance[1, 1] > covariance[0, 0])
        ([0.12, 0.18], True)
        """
        begin, span = min(self.time.min(), when.min()), float(np.ptp(self.time))
        unit = float(np.var(self.seen) + self.noise.mean()) + _TINY
        both = np.concatenate([self.time, when])
        since, around = both - begin, both - self.time.mean()
        earlier = np.minimum.outer(since, since)
        kinds = (
            earlier / span,
            np.multiply.outer(around, around) / span**2,
            # Of a slope that walks from the beginning: what is summed of it until two times.
            earlier**2 * (3 * np.maximum.outer(since, since) - earlier) / 6 / span**3,
        )
        grid = np.array(list(product(_WALK, _LINE, _SLOPE, _OWN)))
        covariance = unit * np.tensordot(grid[:, :3], np.array(kinds), 1)
        score, means, left = self._told(covariance, unit * grid[:, 3])
        weight = np.exp(score - logsumexp(score))
        mean = weight @ means
        off = means - mean
        return mean, np.tensordot(weight, left, 1) + (off * weight[:, None]).T @ off

    def _told(
        self, covariance: FloatArray, own: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return restricted log likelihoods, and means and covariances at the other times.

        Parameters
        ----------
        covariance : ndarray of shape (n_grid, n_periods + n_times, n_periods + n_times)
            Of the level, the other times last.
        own : ndarray of shape (n_grid,)
            Variance of a period by itself.
        """
        n = len(self.seen)
        ahead = np.eye(covariance.shape[1] - n)
        whole = covariance[:, :n, :n] + np.diag(self.noise + _TINY)
        whole = whole + own[:, None, None] * np.eye(n)
        cross = covariance[:, n:, :n]
        # All that is to be solved for at once: ones, what was seen, and the times ahead.
        same = np.broadcast_to(np.column_stack([np.ones(n), self.seen]), (len(own), n, 2))
        solved = np.linalg.solve(whole, np.concatenate([same, cross.transpose(0, 2, 1)], axis=2))
        total = solved[:, :, 0].sum(axis=1)
        level = solved[:, :, 0] @ self.seen / total
        off = self.seen - level[:, None]
        pulled = solved[:, :, 1] - level[:, None] * solved[:, :, 0]
        determinant = np.linalg.slogdet(whole)[1]
        likelihood = -0.5 * (determinant + np.log(total) + (off * pulled).sum(axis=1))
        slack = 1 - cross @ solved[:, :, :1]
        left = covariance[:, n:, n:] + own[:, None, None] * ahead - cross @ solved[:, :, 2:]
        left = left + slack @ slack.transpose(0, 2, 1) / total[:, None, None]
        means = level[:, None] + (cross @ pulled[:, :, None])[:, :, 0]
        return likelihood, means, left
