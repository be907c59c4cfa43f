"""The published simulation: a valuation model and its error models, learned along one stream."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from qconf.conventions import check_seed
from qconf.errors import OptionError
from qconf.simulation.result import Simulation
from qconf.simulation.stream import judge, learn, load
from qconf.simulation.world import draw_world

__all__ = ["simulate"]

_FEWEST, _MOST = 10, 400_000
_MOST_LANES = 1000


def simulate(
    replicates: int = 40_000,
    *,
    bootstrap: int = 20,
    group_mean_sd: float = 0.5,
    random_state: int = 0,
) -> Simulation:
    """Draw the world of four archetypes, and learn to value its houses and to tell the safe ones.

    Every prediction, of a value or of an error, is made before any model has seen its row's
    label, in one pass over the rows. The valuation model is each group's running mean; the
    estimators know nothing of how the world was made:

    - *error model*: the group's mean squared residual, shrunk to that of all groups;
    - *conservative error model*: the same in bootstrap replicates, their mean + standard
      deviation, or their maximum;
    - *count stability*: 1 / sqrt(n), how often the group was seen;
    - *empirical Bayes*: the group's variance, shrunk to what the variances of all groups were
      found to be like.

    Residuals of a group's first house say how far groups differ, not how hard its houses are to
    value: error models leave them out (see `qconf.learners.settled`).

    Parameters
    ----------
    replicates : int, default=40000
        Groups of each archetype, from 10 to 400,000; 100 rows for each.
    bootstrap : int, default=20
        Bootstrap replicates of the error model, at least 2.
    group_mean_sd : float, default=0.5
        How far apart groups are; greater than 0.
    random_state : int, default=0

    Returns
    -------
    Simulation

    Raises
    ------
    OptionError
        If a parameter breaks its rule.
    """
    _check(replicates, bootstrap, group_mean_sd, random_state)
    clock = _Clock()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        drawn = pool.submit(draw_world, replicates, group_mean_sd, random_state)
        load()
        world = drawn.result()
        clock.lap("world")
        residual, scores = learn(world, bootstrap, random_state, pool)
        clock.lap("learning")
        overall, *best_decile, limit = judge(world, residual, scores, random_state, pool)
        clock.lap("ranking")
    return Simulation(
        rows=len(residual),
        overall=overall,
        best_decile=tuple(best_decile),
        bayes_limit=limit,
        group_mean_sd=group_mean_sd,
        bootstrap=bootstrap,
        seed=random_state,
        seconds=clock.parts,
        world=world,
        residual=residual,
        scores=scores,
    )


class _Clock:
    """Seconds by part, as wall clock."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = now - self._last
        self._last = now


def _check(replicates: int, bootstrap: int, group_mean_sd: float, seed: int) -> None:
    if not _FEWEST <= replicates <= _MOST:
        msg = f"The replicates must be from {_FEWEST} to {_MOST:,}, got {replicates:,}."
        raise OptionError(msg)
    if not 2 <= bootstrap <= _MOST_LANES:  # noqa: PLR2004 - a standard deviation needs two
        msg = f"The bootstrap replicates must be from 2 to {_MOST_LANES}, got {bootstrap}."
        raise OptionError(msg)
    if not 0 < group_mean_sd < np.inf:
        msg = f"The standard deviation of group means must be greater than 0, got {group_mean_sd}."
        raise OptionError(msg)
    check_seed(seed)
