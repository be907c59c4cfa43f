"""Quality against volume: what each cut-off of the FSD accepts, and how much of that fails."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qconf.avm.measures import MeanOf
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.accuracy import HIT_RATE, Accuracy
from qconf.avm.sections.asked import Asked

__all__ = ["ask_cut_offs"]

_CUT_OFFS = (0.03, 0.05, 0.08, 0.10, 0.13, 0.15, 0.20, 0.25, 0.30)


def ask_cut_offs(portfolio: Portfolio, accuracy: Accuracy) -> Iterator[Asked]:
    """Ask for hit rate, failure rate and PPE10 of the rows up to each cut-off.

    Cut-offs that accept nothing, and those beyond the first that accepts all, say nothing.
    """
    if portfolio.fsd is None:
        return
    n_known = int(np.isfinite(portfolio.fsd).sum())
    everyone, accepted = accuracy.hit_rate.members, 0
    for cut_off in _CUT_OFFS:
        members = portfolio.fsd <= cut_off  # not a number is not
        if accepted == n_known or not members.any():
            continue
        accepted = int(members.sum())
        within = (accuracy.failure_rate, accuracy.ppe10, accuracy.right_tail)
        measures = (
            MeanOf(HIT_RATE, members, everyone),
            *(MeanOf(one.metric, one.values, members, one) for one in within),
        )
        yield Asked(f"up to {100 * cut_off:g} %", accepted, measures, {"cut_off": cut_off})
