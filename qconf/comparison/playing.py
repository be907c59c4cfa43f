"""What a contender has to know to play a round, here or on the worker of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils import check_random_state

from qconf._types import FloatArray
from qconf.comparison.contenders import Contender, Played
from qconf.core.error_scale import ErrorScale
from qconf.model.pair_fitter import with_prediction
from qconf.residuals.crossfit import histories
from qconf.residuals.schedules import Schedule
from qconf.tables.dataset import Dataset

__all__ = ["Rounds"]


@dataclass(frozen=True, eq=False)
class Rounds:
    """Rounds of a contest; each contender plays each of them by itself.

    Attributes
    ----------
    contenders : sequence of Contender
    dataset : Dataset
    scale : ErrorScale
    plan : Schedule
    valuations : list of tuple of ndarray, or None
        Predictions of each fit; None where the dataset has predictions.
    others : mapping of str to ndarray of shape (n_rows,)
        Predictions of the scored rows by other valuation models.
    random_state : int
    """

    contenders: Sequence[Contender]
    dataset: Dataset
    scale: ErrorScale
    plan: Schedule
    valuations: list[tuple[FloatArray, ...]] | None
    others: Mapping[str, FloatArray]
    random_state: int

    def play(self, who: tuple[int, int]) -> Played:
        """Let one contender play one round.

        Parameters
        ----------
        who : tuple of (int, int)
            The numbers of the round and of the contender.
        """
        number, at = who
        dataset, alone = self.dataset, replace(self.plan, rounds=(self.plan.rounds[number],))
        ((one, prediction),) = histories(alone, self.valuations, dataset.prediction)
        used = np.concatenate([one.seen, one.scored])
        residual = np.full(len(prediction), np.nan)
        residual[used] = self.scale.checked_residual(prediction[used], dataset.y[used])
        features = with_prediction(dataset.features, prediction)
        swapped = {
            name: with_prediction(dataset.features.iloc[one.scored], other[one.scored])
            for name, other in self.others.items()
        }
        # Seeds hang on the round and the seed, not on who else takes part.
        rng = check_random_state((self.random_state + 7919 * number) % 2**32)
        shown = features, dataset.scores, residual
        told = dataset.time, dataset.groups, dataset.y
        return self.contenders[at].play(
            *shown, one.seen, one.scored, rng, *told, swapped, dataset.conflicts
        )
