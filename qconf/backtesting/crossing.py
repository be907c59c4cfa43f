"""Make the crosses of two valuation models, one for each estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qconf._types import FloatArray
from qconf.backtesting.contests import Contests
from qconf.backtesting.cross import CELLS, STEPS, Cell, Cross, make_steps
from qconf.backtesting.exchange import (
    Judged,
    acceptance,
    changed_acceptance,
    changed_tiers,
    forward_tiers,
)
from qconf.core.estimate import Estimate
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.result import Evaluation
from qconf.evaluation.sampling import Sampling

__all__ = ["make_crosses"]


def make_crosses(
    contests: Contests,
    models: tuple[str, str],
    evaluations: Mapping[str, Mapping[str, Evaluation]],
    numbers: Mapping[str, Any],
) -> dict[str, Cross]:
    """Hold the confidence of each of two models against the predictions of the other.

    Parameters
    ----------
    contests : Contests
        That were played.
    models : tuple of str
        The old and the new valuation model.
    evaluations : mapping of str to mapping of str to Evaluation
        Of each model under its own confidence, by estimator.
    numbers : mapping
        What `evaluate_scores` is asked.

    Returns
    -------
    dict of str to Cross
        By estimator.
    """
    name = dict(zip(("old", "new"), models, strict=True))
    judged: dict[Cell, Mapping[str, Evaluation]] = {}
    expected: dict[Cell, dict[str, FloatArray]] = {}
    for cell in CELLS:
        pair = name[cell[0]], name[cell[1]]
        expected[cell] = contests.expected_errors(*pair)
        own = cell[0] == cell[1]
        judged[cell] = evaluations[pair[0]] if own else contests.evaluate_swapped(*pair, **numbers)
    rows = {one: _judged(contests, name[one], numbers) for one in name}
    crosses = {}
    for estimator in judged["old", "old"]:
        cells = {cell: judged[cell][estimator] for cell in CELLS}
        own_errors = {cell: expected[cell][estimator] for cell in CELLS}
        residuals = {one: contests.residual(name[one]) for one in name}
        accepted, tiers = _exchanged(own_errors, residuals, rows)
        level = float(numbers["confidence_level"])
        overall, steps = make_steps(cells, accepted, tiers, level)
        crosses[estimator] = Cross(*models, estimator, cells, overall, steps)
    return crosses


def _judged(contests: Contests, model: str, numbers: Mapping[str, Any]) -> Judged:
    contest, scored = contests.of[model], contests.plan.scored
    dataset = contest.dataset
    outcome = Outcome.of(contest.residual[scored], numbers["threshold"])
    groups = None if dataset.groups is None else dataset.groups[scored]
    time = None if dataset.time is None else dataset.time[scored]
    return Judged(
        outcome=outcome,
        sampling=Sampling.of(outcome, groups, time),
        block=contests.block,
        time=time,
        scale=contest.scale,
        threshold=numbers["threshold"],
        fraction=numbers["fraction"],
        confidence_level=numbers["confidence_level"],
        random_state=contest.random_state,
    )


def _exchanged(
    expected: Mapping[Cell, FloatArray],
    residuals: Mapping[str, FloatArray],
    rows: Mapping[str, Judged],
) -> tuple[dict[str, Estimate], dict[str, Estimate | None]]:
    """Tell for each step which share of the rows is accepted, or put into a tier, otherwise."""
    taken = {cell: acceptance(errors, rows[cell[0]]) for cell, errors in expected.items()}
    tiers = {
        (valuation, confidence): forward_tiers(
            errors,
            expected[confidence, confidence],
            residuals[confidence],
            rows[confidence],
        )
        for (valuation, confidence), errors in expected.items()
    }
    accepted, moved = {}, {}
    for name, (before, after) in STEPS.items():
        judged = rows[before[0]]
        accepted[name] = changed_acceptance(taken[before], taken[after], judged)
        moved[name] = changed_tiers(tiers[before], tiers[after], judged)
    return accepted, moved
