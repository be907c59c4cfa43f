"""Freeze estimates as they are now: what is looked into later must not change meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qconf.core.conventions import PREDICTION
from qconf.review.conflicts import Conflicts
from qconf.review.intake import ScoredOutcomes
from qconf.review.result import Case
from qconf.review.row_keys import plain_rows
from qconf.review.sources import CONFLICT, FLAGGED, RANDOM, STAKE, Source
from qconf.scoring.table_scores import EXPECTED_ERROR

__all__ = ["frozen_cases"]


def frozen_cases(
    rows: ScoredOutcomes,
    chosen: list[tuple[int, str]],
    sources: Sequence[Source],
    known: tuple[Conflicts, Mapping[str, int]],
    explained: Sequence[Any],
) -> tuple[Case, ...]:
    """Freeze the rows that were chosen, with all that is known of each.

    Parameters
    ----------
    rows : ScoredOutcomes
    chosen : list of (int, str)
        Row and source, in the order in which they are to be looked at.
    sources : sequence of Source
    known : tuple
        Conflicts of inputs, and how often people flagged rows.
    explained : sequence
        One explanation for each chosen row, or None.
    """
    at = [row for row, _ in chosen]
    kept = dict.fromkeys([*rows.columns, *rows.key_columns, *known[0].columns])
    inputs = plain_rows(rows.frame.iloc[at], list(kept))
    estimates = plain_rows(rows.scores.iloc[at], list(rows.scores.columns))
    named = {one.name: one.names(len(rows)) for one in sources}
    cases = []
    for number, (row, drawn_by) in enumerate(chosen):
        by = [name for name, own in named.items() if own[row]]
        by += [drawn_by] if drawn_by not in by else []
        cases.append(
            Case(
                rank=number + 1,
                row_key=rows.keys[row],
                drawn_by=drawn_by,
                named_by=tuple(by),
                why=_why(rows, row, by, *known),
                p_value=_known(rows.p[row]),
                prediction=float(rows.scores[PREDICTION].iloc[row]),
                expected_error=float(rows.scores[EXPECTED_ERROR].iloc[row]),
                outcome=_known(rows.outcome[row]),
                residual=_known(rows.residual[row]),
                estimate=estimates[number],
                inputs=inputs[number],
                explanation=explained[number],
            )
        )
    return tuple(cases)


def _why(
    rows: ScoredOutcomes, row: int, by: list[str], apart: Conflicts, counts: Mapping[str, int]
) -> str:
    told = []
    if FLAGGED in by:
        often = counts[rows.keys[row]]
        told.append(f"flagged {'once' if often == 1 else f'{often} times'}")
    if np.isfinite(rows.p[row]):
        times, p = rows.times_expected[row], rows.p[row]
        told.append(f"off by {times:.1f} times the expected error (p = {p:.2g})")
    if CONFLICT in by:
        told.append(apart.in_words(row, rows.frame))
    if STAKE in by:
        told.append("much money at stake")
    if RANDOM in by:
        told.append("drawn at random")
    return "; ".join(told)


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
