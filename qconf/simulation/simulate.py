"""The published simulation: a valuation model and its error models, learned along one stream."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from qconf.errors import OptionError
from qconf.learners.count_rates import CountRates, Rows
from qconf.simulation.contenders import (
    BAYES_LIMIT,
    ESTIMATORS,
    Contender,
    Stretch,
    ValuationModel,
    contenders,
)
from qconf.simulation.decile import Segment, describe, safest_rows
from qconf.simulation.result import THRESHOLD, Simulation
from qconf.simulation.world import World, draw_world

__all__ = ["simulate"]

#: Rows that are learned at a time: what is computed of them stays in the processor's cache.
_STRETCH = 1 << 17
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
        _load()
        world = drawn.result()
        clock.lap("world")
        residual, scores = _learn(world, contenders(world, bootstrap, random_state), pool)
        clock.lap("learning")

        def safest(name: str) -> Segment:
            rows = safest_rows(scores[name], random_state)
            return describe(name, rows, world, residual, THRESHOLD)

        overall = pool.submit(describe, "overall", None, world, residual, THRESHOLD)
        *best_decile, limit = pool.map(safest, (*ESTIMATORS, BAYES_LIMIT))
        clock.lap("ranking")
    return Simulation(
        rows=len(residual),
        overall=overall.result(),
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


def _learn(
    world: World, judged: tuple[Contender, ...], pool: ThreadPoolExecutor
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Value, score and learn all rows; return residuals, and scores by name."""
    n_rows = len(world.group)
    residual = np.empty(n_rows, dtype=np.float32)
    scores = {name: np.empty(n_rows, dtype=np.float32) for one in judged for name in one.names}
    model = ValuationModel(world.n_groups)

    def value(part: slice) -> Stretch:
        stretch = model.value(world.group[part], world.value[part])
        np.subtract(stretch.prediction, stretch.value, out=residual[part], casting="same_kind")
        return stretch

    def score(contender: Contender, stretch: Stretch, part: slice) -> None:
        for name, found in zip(contender.names, contender.score(stretch), strict=True):
            scores[name][part] = found

    parts = list(_parts(n_rows))
    coming = pool.submit(value, parts[0])
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        stretch = coming.result()
        at_work = [pool.submit(score, one, stretch, part) for one in judged]
        if after is not None:
            # The next stretch is valued while this one is scored.
            coming = pool.submit(value, after)
        for one in at_work:
            one.result()
    return residual, scores


def _parts(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, _STRETCH):
        yield slice(start, min(start + _STRETCH, n_rows))


def _load() -> None:
    """Have the machine code loaded, or made, which takes as long as drawing the world."""
    one_row = Rows(np.zeros((1, 1), dtype=np.int32), np.empty((1, 0)), np.zeros(1), np.empty(0))
    CountRates(1, 1.0).progressive_with_novelty(one_row)


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
    if not 0 <= seed < 2**32:
        msg = f"The seed must be an integer from 0 to 2**32 - 1, got {seed}."
        raise OptionError(msg)
