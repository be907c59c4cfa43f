"""Let estimators score, round by round, rows of which they have seen nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray, Progress
from qconf.comparison.contenders import Contender
from qconf.comparison.playing import Rounds
from qconf.core.error_scale import ErrorScale
from qconf.core.spreading import each
from qconf.errors import refuse_warnings
from qconf.evaluation.evaluate import evaluate_scores
from qconf.evaluation.periods import Period, by_period, trend_lines
from qconf.evaluation.result import Evaluation
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.fitting import fit_error_distribution
from qconf.residuals.crossfit import out_of_sample, scored_predictions
from qconf.residuals.schedules import Schedule, schedule
from qconf.residuals.valuation import default_valuation_model
from qconf.suspicions.outcome import dominated
from qconf.tables.dataset import Dataset
from qconf.tables.numbers_in_text import NumbersInTextWarning

__all__ = ["Contest", "plan_of"]

_NONE: Mapping[str, FloatArray] = MappingProxyType({})


def plan_of(dataset: Dataset, folds: int, random_state: int, *, predicted: bool) -> Schedule:
    """Say who may see what of a dataset.

    Parameters
    ----------
    dataset : Dataset
    folds, random_state : int
    predicted : bool
        Whether there are predictions, and no valuation model has to be fitted.
    """
    return schedule(
        len(dataset.y),
        folds=folds,
        time=dataset.time,
        groups=dataset.apart,
        repeats=dataset.repeats,
        predicted=predicted,
        random_state=random_state,
    )


class Contest:
    """Rounds in which contenders are fitted on what may be seen, and score the rest.

    Parameters
    ----------
    contenders : list of Contender
    dataset : Dataset
        With the predictions that are judged, or without: a valuation model is fitted then.
    scale : ErrorScale
    folds, random_state : int
    progress : callable or None
    plan : Schedule, default=None
        Who may see what, where several contests are to be on the same rows. None makes one.
    """

    def __init__(
        self,
        contenders: list[Contender],
        dataset: Dataset,
        scale: ErrorScale,
        folds: int,
        random_state: int,
        progress: Progress | None,
        plan: Schedule | None = None,
    ) -> None:
        self.contenders = contenders
        self.dataset = dataset
        self.scale = scale
        self.random_state = random_state
        predicted = dataset.prediction is not None
        self.plan: Schedule = plan or plan_of(dataset, folds, random_state, predicted=predicted)
        self.valuations: list[tuple[FloatArray, ...]] | None = None
        self.block: IntArray = np.full(len(dataset.y), -1, dtype=np.intp)
        self.prediction: FloatArray = np.full(len(dataset.y), np.nan)
        self.residual: FloatArray = np.full(len(dataset.y), np.nan)
        self.seconds = {"valuation": 0.0, "estimators": 0.0, "evaluation": 0.0}
        self.n_fits = {
            "valuation": 0 if predicted else len(self.plan.fits),
            "estimators": len(self.plan.rounds) * len(contenders),
        }
        #: What is told of by `progress`: the fits, and the intervals.
        self.steps = sum(self.n_fits.values()) + 1
        self._done = 0
        self._progress = progress

    def play(self, model: Any = None) -> None:
        """Play all rounds; keep the predictions that were judged, and their residuals.

        Parameters
        ----------
        model : regressor, default=None
            The valuation model, fitted if there are no predictions. None is the default one.
        """
        self.value(model)
        self.score()

    def value(self, model: Any = None) -> None:
        """Make the predictions that are judged, and those whose residuals are learned from.

        Parameters
        ----------
        model : regressor, default=None
        """
        if self.dataset.prediction is None:
            # Not `model or ...`: an unfitted forest has a length, and fails when asked for it.
            default = default_valuation_model(self.scale, self.random_state)
            self._fit_valuations(default if model is None else model)
        self.prediction = scored_predictions(self.plan, self.valuations, self.dataset.prediction)

    def score(self, others: Mapping[str, FloatArray] = _NONE) -> None:
        """Let all contenders score all rounds, once there are predictions.

        Parameters
        ----------
        others : mapping of str to ndarray of shape (n_rows,), default={}
            Predictions of the scored rows by other valuation models: each contender, fitted on
            the residuals of this one, is asked what it expects of them too.
        """
        with warnings.catch_warnings():
            # Told once, of the whole table.
            warnings.simplefilter("ignore", NumbersInTextWarning)
            self._play_rounds(others)

    def _fit_valuations(self, model: Any) -> None:
        """Make the out-of-sample predictions of all rounds."""
        dataset = self.dataset
        # The valuation model may look at the time, which is how it follows the market. The
        # contenders may not: they would have to go beyond the times they know.
        when = {} if dataset.time is None else {dataset.time_name: dataset.time}
        self._tell("valuation model")
        with self._timed("valuation"):
            self.valuations = out_of_sample(
                model,
                dataset.features.assign(**when),
                dataset.y,
                self.plan.fits,
                lambda: self._step("valuation model"),
            )

    def _play_rounds(self, others: Mapping[str, FloatArray]) -> None:
        settings = self.dataset, self.scale, self.plan, self.valuations, others, self.random_state
        rounds = Rounds(self.contenders, *settings)
        asked = [
            (number, at)
            for number in range(len(self.plan.rounds))
            for at in range(len(self.contenders))
        ]
        played = each(rounds.play, asked, len(self.dataset.y), ours=False)
        for number, at in asked:
            contender, scored = self.contenders[at], self.plan.rounds[number].scored
            self._tell(contender.name)
            contender.keep(scored, next(played))
            self._step(contender.name)
            self.block[scored] = number
            known = self.prediction[scored], self.dataset.y[scored]
            self.residual[scored] = self.scale.checked_residual(*known)
        self.seconds["estimators"] = sum(one.seconds for one in self.contenders)

    def evaluate(
        self,
        *,
        scores: Mapping[str, FloatArray] | None = None,
        among: IntArray | None = None,
        **settings: Any,
    ) -> dict[str, Evaluation]:
        """Judge all contenders on the same rows and the same resamples.

        Contests on one plan have the same resamples too: what they find is paired.

        Parameters
        ----------
        scores : mapping of str to ndarray of shape (n_rows,), default=None
            What else to hold against the residuals. None is what each contender expected.
        among : ndarray of int, default=None
            Positions of rows; only those of them that were scored count. None is all.
        **settings
            For `evaluate_scores`.
        """
        dataset, scored = self.dataset, self.plan.scored
        if among is not None:
            scored = np.intersect1d(scored, among)
        if scores is None:
            scores = self.expected_errors()
        self._tell("intervals")
        with self._timed("evaluation"):
            evaluations = evaluate_scores(
                {name: score[scored] for name, score in scores.items()},
                self.residual[scored],
                groups=None if dataset.groups is None else dataset.groups[scored],
                time=None if dataset.time is None else dataset.time[scored],
                # A constant that is fitted anew in each round is not constant over all rounds,
                # and in K folds it is highest just where its own fold is lowest.
                blocks=self.block[scored],
                random_state=self.random_state,
                **settings,
            )
        self._step("intervals")
        return evaluations

    def expected_errors(self, swapped: str | None = None) -> dict[str, FloatArray]:
        """Return what each contender expected of each row; rows never scored are not a number.

        Parameters
        ----------
        swapped : str, default=None
            Of the predictions of another valuation model, which `score` was told of.
        """
        n_rows = len(self.dataset.y)
        return {one.name: one.expected_error(n_rows, swapped) for one in self.contenders}

    def error_distribution(self, contender: Contender) -> ErrorDistribution:
        """Fit the distribution of the errors of the scored rows, in units of what one expected."""
        dataset, scored = self.dataset, self.plan.scored
        return fit_error_distribution(
            self.residual[scored],
            self._expected_error(contender, scored),
            error=self.scale.name,  # type: ignore[arg-type]
            time=None if dataset.time is None else dataset.time[scored],
        )

    def scores(self) -> pd.DataFrame:
        """Put what was said about each scored row into one table."""
        scored = self.plan.scored
        known = {
            "row": self.dataset.rows[scored],
            "block": self.block[scored],
            "prediction": self.prediction[scored],
            "signed_residual": self.residual[scored],
        }
        given = {one.name: self._expected_error(one, scored) for one in self.contenders}
        return pd.DataFrame({**known, **given})

    @property
    def history(self) -> int:
        """How many rows are earlier than the first scored block."""
        if self.dataset.time is None:
            return 0
        return int((self.dataset.time < self.dataset.time[self.plan.scored].min()).sum())

    def by_period(self, threshold: float, confidence_level: float) -> tuple[Period, ...]:
        """Sum up the errors of each period of the time."""
        if self.dataset.time is None:
            return ()
        scored = self.plan.scored
        return by_period(
            self.dataset.time[scored],
            self.residual[scored],
            threshold,
            confidence_level=confidence_level,
        )

    def trends(self, threshold: float) -> tuple[str, ...]:
        """Say what has a trend in time."""
        if self.dataset.time is None:
            return ()
        scored = self.plan.scored
        return trend_lines(
            self.dataset.time[scored],
            self.residual[scored],
            threshold,
            percent=self.scale.name == "relative",
        )

    def doubts(self, *, strict: bool) -> tuple[str, ...]:
        """Say what the residuals give reason to doubt."""
        known = np.flatnonzero(np.isfinite(self.residual))
        line = dominated(self.residual[known], self.dataset.rows[known])
        lines = () if line is None else (line,)
        if strict:
            refuse_warnings(lines)
        return lines

    def seconds_since(self, began: float) -> dict[str, float]:
        """Split the time since `began`; what is none of the named parts is ``other``."""
        return {**self.seconds, "other": perf_counter() - began - sum(self.seconds.values())}

    def _expected_error(self, contender: Contender, scored: IntArray) -> FloatArray:
        return contender.expected_error(len(self.dataset.y))[scored]

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds[part] += perf_counter() - began

    def _step(self, label: str) -> None:
        self._done += 1
        self._tell(label)

    def _tell(self, label: str) -> None:
        if self._progress is not None:
            self._progress(self._done, self.steps, label)
