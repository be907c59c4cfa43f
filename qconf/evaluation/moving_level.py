"""Where a level that moves in time will be, and how sure that is.

A level is seen once a period, with noise. It is taken to be

    y_k = a + d t_k + W(t_k) + u_k + e_k,

a line, a random walk W, a deviation of each period by itself, u, and noise e of known variance (a
structural time series; Harvey 1989, ch. 2, here as a Gaussian process with a flat prior of a). How
much of each there is nobody knows: a grid of variances is averaged by restricted likelihood, so
that a few periods, which tell little of them, give wide intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import logsumexp

from qconf._types import FloatArray

__all__ = ["MovingLevel"]

#: Variances that are tried, of the walk and of the line over the whole history and of a period by
#: itself, in units of the variance seen. A walk that made all of it would have 6 of them (the mean
#: square of a walk around its own mean is a sixth of its length), a line 12.
_WALK, _LINE, _OWN = (0.0, 0.3, 1.0, 3.0, 6.0, 12.0), (0.0, 1.0, 4.0, 12.0), (0.0, 0.1, 0.3, 1.0)
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
        origin, span = self.time.min(), float(np.ptp(self.time))
        begin = min(origin, when.min())
        unit = float(np.var(self.seen) + self.noise.mean()) + _TINY
        found = [
            self._told(when, begin, unit * walk / span, unit * line / span**2, unit * own)
            for walk, line, own in product(_WALK, _LINE, _OWN)
        ]
        score = np.array([one[0] for one in found])
        weight = np.exp(score - logsumexp(score))
        means = np.array([one[1] for one in found])
        mean = weight @ means
        within = np.tensordot(weight, np.array([one[2] for one in found]), 1)
        off = means - mean
        return mean, within + (off * weight[:, None]).T @ off

    def _told(
        self, when: FloatArray, begin: float, walk: float, line: float, own: float
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return restricted log likelihood, and mean and covariance, for given variances."""
        centre = float(self.time.mean())

        def covariance(one: FloatArray, other: FloatArray) -> FloatArray:
            walked = np.minimum.outer(one - begin, other - begin)
            along: FloatArray = np.multiply.outer(one - centre, other - centre)
            return walk * walked + line * along

        whole = cho_factor(covariance(self.time, self.time) + np.diag(self.noise + own + _TINY))
        ones = cho_solve(whole, np.ones(len(self.seen)))
        total = float(ones.sum())
        level = float(ones @ self.seen) / total
        off = self.seen - level
        solved = cho_solve(whole, off)
        determinant = 2 * np.log(np.diag(whole[0])).sum()
        likelihood = -0.5 * (determinant + np.log(total) + float(off @ solved))
        cross = covariance(when, self.time)
        slack = 1 - cross @ ones
        left = covariance(when, when) + own * np.eye(len(when))
        left = left - cross @ cho_solve(whole, cross.T) + np.multiply.outer(slack, slack) / total
        return likelihood, level + cross @ solved, left
