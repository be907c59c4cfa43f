"""The cross in words, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid

if TYPE_CHECKING:
    from qconf.backtesting.cross import Change, Cross, Step

__all__ = ["cross_parts", "cross_sentences"]

_LOOKS: dict[Change, str] = {
    "gain": "a gain",
    "loss": "a loss",
    "not distinguishable": "not distinguishable",
}
_STEPS = {
    "both": "Both models changed",
    "valuation alone": "The valuation model changed alone, under the old confidence",
    "confidence alone": "The confidence changed alone, on the old valuation model",
    "confidence not refitted": "The new valuation model without its confidence refitted, against "
    "the new pair",
}


def cross_parts(cross: Cross) -> Iterator[str | Grid]:
    """Draw the four cells, and say what follows.

    Parameters
    ----------
    cross : Cross

    Yields
    ------
    str or Grid
    """
    yield (
        f"The cross: {cross.old} (old) and {cross.new} (new), each under the confidence "
        f"({cross.estimator}) that was fitted on the errors of the old and of the new one."
    )
    level = f"{100 * cross.cells['old', 'old'].confidence_level:g} %"
    columns = [
        Column("\nvaluation", fold=True),
        Column("confidence\nfitted on", fold=True),
        Column("all rows,\noutliers", right=True),
        Column(f"safest {100 * cross.cells['old', 'old'].fraction:g} %,\noutliers ({level})"),
        Column("\nAURC", right=True),
        Column("error over\nexpected", right=True),
    ]
    name = {"old": f"old: {cross.old}", "new": f"new: {cross.new}"}
    rows = [
        [
            shown(name[valuation]),
            shown(name[confidence]),
            in_percent(one.overall.outlier_rate.value),
            _rate(one.best_decile.outlier_rate),
            f"{one.aurc.value:.4f}",
            f"{one.calibration_ratio.value:.2f}",
        ]
        for (valuation, confidence), one in cross.cells.items()
    ]
    yield Grid(columns, rows)
    yield (
        f"The intervals of the cross hold all at once ({level}): what the ranking tells apart may "
        "not be told apart here."
    )
    yield from cross_sentences(cross)


def cross_sentences(cross: Cross) -> Iterator[str]:
    """Say what each change does, and whether the two models lock each other.

    Parameters
    ----------
    cross : Cross

    Yields
    ------
    str
        A sentence or two for each change, and at the end the verdict.
    """
    yield (
        f"Of all rows, {cross.new} has {_points(cross.overall)} outliers beside {cross.old}: "
        f"{_LOOKS[cross.change_of_valuation]}."
    )
    for name, words in _STEPS.items():
        yield f"{words}: {_step(cross.steps[name])}"
    yield _deadlock(cross)


def _step(step: Step) -> str:
    low, high = step.aurc.interval
    exchanged = f"{_rate(step.accepted)} of the safest rows are others"
    if step.tiers is not None:
        exchanged += f", and {_rate(step.tiers)} of all change their tier"
    return (
        f"outliers among the safest rows {_points(step.best_decile)}, {_LOOKS[step.change]}; AURC "
        f"{step.aurc.value:+.4f} ({low:+.4f} to {high:+.4f}), {_LOOKS[step.change_over_all]}. "
        f"{exchanged}."
    )


def _deadlock(cross: Cross) -> str:
    locked = " and the ".join(name.removesuffix(" alone") for name in cross.locked)
    if cross.deadlock:
        return (
            f"Deadlock: an improvement that is shown would look like a loss if the {locked} were "
            "changed alone. Change both at once."
        )
    if cross.deadlock is None and locked:
        return (
            "That the new pair is better is not shown, so there is nothing to be locked out of; "
            f"the {locked} changed alone is a loss."
        )
    if cross.deadlock is None:
        return "That the new pair is better is not shown, so there is nothing to be locked out of."
    return "No deadlock is shown: neither model, changed alone, looks like a loss."


def _rate(rate: Estimate) -> str:
    return f"{in_percent(rate.value)} ({percent_range(rate)})"


def _points(difference: Estimate) -> str:
    low, high = (100 * end for end in difference.interval)
    return f"{100 * difference.value:+.1f} % points ({low:+.1f} to {high:+.1f})"
