"""One contest for each valuation model, all on the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from qconf._types import FloatArray, IntArray, Progress
from qconf.backtesting.models import ValuationModel
from qconf.backtesting.progress import JointProgress
from qconf.comparison.contenders import Contender
from qconf.comparison.rounds import Contest, plan_of
from qconf.core.error_scale import ErrorScale
from qconf.estimators.registry import blamed
from qconf.evaluation.result import Evaluation
from qconf.residuals.schedules import Schedule
from qconf.tables.dataset import Dataset

__all__ = ["Contests"]


class Contests:
    """Every confidence estimator on the residuals of every valuation model, on the same rows.

    Parameters
    ----------
    models : sequence of ValuationModel
        Those that would predict the same share a contest: nothing is fitted twice.
    contenders : sequence of Contender
    dataset : Dataset
    scale : ErrorScale
    folds, random_state : int
    crosses : iterable of tuple of str
        Pairs of models whose confidence is also asked of the predictions of the other.
    progress : callable or None

    Attributes
    ----------
    of : dict of str to Contest
        By the name of the model.
    first_of : dict of str to str
        For each model the first that predicts the same, mostly itself.
    plan : Schedule
    """

    def __init__(
        self,
        models: Sequence[ValuationModel],
        contenders: Sequence[Contender],
        dataset: Dataset,
        scale: ErrorScale,
        folds: int,
        random_state: int,
        crosses: Iterable[tuple[str, str]],
        progress: Progress | None,
    ) -> None:
        keys: dict[str, str] = {}
        self.models = {one.name: one for one in models}
        self.first_of = {one.name: keys.setdefault(one.key, one.name) for one in models}
        # Where any model has to be fitted, all learn from the residuals that it can have.
        predicted = all(one.column is not None for one in models)
        self.plan: Schedule = plan_of(dataset, folds, random_state, predicted=predicted)
        joint = JointProgress(progress)
        made: dict[str, Contest] = {}
        for name in keys.values():
            column = self.models[name].column
            own = dataset if column is None else dataset.valued_by(column)
            named = [Contender(one.name, one.estimator) for one in contenders]
            settings = scale, folds, random_state, joint.of(name), self.plan
            made[name] = Contest(named, own, *settings)
            joint.steps[name] = made[name].steps
        self.distinct = made
        self.of = {name: made[first] for name, first in self.first_of.items()}
        both_ways = [pair for old, new in crosses for pair in ((old, new), (new, old))]
        for valuation, _ in both_ways:
            # Each cross is judged on its own.
            joint.steps[self.first_of[valuation]] += 1
        #: (valuation, confidence): whose predictions, and who was fitted on other residuals.
        self.swapped = {
            (self.first_of[valuation], self.first_of[confidence])
            for valuation, confidence in both_ways
            if self.first_of[valuation] != self.first_of[confidence]
        }

    def play(self) -> None:
        """Make all residuals, each once, and then let all estimators score them."""
        for name, contest in self.distinct.items():
            with blamed(f"The valuation model {name!r} failed"):
                contest.value(self.models[name].model)
        for name, contest in self.distinct.items():
            asked = sorted(valuation for valuation, who in self.swapped if who == name)
            contest.score({one: self.distinct[one].prediction for one in asked})

    def evaluate(self, **settings: Any) -> dict[str, dict[str, Evaluation]]:
        """Judge every pair on the same resamples: by model, and then by estimator."""
        judged = {name: one.evaluate(**settings) for name, one in self.distinct.items()}
        return {name: judged[first] for name, first in self.first_of.items()}

    def expected_errors(self, valuation: str, confidence: str) -> dict[str, FloatArray]:
        """Return what estimators fitted on the residuals of one model expect of another's.

        Parameters
        ----------
        valuation, confidence : str
            Names of models: whose predictions are judged, and whose residuals were learned from.

        Returns
        -------
        dict of str to ndarray of shape (n_scored,)
            By estimator.
        """
        whose, learned = self.first_of[valuation], self.first_of[confidence]
        expected = self.distinct[learned].expected_errors(None if whose == learned else whose)
        return {name: errors[self.plan.scored] for name, errors in expected.items()}

    def evaluate_swapped(
        self, valuation: str, confidence: str, **settings: Any
    ) -> dict[str, Evaluation]:
        """Judge what the confidence of one model says of the predictions of another."""
        expected = {}
        for name, errors in self.expected_errors(valuation, confidence).items():
            expected[name] = np.full(self.plan.n_rows, np.nan)
            expected[name][self.plan.scored] = errors
        return self.of[valuation].evaluate(scores=expected, **settings)

    def residual(self, model: str) -> FloatArray:
        """Return the residuals of the scored rows."""
        return self.of[model].residual[self.plan.scored]

    @property
    def block(self) -> IntArray:
        """In which round each scored row was scored."""
        return next(iter(self.of.values())).block[self.plan.scored]

    @property
    def n_fits(self) -> dict[str, int]:
        """How many models were fitted: ``valuation`` and ``estimators``."""
        fits = [one.n_fits for one in self.distinct.values()]
        return {what: sum(one[what] for one in fits) for what in ("valuation", "estimators")}

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by part, over all contests."""
        spent = [one.seconds for one in self.distinct.values()]
        return {what: sum(one[what] for one in spent) for what in spent[0]}

    def estimator_seconds(self, model: str, estimator: str) -> float:
        """Return what an estimator took on the residuals of a model."""
        return next(one.seconds for one in self.of[model].contenders if one.name == estimator)

    def doubts(self, *, strict: bool) -> tuple[str, ...]:
        """Say what the residuals of each model give reason to doubt."""
        return tuple(
            f"Of {name}: {line}"
            for name, one in self.distinct.items()
            for line in one.doubts(strict=strict)
        )
