"""Learn a linear model row by row, with learning rates that are decided by counts.

Each coordinate j has a weight w_j and a count n_j, the sum of its squared values. With
P_j = 1 / (prior_count + n_j), a row of weight s, values x_j and error e changes them by

    w_j += s e x_j P_j / (1 + s sum_k x_k² P_k),    n_j += s x_j²,

the Kalman filter of a linear model whose coordinates are taken to be independent: what a row
says is shared among its coordinates by how little each is known, and never overshoots. Where a
row is one category, the weight of that category *is* its shrunken mean, sum(y) / (prior_count + n).

Or effects multiply, for a target that is never negative. Where a row is one category, S_j is the
sum of its targets, and the prediction its mean, shrunken to that of all rows so far:
(prior_count * mean + S_j) / (prior_count + n_j), whatever came first. Where a row has several
coordinates, each has a factor f_j = (prior_count + S_j) / (prior_count + n_j), and a row is
expected to be the mean times its factors. If it is r times that, the expectation is multiplied by

    1 + (r - 1) q,    q = sum_k P_k g_k / sum_k P_k,    g_k = s / (prior_count + n_k + s),

as that of one category would be, and f_j by this to the power of P_j g_j / sum_k P_k g_k: again
what a row says is shared by how little each coordinate is known, and never overshoots. The mean
that r is held against has the row's own target in it: a first row of any size after tiny ones is
then at most so many times the mean as there are rows. Where a row has something that was never
seen, its factor is what rows were to what they were expected to be without their factors in this
place, and at least 1: how a mean splits into factors of several columns is open, and of one that is
not known the split must not make a row look safe.

Weights come in *lanes*: one, that learns each row once, or B bootstrap replicates, each of which
learns each row a Poisson(1) number of times (Oza & Russell 2001, "Online bagging and boosting").
The lanes of a coordinate lie side by side in memory. Nothing here knows of scikit-learn, or
waits for it to be imported.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.restored import is_array, is_count, require
from qconf.learners.online.count_rate_arrays import (
    ABSENT,
    UNSEEN,
    Known,
    Model,
    Rows,
    Told,
)
from qconf.learners.online.count_rate_loops import (
    PREDICTION,
    learn_rows,
    predict_rows,
    progress,
    progress_delayed,
)
from qconf.learners.online.lanes import Lanes, single_of
from qconf.learners.poisson_draws import Chance, chance

__all__ = ["ABSENT", "IMMEDIATELY", "UNSEEN", "CountRates", "Known", "Rows"]

#: For `known`: each label is learned before the next row is predicted.
IMMEDIATELY: Known = np.empty(0, dtype=np.int64)

#: Far more bootstrap replicates than any bound needs.
_MOST_LANES = 1_000_000
_NOTHING = np.empty(0)
_NO_SUMMARY = np.empty((3, 0), dtype=np.float32)


class CountRates:
    """The arrays of the model, and the passes over rows that read and change them.

    Parameters
    ----------
    n_coordinates : int
    prior_count : float
        Greater than 0: how many rows the starting value counts for.
    replicates : int, default=0
        Number of bootstrap replicates; 0 learns each row once, in float64.
    seed : int, default=0
        Which replicate learns which row how often. That hangs on the seed, and the numbers of
        the row and of the replicate only: rows may come in batches.
    centre : bool, default=True
        Shrink to the running mean of the target rather than to 0.
    multiply : bool, default=False
        Effects multiply instead of adding up. All values must be 1, targets >= 0, and `centre`
        true.
    precision : dtype, default=float32
        What replicates are kept in. Their spread needs no more than float32 where targets are
        neither far from 1 nor alike to seven digits, and half the memory is half the time.

    Attributes
    ----------
    state : ndarray of shape (n_coordinates, 2, n_lanes)
        Weights, or the sums S, and counts.
    origin : ndarray of shape (2, n_lanes)
        Running mean of the target, and the weight of the rows it is made of.
    others : ndarray of shape (n_active, 2, n_lanes)
        If effects multiply: for each place in a row, the sum of targets, and of what these were
        expected to be without their factor there; later rows weigh more.
    rows_learned : int
    """

    def __init__(
        self,
        n_coordinates: int,
        prior_count: float,
        *,
        replicates: int = 0,
        seed: int = 0,
        centre: bool = True,
        multiply: bool = False,
        precision: type[np.floating] = np.float32,
    ) -> None:
        lanes, kind = (replicates, precision) if replicates else (1, np.float64)
        self.state: Lanes = np.zeros((n_coordinates, 2, lanes), dtype=kind)
        self.origin: Lanes = np.zeros((2, lanes), dtype=kind)
        self.others: Lanes = np.zeros((0, 2, lanes), dtype=kind)
        self.prior_count = prior_count
        self.seed = seed
        self.centre = centre
        self.multiply = multiply
        self.rows_learned = 0
        self.replicates = replicates

    def check_restored(self, n_coordinates: int = 0) -> None:
        """Check that arrays from a file belong together: the loops look up what they say.

        Parameters
        ----------
        n_coordinates : int, default=0
            How many there are to be room for.

        Raises
        ------
        ValueError
        """
        kind = getattr(self.state, "dtype", None)
        lanes = self.replicates or 1
        require(
            is_count(self.replicates, 0, _MOST_LANES) and kind in (np.float32, np.float64),
            "the lanes of an online model are none",
        )
        require(
            is_array(self.state, kind, (None, 2, lanes))
            and is_array(self.origin, kind, (2, lanes))
            and is_array(self.others, kind, (None, 2, lanes)),
            "the arrays of an online model do not belong together",
        )
        require(len(self.state) >= n_coordinates, "an online model has more levels than weights")
        require(
            is_count(self.seed) and is_count(self.rows_learned) and float(self.prior_count) > 0,
            "an online model counts what cannot be counted",
        )

    def grow(self, n_coordinates: int) -> None:
        """Make room for more coordinates, of which nothing is known yet."""
        have = len(self.state)
        if n_coordinates > have:
            # By half again, so that many small batches do not each copy everything.
            room = max(n_coordinates, have + have // 2)
            new = np.zeros((room - have, *self.state.shape[1:]), dtype=self.state.dtype)
            self.state = np.concatenate([self.state, new])

    def learn(self, rows: Rows) -> None:
        """Learn from rows, one after another."""
        learn_rows(rows, self._model(rows), self._chance, self._work())
        self.rows_learned += len(rows.target)

    def predict(self, rows: Rows) -> FloatArray:
        """Predict rows in each lane, shape (n_rows, n_lanes); targets are not looked at."""
        out = np.empty((len(rows.coordinates), self.state.shape[2]))
        predict_rows(rows, self._model(rows), self._work()[PREDICTION], out)
        return out

    def progressive(self, rows: Rows, known: Known = IMMEDIATELY) -> FloatArray:
        """Predict each row before its label is learned, then learn it.

        Parameters
        ----------
        rows : Rows
        known : ndarray of shape (n_rows,), default=`IMMEDIATELY`
            How many rows, from the first on, are learned before a row is predicted: rising, and
            at most the row's own position.

        Returns
        -------
        ndarray of shape (n_rows, n_lanes)
        """
        lanes = np.empty((len(rows.target), self.state.shape[2]))
        self._pass(rows, known, Told(lanes, _NO_SUMMARY, _NOTHING))
        return lanes

    def progressive_summary(self, rows: Rows) -> NDArray[np.float32]:
        """Predict and learn each row; return mean, standard deviation and maximum of the lanes.

        Returns
        -------
        ndarray of shape (3, n_rows)
        """
        summary = np.empty((3, len(rows.target)), dtype=np.float32)
        self._pass(rows, IMMEDIATELY, Told(self._no_lanes, summary, _NOTHING))
        return summary

    def progressive_with_novelty(self, rows: Rows) -> tuple[FloatArray, FloatArray]:
        """Predict and learn each row in one lane; return predictions, and how new each row was.

        That is sum_j x_j² P_j, near 0 for what is known well: under equal noise the variance of a
        prediction is this many times the noise; where a row is one category, 1 / (prior_count + n).
        """
        lanes = np.empty((len(rows.target), 1))
        novelty = np.empty(len(rows.target))
        self._pass(rows, IMMEDIATELY, Told(lanes, _NO_SUMMARY, novelty))
        return lanes[:, 0], novelty

    def _pass(self, rows: Rows, known: Known, told: Told) -> None:
        model, chance, work = self._model(rows), self._chance, self._work()
        if known is IMMEDIATELY:
            progress(rows, model, chance, work, told)
            self.rows_learned += len(rows.target)
        else:
            learned = progress_delayed(rows, model, chance, known, work, told)
            self.rows_learned += learned
            self.learn(rows.part(slice(learned, None)))

    @property
    def _no_lanes(self) -> FloatArray:
        return np.empty((0, self.state.shape[2]))

    def _work(self) -> Lanes:
        """Make room for what the loops compute for one row: prediction, step, draws."""
        return np.ones((3, self.state.shape[2]), dtype=self.state.dtype)

    def _model(self, rows: Rows) -> Model:
        places = rows.coordinates.shape[1] if self.multiply else 0
        if len(self.others) < places:
            self.others = np.zeros((places, *self.state.shape[1:]), dtype=self.state.dtype)
        how = (float(self.prior_count), bool(self.centre), bool(self.multiply))
        return Model(single_of(self.state), self.state, self.origin, self.others, *how)

    @property
    def _chance(self) -> Chance:
        return chance(self.seed, self.rows_learned, self.replicates)
