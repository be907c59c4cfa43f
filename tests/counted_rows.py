"""Rows to be judged by counts, whole or in parts, and few rows that are treated as many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st

from qconf import RiskCoverageCounts
from qconf._types import FloatArray
from qconf.counting import kept_rows, planning

__all__ = ["few_kept", "in_parts", "passes_over", "rows_strategy", "scored_rows"]

Rows = tuple[FloatArray, FloatArray, Any]


@contextmanager
def few_kept(most: int = 6) -> Iterator[None]:
    """Treat more rows than these as many: the first pass is not the last then."""
    with patch.object(kept_rows, "MOST_KEPT", most), patch.object(planning, "MOST_KEPT", most):
        yield


def scored_rows(n: int, seed: int = 0, of_group: int = 0) -> Rows:
    """Make rows whose errors hang together in groups, and expected errors that are right."""
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.normal(-2.5, 0.6, n))
    if not of_group:
        return sigma, sigma * rng.normal(size=n), None
    groups = np.arange(n) // of_group
    shared = rng.normal(size=groups[-1] + 1)[groups]
    return sigma, sigma * (shared + rng.normal(size=n)) / np.sqrt(2), groups


def in_parts(rows: Rows, borders: Sequence[int]) -> list[Rows]:
    """Cut rows at some places."""
    ends = [0, *sorted(borders), len(rows[0])]
    return [
        (rows[0][a:b], rows[1][a:b], None if rows[2] is None else rows[2][a:b])
        for a, b in pairwise(ends)
    ]


def passes_over(
    parts: Sequence[Rows],
    merged: Callable[[list[RiskCoverageCounts]], RiskCoverageCounts],
    **settings: Any,
) -> RiskCoverageCounts:
    """Count each part on its own and merge them somehow, in as many passes as it takes."""
    plan = RiskCoverageCounts(**settings)
    while True:
        plan = merged([plan.empty().update(*part) for part in parts])
        if plan.is_last:
            return plan
        plan = plan.next_pass()


_SCORES = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.1 + 1e-17, 0.2, 1e-300, -3.0, 7e10]),
    st.floats(-10, 10, width=32),
    st.floats(0.01, 0.5),
)
_RESIDUALS = st.one_of(st.sampled_from([0.15, -0.15, 0.1500001, 0.0]), st.floats(-1e3, 1e3))


@st.composite
def rows_strategy(draw: st.DrawFn, most: int = 60, *, groups: bool | None = None) -> Rows:
    """Draw rows with ties, scores of either sign, errors at the threshold, and groups with gaps."""
    n = draw(st.integers(1, most))
    scores = draw(st.lists(_SCORES, min_size=n, max_size=n))
    residuals = draw(st.lists(_RESIDUALS, min_size=n, max_size=n))
    grouped = draw(st.booleans()) if groups is None else groups
    names = draw(st.lists(st.sampled_from([1.0, 2.0, 3.5, None]), min_size=n, max_size=n))
    names = [1.0, 2.0, *names[2:]][:n]
    own = np.array(names, dtype=float) if grouped and n > 1 else None
    return np.array(scores), np.array(residuals), own
