"""Learn the mean of each level row by row, as Vowpal Wabbit does with its own defaults.

A row has one level of one categorical feature, and a constant that all rows share. Its prediction
is the sum of two weights, w of the level and v of the constant, kept within the labels seen so
far and 0. With a² and c² the sums of their squared gradients, a row of weight s and error
e = label - prediction changes first these sums, then the weights:

    a² += 4 s e²,    c² += 4 s e²,
    z = 2 η s (1/a + 1/c) / √2,
    w += e (1 - exp(-z)) c / (a + c),    v += e (1 - exp(-z)) a / (a + c).

Learning rates 1/a and 1/c are *adaptive* (Duchi, Hazan & Singer 2011, JMLR 12); a step follows the
gradient along its way, so that it never overshoots and two rows of weight 1 are one of weight 2,
which is *invariant* (Karampatziakis & Langford 2011, UAI); of what is *normalised* (Ross, Mineiro &
Langford 2013, UAI) one divisor is left where all values are 1, the root of the number of features.
With the defaults (learning rate η = 0.5, power_t = 0.5, squared loss) there is nothing else;
initial_t plays no part. Levels have places of their own here: no two share one by hashing.

These are not running means. The first error of a level is closed nearly whole if it is small (97 %
of 0.1) and by half if it is large (51 % of 0.5); later ones ever less.

Weights come in *lanes*: one that learns each row once, and bootstrap replicates, of which each
learns each row a Poisson(1) number of times (`qconf.learners.poisson_draws`), as with
``--bootstrap``. All is float32, as there.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.online.lanes import single_of
from qconf.learners.poisson_draws import chance
from qconf.simulation.adaptive_rate_loops import PLAIN, TIMES, Lanes, Model, progress

__all__ = ["AdaptiveRates"]

#: Lanes are made up to whole vectors; what is over would be done one by one.
_VECTOR = 8
_DEGREE = 7


class AdaptiveRates:
    """The weights, and the pass over rows that reads and changes them.

    Parameters
    ----------
    n_levels : int
    replicates : int, default=0
        Bootstrap replicates beside the lane that learns each row once.
    seed : int, default=0
        Which replicate learns which row how often.

    Attributes
    ----------
    state : ndarray of shape (n_levels, 2, n_lanes), dtype float32
        By level, weights w and sums of squared gradients a².
    constant : ndarray of shape (2, n_lanes), dtype float32
        v and c².
    rows_learned : int
    """

    def __init__(self, n_levels: int, replicates: int = 0, seed: int = 0) -> None:
        lanes = 1 if replicates == 0 else -(-(1 + replicates) // _VECTOR) * _VECTOR
        self.state: Lanes = np.zeros((n_levels, 2, lanes), dtype=np.float32)
        self.constant: Lanes = np.zeros((2, lanes), dtype=np.float32)
        self.replicates = replicates
        self.seed = seed
        self.rows_learned = 0
        self._labels: Lanes = np.zeros(2, dtype=np.float32)
        self._decay = _decay()

    def progressive(self, level: NDArray[np.int32], target: FloatArray) -> tuple[Lanes, Lanes]:
        """Predict each row before it is learned, then learn it.

        Parameters
        ----------
        level : ndarray of shape (n_rows,), dtype int32
        target : ndarray of shape (n_rows,)

        Returns
        -------
        prediction : ndarray of shape (n_rows,), dtype float32
            By the lane that learns each row once.
        highest : ndarray of shape (n_rows,) or (0,), dtype float32
            The highest prediction of the replicates; empty without them.
        """
        prediction = np.empty(len(target), dtype=np.float32)
        highest = np.empty(len(target) if self.replicates else 0, dtype=np.float32)
        work = np.zeros((2, self.state.shape[2]), dtype=np.float32)
        work[TIMES, PLAIN] = 1.0
        single = single_of(self.state)
        model = Model(single, self.state, self.constant, self._labels, self._decay, self.replicates)
        draws = chance(self.seed, self.rows_learned, work.shape[1] if self.replicates else 0)
        progress(level, target, model, draws, work, prediction, highest)
        self.rows_learned += len(target)
        return prediction, highest


def _decay() -> Lanes:
    """Return the polynomial that is exp(-u) for u from 0 to 1, to nine digits."""
    near = Chebyshev.interpolate(lambda u: np.exp(-u), _DEGREE, domain=[0.0, 1.0])
    return np.asarray(near.convert(kind=Polynomial).coef, dtype=np.float32)
