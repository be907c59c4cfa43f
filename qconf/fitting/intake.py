"""Take in a table for a model that is kept, and fit it on rows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import pandas as pd

from qconf._types import ArrayLike, ConfidenceLike, Copies, IntArray, Progress, TableLike
from qconf.comparison.contenders import Contender, make_contenders, score_columns
from qconf.comparison.intake import Settings, take_in
from qconf.core.conventions import PREDICTION, check_seed
from qconf.errors import OptionError
from qconf.estimators.conflict import check_learns
from qconf.fitting.choosing import Choice, choose
from qconf.fitting.whole_table import AllRows
from qconf.model.regressor import ConfidentRegressor
from qconf.residuals.valuation import default_valuation_model
from qconf.tables.dataset import Dataset
from qconf.tables.large_tables import Room
from qconf.tables.reading import TableFile
from qconf.tables.roles import is_name

__all__ = ["Intake", "of_stage"]

#: What compares estimators and takes the best.
_AUTO = "auto"
_ROLES = ("prediction", "time", "groups")


@dataclass(frozen=True, eq=False)
class Intake:
    """A checked table, and how models are to be fitted on its rows.

    Attributes
    ----------
    dataset : Dataset
    settings : Settings
    names : dict of str to (str or None)
        Columns of the target, the prediction, the time and the groups; None where values were
        given, or nothing.
    contender : Contender or None
        What estimates the errors; None is to be chosen.
    model : regressor or None
        The valuation model; None is boosted trees.
    copies : {"group", "keep"}
    plan : dict
        ``folds`` and ``random_state``.
    doubts : tuple of str
        What of the table gives reason to doubt what will be found.
    """

    dataset: Dataset
    settings: Settings
    names: Mapping[str, str | None]
    contender: Contender | None
    model: Any
    copies: Copies
    plan: Mapping[str, Any]
    doubts: tuple[str, ...]

    @classmethod
    def of(
        cls,
        table: TableLike | TableFile | str | PathLike[str],
        target: str | ArrayLike,
        settings: Settings,
        *,
        estimator: str | ConfidenceLike,
        model: Any,
        copies: Copies,
        folds: int,
        random_state: int,
        strict: bool,
        drop: Sequence[str] | str,
        memory: str | float | None = None,
        **roles: Any,
    ) -> Self:
        """Read and check a table.

        Parameters
        ----------
        table, target, settings, estimator, model, copies, folds, random_state, strict, drop, memory
            As in `qconf.fit_model`.
        **roles
            ``prediction``, ``time``, ``groups``, ``features`` and ``conflicts``.

        Raises
        ------
        TableError, OptionError, EstimatorError
        """
        check_seed(random_state)
        chosen = isinstance(estimator, str) and estimator == _AUTO
        named = [] if chosen else make_contenders([estimator], settings.scale.name)
        dataset, doubts = take_in(
            table, target, settings, drop=drop, scores=score_columns(named), copies=copies,
            strict=strict, room=Room(memory, roles["time"], roles["groups"], random_state), **roles,
        )  # fmt: skip
        for one in named:
            check_learns(one.estimator, dataset.conflicts, one.name)
        _check_scores(dataset, named)
        given = {"target": target, **{role: roles[role] for role in _ROLES}}
        names = {role: str(one) if is_name(one) else None for role, one in given.items()}
        plan = {"folds": folds, "random_state": random_state}
        contender = named[0] if named else None
        return cls(dataset, settings, names, contender, model, copies, plan, doubts)

    def chosen_on(
        self, rows: IntArray, progress: Progress | None = None
    ) -> tuple[Contender, Choice | None]:
        """Return what estimates the errors; if nobody said, the best on some rows, and why.

        Parameters
        ----------
        rows : ndarray of int
            Positions.
        progress : callable, default=None
        """
        if self.contender is not None:
            return self.contender, None
        choice = choose(
            self.dataset.take(rows), self.settings, model=self.model,
            progress=of_stage("choose", progress), **self.plan,
        )  # fmt: skip
        return make_contenders([choice.name], self.settings.scale.name)[0], choice

    @property
    def whole_table(self) -> AllRows | None:
        """All rows, where some were drawn and the valuation model can learn from the others."""
        dataset, drawn = self.dataset, self.dataset.drawn
        target = self.names["target"]
        if drawn is None or target is None or dataset.prediction is not None:
            return None
        model = default_valuation_model(self.settings.scale) if self.model is None else self.model
        if not getattr(model, "takes_streams", False):
            return None
        return AllRows(drawn, target, self.names["time"], self.settings.scale)

    def fitted_on(
        self,
        dataset: Dataset,
        contender: Contender,
        *,
        keep_sales: bool = False,
        whole: AllRows | None = None,
    ) -> ConfidentRegressor:
        """Fit the model that is kept, on all rows of a dataset of this table.

        Where these were drawn, the valuation model learns from the whole table.
        """
        regressor, time = self.model, dataset.time
        if dataset.prediction is not None:
            regressor = f"column:{self._prediction_name}"
        elif dataset.time is not None:
            time = dataset.time_name
        error: Any = self.settings.scale.name
        kept = ConfidentRegressor(
            regressor, contender.estimator, error=error, conflicts=dataset.conflicts,
            copies=self.copies, keep_sales=keep_sales, **self.plan,
        )  # fmt: skip
        # A score that is taken as it is learns nothing: no group is on both sides of anything.
        groups = None if score_columns([contender]) else dataset.given_groups
        # By its name, sales of later tables are read.
        target = pd.Series(dataset.y, name=self.names["target"])
        rows, roles = self.rows_of(dataset), {"time": time, "groups": groups}
        if whole is None:
            return kept.fit(rows, target, **roles)
        return kept.fit_drawn(rows, target, whole, **roles)

    def rows_of(self, dataset: Dataset) -> pd.DataFrame:
        """Return the rows as the model that is kept takes them."""
        if dataset.prediction is not None:
            given = {self._prediction_name: dataset.prediction}
            return dataset.features.assign(**dataset.scores, **given)
        if dataset.time is not None:
            # By name: the valuation model follows the market.
            return dataset.features.assign(**{dataset.time_name: dataset.time})
        return dataset.features

    @property
    def _prediction_name(self) -> str:
        return self.names["prediction"] or PREDICTION


def of_stage(stage: str, progress: Progress | None) -> Progress | None:
    """Say before each step of a contest what it is for."""
    if progress is None:
        return None
    tell: Callable[[int, int, str], None] = progress
    return lambda done, steps, what: tell(done, steps, f"{stage}: {what}")


def _check_scores(dataset: Dataset, named: Sequence[Contender]) -> None:
    """Check columns that are scores, and that they are of the predictions that are judged."""
    for one in named:
        one.check_scores(dataset.scores)
    if len(dataset.scores.columns) and dataset.prediction is None:
        msg = (
            f"The estimator {named[0].name!r} reads a score of somebody else's predictions; name "
            "the column that holds these (--prediction)."
        )
        raise OptionError(msg)
