"""Pass the rows of a world through all models, stretch by stretch, on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from qconf.simulation.decile import describe, safest_rows
from qconf.simulation.published import CONSERVATIVE, ERROR_MODEL, OVERALL
from qconf.simulation.published_method import PublishedMethod
from qconf.simulation.result import THRESHOLD, Learned, Segment
from qconf.simulation.stream_estimators import (
    BAYES_LIMIT,
    ESTIMATORS,
    StreamEstimator,
    Stretch,
    ValuationModel,
    stream_estimators,
)
from qconf.simulation.world import World

__all__ = ["judge", "learn"]

#: Rows that are learned at a time: what is computed of them stays in the processor's cache.
_STRETCH = 1 << 17


def learn(world: World, bootstrap: int, seed: int, pool: ThreadPoolExecutor) -> Learned:
    """Value, score and learn all rows, by our method and by the published one."""
    published = PublishedMethod(world.n_groups, bootstrap, seed)
    judged = stream_estimators(world, bootstrap, seed)
    model = ValuationModel(world.n_groups)
    learned = _room(len(world.group))

    def as_published(part: slice) -> None:
        found = published.learn(world.group[part], world.value[part])
        learned.residual_as_published[part] = found.residual
        learned.scores[ERROR_MODEL][part] = found.error
        learned.scores[CONSERVATIVE][part] = found.conservative

    def value(part: slice) -> Stretch:
        stretch = model.value(world.group[part], world.value[part])
        out = learned.residual[part]
        np.subtract(stretch.prediction, stretch.value, out=out, casting="same_kind")
        return stretch

    def score(contender: StreamEstimator, stretch: Stretch, part: slice) -> None:
        for name, found in zip(contender.names, contender.score(stretch), strict=True):
            learned.scores[name][part] = found

    parts = list(_parts(len(world.group)))
    coming = pool.submit(value, parts[0])
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        # The longest first, so that no core waits for the last.
        at_work = [pool.submit(as_published, part)]
        stretch = coming.result()
        at_work += [pool.submit(score, one, stretch, part) for one in judged]
        if after is not None:
            # The next stretch is valued while this one is scored.
            coming = pool.submit(value, after)
        for one in at_work:
            one.result()
    return learned


def _room(n_rows: int) -> Learned:
    """Make the arrays that results are written to."""
    names = (*ESTIMATORS, BAYES_LIMIT)
    residual, as_published = np.empty((2, n_rows), dtype=np.float32)
    return Learned(
        residual, as_published, {name: np.empty(n_rows, dtype=np.float32) for name in names}
    )


def _parts(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, _STRETCH):
        yield slice(start, min(start + _STRETCH, n_rows))


def judge(world: World, learned: Learned, seed: int, pool: ThreadPoolExecutor) -> list[Segment]:
    """Describe all rows, as published and ours, then the safest tenth by each score."""

    def described(name: str) -> Segment:
        score = learned.scores.get(name)
        rows = None if score is None else safest_rows(score, seed)
        return describe(name, rows, world, learned.residual_of(name), THRESHOLD)

    return list(pool.map(described, (OVERALL, "overall", *ESTIMATORS, BAYES_LIMIT)))
