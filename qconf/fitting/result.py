"""A fitted model with what is known of it: judged on which rows, and good for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Any

from qconf.comparison.intake import Settings
from qconf.core.estimate import in_percent, percent_range
from qconf.evaluation.result import Evaluation
from qconf.fitting.choosing import Choice
from qconf.fitting.whole_table import AllRows
from qconf.model.regressor import ConfidentRegressor
from qconf.saving.card import LEARNED_FROM, ModelCard
from qconf.saving.writing import save
from qconf.tables.dataset import Dataset

__all__ = ["NO_GUARANTEE", "FittedModel", "Learned", "written_moment"]

#: What a model without a certificate is not for.
NO_GUARANTEE = "A guarantee: an expected error is an estimate, and some safe rows are wrong."


@dataclass(frozen=True)
class Learned:
    """What learned from how many rows of a table that does not fit in memory.

    Attributes
    ----------
    rows : int
        That the table has.
    valuation, confidence : int
        That the valuation model, and the confidence and its figures, were made from.
    row_by_row : int
        Others, from which an online confidence has learned beside.
    memory : int
        In how many bytes not all fit.
    in_words : str
    """

    rows: int
    valuation: int | None
    confidence: int
    memory: int
    in_words: str
    row_by_row: int = 0

    @classmethod
    def of(cls, dataset: Dataset, whole: AllRows | None) -> Learned | None:
        """Count rows; None where all of them are in memory."""
        drawn, n_known = dataset.drawn, len(dataset.y)
        if drawn is None:
            return None
        n_valued = None if dataset.prediction is not None else n_known
        others = 0 if whole is None else whole.n_errors
        words = f"Learned and judged from {drawn.in_words}"
        if whole is not None:
            n_valued = whole.n_usable
            words += f"; the valuation model that is kept learned from {n_valued:,}"
        if others:
            words += f", and its confidence, row by row, from {others:,} more"
        return cls(drawn.n_rows, n_valued, n_known, drawn.memory, f"{words}.", others)


@dataclass(frozen=True, eq=False, repr=False)
class FittedModel:
    """A model that was judged on held-out rows and then fitted on all.

    Attributes
    ----------
    model : ConfidentRegressor
    estimator : str
        Name of the confidence estimator.
    judged : Evaluation
        Of rows that were scored by models which had not seen them; with ``"auto"``, that had no
        say in the choice either.
    scheme : str
        How rows were kept apart, in words.
    choice : Choice or None
        With ``"auto"``, the ranking it was chosen by.
    settings : Settings
    names : dict of str to (str or None)
        Columns of the target, the prediction, the time and the groups.
    n_rows : int
        Rows that were fitted on, by the valuation model if there is one.
    seed : int
    fitted : str
        When, in ISO 8601.
    warnings : tuple of str
        What in the table gives reason to doubt the figures.
    learned : Learned or None
        Where the table does not fit in memory, what learned from how many of its rows.
    """

    model: ConfidentRegressor
    estimator: str
    judged: Evaluation
    scheme: str
    choice: Choice | None
    settings: Settings
    names: Mapping[str, str | None]
    n_rows: int
    seed: int
    fitted: str
    warnings: tuple[str, ...]
    learned: Learned | None = None

    def save(self, path: str | PathLike[str], *, reading: Mapping[str, Any] | None = None) -> None:
        """Save the model with its card.

        Parameters
        ----------
        path : str or path
        reading : mapping, default=None
            How the table was read from its file, for those who read the next one.

        Raises
        ------
        OutputError
            If it cannot be written; no file is left half-written then.
        """
        save(self.model, path, card=self.card(reading))

    def card(self, reading: Mapping[str, Any] | None = None) -> ModelCard:
        """Say of the model what a file of it says: a card of plain values."""
        time_range = self.model.time_range_
        return ModelCard(
            target=self.names["target"],
            prediction=self.names["prediction"],
            time=self.names["time"],
            groups=self.names["groups"],
            error=self.settings.scale.name,
            threshold=self.settings.threshold,
            estimator=self.estimator,
            n_rows=self.n_rows,
            fitted=self.fitted,
            time_range=None if time_range is None else [written_moment(one) for one in time_range],
            figures=self.figures,
            not_for=list(self.not_for),
            reading=dict(reading or {}),
            seed=self.seed,
        )

    @property
    def figures(self) -> dict[str, Any]:
        """What the model was worth on held-out rows, as plain numbers."""
        numbers = self.judged.to_dict()
        kept = ("threshold", "fraction", "level", "overall", "best_decile", "aurc", "notes")
        figures = {"in_words": self.verdict, **{name: numbers[name] for name in kept}}
        figures["scheme"] = self.scheme
        if self.learned is not None:
            figures[LEARNED_FROM] = asdict(self.learned)
        if self.choice is not None:
            figures |= self.choice.figures
        return figures

    @property
    def not_for(self) -> tuple[str, ...]:
        """What the model must not be used for, one sentence each."""
        lines = [NO_GUARANTEE]
        lines.append("Rows unlike those of the fit: of what was never seen little can be said.")
        time_range = self.model.time_range_
        if time_range is not None:
            lines.append(f"Rows from long after {_day(time_range[1])}: markets drift. Fit again.")
        if self.names["prediction"] is not None:
            lines.append(
                f"Predictions of another model than that of the column {self.names['prediction']!r}"
                ": errors are a model's own. Fit again when it changes."
            )
        held = "all of them, and their prices" if self.model.keep_sales else "some of them"
        lines.append(f"Those who must not see rows of the fit: the file holds {held}.")
        return tuple(lines)

    @property
    def verdict(self) -> str:
        """What the model is worth, in a sentence."""
        rate, overall = self.judged.best_decile.outlier_rate, self.judged.overall.outlier_rate
        outlier = self.settings.scale.in_words(self.settings.threshold)
        return (
            f"Held out ({self.judged.overall.n:,} rows, {self.scheme}): of the "
            f"{self.judged.best_decile.n:,} rows called safest, {in_percent(rate.value)} "
            f"({percent_range(rate)}) are {outlier}, against {in_percent(overall.value)} of all."
        )

    @property
    def summary(self) -> str:
        """What was fitted, on what, in a sentence."""
        what = f"a valuation model and its confidence ({self.estimator})"
        if self.names["prediction"] is not None:
            what = f"the confidence ({self.estimator}) of {self.names['prediction']!r}"
        n_columns = self.model.n_features_in_
        columns = "1 column" if n_columns == 1 else f"{n_columns} columns"
        line = f"Fitted {what} on {self.n_rows:,} rows, {columns}"
        if self.model.time_range_ is not None:
            first, last = map(_day, self.model.time_range_)
            line += f", {first} to {last}"
        if self.choice is None:
            return f"{line}."
        return (
            f"{line}; {self.estimator} was the best of {len(self.choice.ranking)} on "
            f"{self.choice.n:,} rows that are not among those held out."
        )

    def __str__(self) -> str:
        """Return what ``qconf fit`` prints."""
        learned = [] if self.learned is None else [self.learned.in_words]
        return "\n".join([self.summary, *learned, self.verdict, *self.judged.notes])

    def _repr_html_(self) -> str:
        """Return what `print` shows for a notebook, as paragraphs."""
        from qconf.report.html import as_html  # noqa: PLC0415 - in notebooks only

        return as_html(*str(self).split("\n"))

    def __repr__(self) -> str:
        """Return a line: the estimator, the rows, and the held-out rate."""
        rate = self.judged.best_decile.outlier_rate
        return (
            f"<FittedModel: {self.estimator} on {self.n_rows:,} rows; "
            f"{in_percent(rate.value)} ({percent_range(rate)}) outliers>"
        )


def written_moment(moment: Any) -> str:
    """Write a time; midnight is a date."""
    day, _, clock = str(moment).partition("T")
    return day if not clock.strip("0:.") else str(moment)


def _day(moment: Any) -> str:
    """Write a date without the time of day; a number as it is."""
    return str(moment).partition("T")[0]
