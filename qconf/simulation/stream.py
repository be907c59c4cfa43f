"""The rows of a world, stretch by stretch through all models, on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from qconf.learners.count_rates import CountRates, Rows
from qconf.simulation.contenders import (
    BAYES_LIMIT,
    ESTIMATORS,
    Contender,
    Stretch,
    ValuationModel,
    contenders,
)
from qconf.simulation.decile import describe, safest_rows
from qconf.simulation.result import THRESHOLD, Segment
from qconf.simulation.world import World

__all__ = ["judge", "learn", "load"]

#: Rows that are learned at a time: what is computed of them stays in the processor's cache.
_STRETCH = 1 << 17


def learn(
    world: World, bootstrap: int, seed: int, pool: ThreadPoolExecutor
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Value, score and learn all rows; return residuals, and scores by name."""
    judged = contenders(world, bootstrap, seed)
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


def load() -> None:
    """Have the machine code loaded, or made, which takes as long as drawing the world."""
    one_row = Rows(np.zeros((1, 1), dtype=np.int32), np.empty((1, 0)), np.zeros(1), np.empty(0))
    CountRates(1, 1.0).progressive_with_novelty(one_row)


def judge(
    world: World,
    residual: NDArray[np.float32],
    scores: dict[str, NDArray[np.float32]],
    seed: int,
    pool: ThreadPoolExecutor,
) -> list[Segment]:
    """Describe all rows, then the safest tenth by each estimator, and by the limit."""

    def safest(name: str) -> Segment:
        return describe(name, safest_rows(scores[name], seed), world, residual, THRESHOLD)

    overall = pool.submit(describe, "overall", None, world, residual, THRESHOLD)
    chosen = list(pool.map(safest, (*ESTIMATORS, BAYES_LIMIT)))
    return [overall.result(), *chosen]
