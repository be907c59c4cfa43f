"""Choose an estimator on some rows, so that it can be judged on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import IntArray, Progress
from qconf.comparison.contenders import make_contenders
from qconf.comparison.intake import Settings
from qconf.comparison.result import Ranked, rank_evaluations
from qconf.comparison.rounds import Contest
from qconf.errors import TableError
from qconf.residuals.schedules import blocks_in_time
from qconf.tables.dataset import MIN_ROWS, Dataset

__all__ = ["AUTO", "Choice", "choose", "older_and_newer"]

#: What ``estimator="auto"`` chooses among: all that learn from features.
AUTO = (
    "blend", "residual", "quantile", "forest", "neighbors", "online", "empirical-bayes", "count",
    "constant",
)  # fmt: skip
#: One row of so many is kept to judge what was chosen on the others.
_PARTS = 4


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen, among which, and on how many rows.

    Attributes
    ----------
    ranking : tuple of Ranked
        The best first.
    n : int
        Rows that were scored to choose.
    """

    ranking: tuple[Ranked, ...]
    n: int

    @property
    def name(self) -> str:
        """The estimator that was chosen."""
        return self.ranking[0].name

    @property
    def figures(self) -> dict[str, Any]:
        """Among which it was chosen, and on how many rows, as plain values."""
        return {"chosen_among": [one.name for one in self.ranking], "chosen_on": self.n}


def older_and_newer(dataset: Dataset, random_state: int) -> tuple[IntArray, IntArray]:
    """Split rows: three quarters to choose on, and the newest quarter to judge the choice.

    Without a time, rows or whole groups are dealt out at random.

    Returns
    -------
    older, newer : ndarray of int
        Positions. No group is in both, where there is no time.

    Raises
    ------
    TableError
        If one of the two is too small.
    """
    if dataset.time is not None:
        part = blocks_in_time(dataset.time, _PARTS)
        newest = part == part.max()
    else:
        units = np.arange(len(dataset.y)) if dataset.groups is None else dataset.groups
        dealt = np.random.default_rng(random_state).permutation(int(units.max()) + 1)
        newest = (dealt % _PARTS == 0)[units]
    older, newer = np.flatnonzero(~newest), np.flatnonzero(newest)
    if len(older) < MIN_ROWS or len(newer) == 0:
        msg = (
            f"estimator='auto' chooses on some rows and judges on others: of {len(dataset.y)} "
            f"rows, {len(older)} are left to choose on, and at least {MIN_ROWS} are needed. "
            "Name an estimator (blend)."
        )
        raise TableError(msg)
    return older, newer


def choose(
    dataset: Dataset,
    settings: Settings,
    *,
    among: Sequence[str] = AUTO,
    model: Any = None,
    folds: int,
    random_state: int,
    progress: Progress | None = None,
) -> Choice:
    """Rank estimators on rows, and take the first.

    Parameters
    ----------
    dataset : Dataset
        The rows to choose on.
    settings : Settings
    among : sequence of str
        Registered names.
    model : regressor, default=None
        The valuation model.
    folds, random_state : int
    progress : callable, default=None

    Returns
    -------
    Choice
    """
    contenders = make_contenders(among, settings.scale.name)
    contest = Contest(contenders, dataset, settings.scale, folds, random_state, progress)
    contest.play(model)
    evaluations = contest.evaluate(**settings.numbers)
    ranking = rank_evaluations(evaluations, {one.name: one.seconds for one in contenders})
    return Choice(ranking, ranking[0].evaluation.overall.n)
