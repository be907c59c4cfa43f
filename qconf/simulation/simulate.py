"""Run the published simulation: a valuation model and its error models, along one stream."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from qconf.core.renamed import renamed
from qconf.simulation.parameters import FEWEST_GROUPS, check_parameters
from qconf.simulation.result import Learned, Segment, Simulation
from qconf.simulation.world import World, draw_world

__all__ = ["simulate"]


@renamed(replicates="groups_of_each")
def simulate(
    groups_of_each: int = 40_000,
    *,
    bootstrap: int = 20,
    group_mean_sd: float = 0.1,
    random_state: int = 0,
) -> Simulation:
    """Draw the world of four archetypes, and learn to value its houses and to tell the safe ones.

    Every prediction, of a value or of an error, is made before any model has seen its row's
    label, in one pass over the rows. The valuation model is each group's running mean; the
    estimators know nothing of how the world was made:

    - *as published*: a valuation model, an error model of its absolute residuals and the highest of
      that one's bootstrap replicates, all with Vowpal Wabbit's default learning rates
      (`qconf.simulation.adaptive_rates`);
    - *error model*: the group's mean squared residual, shrunk to that of all groups;
    - *conservative error model*: the same in bootstrap replicates, their mean + standard
      deviation, or their maximum;
    - *count stability*: 1 / sqrt(n), how often the group was seen;
    - *empirical Bayes*: the group's variance, shrunk to what the variances of all groups were
      found to be like.

    Residuals of a group's first house say how far groups differ, not how hard its houses are to
    value: error models leave them out (see `qconf.simulation.settled`).

    Parameters
    ----------
    groups_of_each : int, default=40000
        Groups of each archetype, from 10 to 400,000; four groups, one of each, have 100 rows.
    bootstrap : int, default=20
        Bootstrap replicates of each error model, from 2 to 1000.
    group_mean_sd : float, default=0.1
        How far apart groups are; greater than 0, at most 1000. It was not published; with 0.1 the
        published method has both published overall figures.
    random_state : int, default=0

    Returns
    -------
    Simulation

    Raises
    ------
    OptionError
        If a parameter breaks its rule.
    """
    check_parameters(groups_of_each, bootstrap, group_mean_sd, random_state)
    clock = _Clock()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        drawn = pool.submit(draw_world, groups_of_each, group_mean_sd, random_state)
        _rehearse(bootstrap, pool)
        world = drawn.result()
        clock.lap("world")
        learned, segments = _run(world, bootstrap, random_state, pool, clock.lap)
    as_published, overall, *best_decile, limit = segments
    return Simulation(
        rows=len(world.group),
        overall_as_published=as_published,
        overall=overall,
        best_decile=tuple(best_decile),
        bayes_limit=limit,
        group_mean_sd=group_mean_sd,
        bootstrap=bootstrap,
        seed=random_state,
        seconds=clock.parts,
        world=world,
        learned=learned,
    )


def _rehearse(bootstrap: int, pool: ThreadPoolExecutor) -> None:
    """Warm up: load or compile all that the rows will need, which takes as long as they do.

    The world is being drawn meanwhile.
    """
    with _without_collections():
        _run(draw_world(FEWEST_GROUPS, 1.0, 0), bootstrap, 0, pool, lambda _: None)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no garbage: numba makes half a million objects, and all of them stay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _run(
    world: World, bootstrap: int, seed: int, pool: ThreadPoolExecutor, lap: Callable[[str], None]
) -> tuple[Learned, list[Segment]]:
    from qconf.simulation.stream import judge, learn  # noqa: PLC0415 - numba, while a world is drawn

    learned = learn(world, bootstrap, seed, pool)
    lap("learning")
    segments = judge(world, learned, seed, pool)
    lap("ranking")
    return learned, segments


class _Clock:
    """Seconds by part, as wall clock."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = now - self._last
        self._last = now
