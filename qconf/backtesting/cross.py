"""The cross: the old and the new valuation model, each under the old and the new confidence.

Two models lock each other if a better one of either kind, put in alone, looks like a loss: a new
valuation model that errs elsewhere is judged by a confidence that knows where the old one erred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

from qconf.core.estimate import Estimate
from qconf.evaluation.result import Evaluation
from qconf.evaluation.simultaneous import simultaneous_level

__all__ = ["CELLS", "STEPS", "Cell", "Change", "Cross", "Step", "make_steps"]

Generation: TypeAlias = Literal["old", "new"]
#: A valuation model, and whose residuals the confidence has learned from.
Cell: TypeAlias = tuple[Generation, Generation]
Change: TypeAlias = Literal["gain", "loss", "not distinguishable"]

CELLS: Final[tuple[Cell, ...]] = (("old", "old"), ("new", "old"), ("old", "new"), ("new", "new"))

#: What may be changed, from which cell to which.
STEPS: Final[dict[str, tuple[Cell, Cell]]] = {
    "both": (("old", "old"), ("new", "new")),
    "valuation alone": (("old", "old"), ("new", "old")),
    "confidence alone": (("old", "old"), ("old", "new")),
    "confidence not refitted": (("new", "new"), ("new", "old")),
}
#: Those that leave one of the two models as it was.
_ALONE = ("valuation alone", "confidence alone")


@dataclass(frozen=True, eq=False)
class Step:
    """What one change does.

    Attributes
    ----------
    name : str
    best_decile, aurc : Estimate
        Outlier rate among the safest rows, and area under the risk-coverage curve: after minus
        before, paired; below zero is better. Intervals hold for all steps at once.
    accepted : Estimate
        Share of the safest rows that are no longer among them.
    tiers : Estimate or None
        Share of the rows that change their tier; None without a time.
    """

    name: str
    best_decile: Estimate
    aurc: Estimate
    accepted: Estimate
    tiers: Estimate | None

    @property
    def change(self) -> Change:
        """What it looks like among the safest rows."""
        return changed(self.best_decile)

    @property
    def change_over_all(self) -> Change:
        """What it looks like over all cut-offs."""
        return changed(self.aurc)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "step": self.name,
            "best_decile": self.best_decile.to_dict(),
            "change": self.change,
            "aurc": self.aurc.to_dict(),
            "change_over_all": self.change_over_all,
            "accepted_changed": self.accepted.to_dict(),
            "tiers_changed": None if self.tiers is None else self.tiers.to_dict(),
        }


@dataclass(frozen=True, eq=False)
class Cross:
    """Old and new valuation models under old and new confidence, on the same rows.

    Attributes
    ----------
    old, new : str
        Names of the valuation models.
    estimator : str
        The confidence estimator.
    cells : mapping of (str, str) to Evaluation
        By valuation model and confidence, ``"old"`` or ``"new"`` each.
    overall : Estimate
        Outlier rate of all rows, the new valuation model minus the old one.
    steps : mapping of str to Step
        ``"both"``, ``"valuation alone"``, ``"confidence alone"``, all from the old pair; and
        ``"confidence not refitted"``, from the new pair to the new valuation model under the old
        confidence: what it costs to forget the refit.
    """

    old: str
    new: str
    estimator: str
    cells: Mapping[Cell, Evaluation]
    overall: Estimate
    steps: Mapping[str, Step]

    @property
    def change_of_valuation(self) -> Change:
        """What the new valuation model looks like over all rows."""
        return changed(self.overall)

    @property
    def deadlock(self) -> bool | None:
        """Whether an improvement of both is shown that looks like a loss if one is changed alone.

        None if no improvement is shown, so that there is nothing to be locked out of.
        """
        both = self.steps["both"]
        better = "gain" in {both.change, both.change_over_all, self.change_of_valuation}
        if not better or "loss" in {both.change, both.change_over_all}:
            return None
        return bool(self.locked)

    @property
    def locked(self) -> tuple[str, ...]:
        """The changes of one model alone that look like a loss."""
        return tuple(
            name
            for name in _ALONE
            if "loss" in {self.steps[name].change, self.steps[name].change_over_all}
        )

    @property
    def table(self) -> pd.DataFrame:
        """The four cells as a table."""
        rows = [
            {
                "valuation": valuation,
                "confidence": confidence,
                "overall_outlier_rate": one.overall.outlier_rate.value,
                "outlier_rate": one.best_decile.outlier_rate.value,
                "outlier_rate_low": one.best_decile.outlier_rate.interval[0],
                "outlier_rate_high": one.best_decile.outlier_rate.interval[1],
                "aurc": one.aurc.value,
                "calibration_ratio": one.calibration_ratio.value,
            }
            for (valuation, confidence), one in self.cells.items()
        ]
        return pd.DataFrame(rows).set_index(["valuation", "confidence"])

    @property
    def verdict(self) -> str:
        """What to do, in words."""
        from qconf.backtesting.cross_words import cross_sentences  # noqa: PLC0415 - it imports us

        return " ".join(cross_sentences(self))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and words."""
        return {
            "old": self.old,
            "new": self.new,
            "estimator": self.estimator,
            "cells": [
                {"valuation": valuation, "confidence": confidence, **one.to_dict()}
                for (valuation, confidence), one in self.cells.items()
            ],
            "overall": self.overall.to_dict(),
            "steps": [one.to_dict() for one in self.steps.values()],
            "deadlock": self.deadlock,
            "locked": list(self.locked),
            "verdict": self.verdict,
        }


def changed(difference: Estimate) -> Change:
    """Tell what a difference of outlier rates, after minus before, looks like."""
    low, high = difference.interval
    if high < 0:
        return "gain"
    return "loss" if low > 0 else "not distinguishable"


def make_steps(
    cells: Mapping[Cell, Evaluation],
    accepted: Mapping[str, Estimate],
    tiers: Mapping[str, Estimate | None],
    confidence_level: float,
) -> tuple[Estimate, dict[str, Step]]:
    """Tell what each change does, with intervals that all hold at once.

    Parameters
    ----------
    cells : mapping of (str, str) to Evaluation
        On the same rows and the same resamples.
    accepted, tiers : mapping of str to Estimate
        By the name of the step.
    confidence_level : float

    Returns
    -------
    overall : Estimate
        The outlier rates of all rows, new valuation minus old.
    steps : dict of str to Step
    """
    pairs = {name: (cells[after], cells[before]) for name, (before, after) in STEPS.items()}
    new, old = pairs["both"]
    draws = [after.rate.draws.minus(before.rate.draws) for after, before in pairs.values()]
    draws += [after.aurc_draws.minus(before.aurc_draws) for after, before in pairs.values()]
    draws += [new.overall_rate.draws.minus(old.overall_rate.draws)]
    level = simultaneous_level(draws, confidence_level)
    steps = {
        name: Step(
            name,
            after.rate_minus(before, level),
            after.aurc_minus(before, level),
            accepted[name],
            tiers[name],
        )
        for name, (after, before) in pairs.items()
    }
    return new.overall_rate.minus(old.overall_rate, level), steps
