"""The published simulation: a valuation model and its error models, learned along one stream."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.errors import OptionError
from qconf.learners.count_rates import CountRates, Rows
from qconf.learners.group_variance import GroupVariance
from qconf.learners.settled import expected_error, settled_squares
from qconf.simulation.decile import Segment, describe, safest_rows
from qconf.simulation.limit import outlier_probability
from qconf.simulation.published import PUBLISHED
from qconf.simulation.world import ARCHETYPES, World, draw_world

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BAYES_LIMIT", "ESTIMATORS", "THRESHOLD", "Simulation", "simulate"]

#: An outlier is off by more than this.
THRESHOLD = 0.15
ESTIMATORS = (
    "error model",
    "conservative error model",
    "conservative, maximum",
    "count stability",
    "empirical Bayes",
)
BAYES_LIMIT = "Bayes limit"

#: Groups differ far more than the houses in one: a group's own first house outweighs all others.
_VALUE_PRIOR = 0.01
#: A group's squared residual is shrunk toward that of all groups as if five rows had shown it.
_ERROR_PRIOR = 5.0
_FEWEST, _MOST = 10, 400_000
_MOST_LANES = 1000

_Float = TypeVar("_Float", bound=np.floating)


@dataclass(frozen=True, eq=False)
class Simulation:
    """What each way of estimating confidence was worth.

    Attributes
    ----------
    rows : int
    overall : Segment
        All rows.
    best_decile : tuple of Segment
        For each estimator, the tenth of the rows that it calls safest.
    bayes_limit : Segment
        The same for the order that no estimator can beat on average.
    group_mean_sd : float
    bootstrap : int
    seed : int
    seconds : dict of str to float
        Wall clock, by part.
    world : World
    residual : ndarray of shape (n_rows,)
        Progressive residuals: prediction minus value.
    scores : dict of str to ndarray of shape (n_rows,)
        By estimator, and for the limit; lower is more confident.
    """

    rows: int
    overall: Segment
    best_decile: tuple[Segment, ...]
    bayes_limit: Segment
    group_mean_sd: float
    bootstrap: int
    seed: int
    seconds: dict[str, float]
    world: World = field(repr=False)
    residual: FloatArray = field(repr=False)
    scores: dict[str, FloatArray] = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each segment, ours and published."""
        import pandas as pd  # noqa: PLC0415 - a third of the time of a whole run

        ours = [{"source": "qconf", **_flat(one.to_dict())} for one in self.segments]
        names = [one.name for one in ARCHETYPES]
        published = [
            {
                "source": "published",
                "estimator": name,
                "outlier_rate": one.outlier_rate,
                "mae": one.mae,
                **dict(zip(names, one.composition, strict=True)),
            }
            for name, one in PUBLISHED.items()
        ]
        return pd.DataFrame([*ours, *published]).set_index("estimator")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All rows, each estimator's best decile, and the limit's."""
        return (self.overall, *self.best_decile, self.bayes_limit)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain numbers, ready for JSON."""
        names = [one.name for one in ARCHETYPES]
        return {
            "rows": self.rows,
            "threshold": THRESHOLD,
            "group_mean_sd": self.group_mean_sd,
            "bootstrap": self.bootstrap,
            "seed": self.seed,
            "overall": self.overall.to_dict(),
            "best_decile": [one.to_dict() for one in self.best_decile],
            "bayes_limit": self.bayes_limit.to_dict(),
            "published": {
                name: {
                    "outlier_rate": one.outlier_rate,
                    "mae": one.mae,
                    "composition": dict(zip(names, one.composition, strict=True)),
                }
                for name, one in PUBLISHED.items()
            },
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


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
    estimators know neither the sigmas, nor how large groups are, nor that there are four kinds:

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
    with ThreadPoolExecutor(max_workers=1) as pool:
        drawn = pool.submit(draw_world, replicates, group_mean_sd, random_state)
        _load()
        world = drawn.result()
    clock.lap("world")
    rows = _rows(world, world.value, np.empty(0))
    value_model = CountRates(world.n_groups, _VALUE_PRIOR)
    prediction, novelty = value_model.progressive_with_novelty(rows)
    residual = prediction - world.value
    clock.lap("valuation model")
    stream = _Stream(world, prediction, residual, novelty, bootstrap, random_state)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        overall = pool.submit(describe, "overall", None, world, residual, THRESHOLD)
        found = {
            one.estimator: (score, one)
            for part in pool.map(stream.judge, _TASKS)
            for score, one in part
        }
    clock.lap("estimators")
    return Simulation(
        rows=len(residual),
        overall=overall.result(),
        best_decile=tuple(found[name][1] for name in ESTIMATORS),
        bayes_limit=found[BAYES_LIMIT][1],
        group_mean_sd=group_mean_sd,
        bootstrap=bootstrap,
        seed=random_state,
        seconds=clock.parts,
        world=world,
        residual=residual,
        scores={name: score for name, (score, _) in found.items()},
    )


class _Stream:
    """The rows as the estimators meet them."""

    def __init__(
        self,
        world: World,
        prediction: FloatArray,
        residual: FloatArray,
        novelty: FloatArray,
        bootstrap: int,
        seed: int,
    ) -> None:
        self.world = world
        self.prediction = prediction
        self.residual = residual
        self.novelty = novelty
        self.bootstrap = bootstrap
        self.seed = seed
        square, weight = settled_squares(residual, novelty)
        self.rows = _rows(world, square, weight)
        #: Until the first residual that counts has been learned, nothing is known of any error.
        self.ignorant = int(np.argmax(weight > 0)) + 1

    def expected_error(self, square: NDArray[_Float]) -> NDArray[_Float]:
        """Turn expected squares into the errors of these rows, in place."""
        square[: self.ignorant] = np.inf
        return expected_error(square, self.novelty, out=square)

    def judge(self, task: _Task) -> list[tuple[FloatArray, Segment]]:
        """Learn one task's scores, and describe the rows that they call safest."""
        return [
            (
                score,
                describe(name, safest_rows(score, self.seed), self.world, self.residual, THRESHOLD),
            )
            for name, score in task(self).items()
        ]


_Task: TypeAlias = Callable[[_Stream], dict[str, FloatArray]]


def _conservative(stream: _Stream) -> dict[str, FloatArray]:
    model = CountRates(
        stream.world.n_groups, _ERROR_PRIOR, replicates=stream.bootstrap, seed=stream.seed
    )
    mean, sd, largest = model.progressive_summary(stream.rows)
    mean += sd
    return {
        "conservative error model": stream.expected_error(mean),
        "conservative, maximum": stream.expected_error(largest),
    }


def _error_model(stream: _Stream) -> dict[str, FloatArray]:
    square = CountRates(stream.world.n_groups, _ERROR_PRIOR).progressive(stream.rows)[:, 0]
    return {"error model": stream.expected_error(square)}


def _empirical_bayes(stream: _Stream) -> dict[str, FloatArray]:
    square = GroupVariance(stream.world.n_groups).progressive(stream.rows)
    return {"empirical Bayes": stream.expected_error(square)}


def _count_stability(stream: _Stream) -> dict[str, FloatArray]:
    return {"count stability": np.sqrt(stream.novelty)}


def _limit(stream: _Stream) -> dict[str, FloatArray]:
    return {BAYES_LIMIT: outlier_probability(stream.world, stream.prediction, THRESHOLD)}


#: The longest first, so that two cores are done at about the same time.
_TASKS: tuple[_Task, ...] = (
    _conservative,
    _limit,
    _empirical_bayes,
    _error_model,
    _count_stability,
)


def _load() -> None:
    """Have the machine code loaded, or made, which takes as long as drawing the world."""
    one_row = Rows(np.zeros((1, 1), dtype=np.int32), np.empty((1, 0)), np.zeros(1), np.empty(0))
    CountRates(1, 1.0).progressive_with_novelty(one_row)


def _rows(world: World, target: FloatArray, weight: FloatArray) -> Rows:
    return Rows(world.group.reshape(-1, 1), np.empty((len(target), 0)), target, weight)


class _Clock:
    """Seconds by part, as wall clock."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = now - self._last
        self._last = now


def _flat(segment: dict[str, Any]) -> dict[str, Any]:
    low, high = segment.pop("outlier_rate_interval")
    composition = segment.pop("composition")
    return {**segment, "outlier_rate_low": low, "outlier_rate_high": high, **composition}


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
