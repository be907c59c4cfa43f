"""Rows of a stream with expected errors that are right, until somebody says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf.monitoring.baseline import Baseline
from qconf.monitoring.kinds import kinds_of
from qconf.monitoring.plan import Plan
from qconf.monitoring.rows import DecidedRows

THRESHOLD = 0.15


def stream(
    n: int, seed: int = 0, *, larger: float = 1.0, hard: float = 0.3, months: int = 4
) -> DecidedRows:
    """Make n rows; `larger` multiplies errors, `hard` is the share of the hard region."""
    rng = np.random.default_rng(seed)
    is_hard = rng.random(n) < hard
    expected = np.where(is_hard, 0.15, 0.06) * np.exp(rng.normal(0, 0.2, n))
    residual = larger * expected * rng.normal(size=n)
    probability = np.where(is_hard, 0.33, 0.015)
    accepted = expected <= 0.1
    month = np.arange(n) * months // n
    return DecidedRows(
        keys=np.arange(n, dtype=np.uint64) + np.uint64(1_000_000 * (seed + 1)),
        time=np.arange(n, dtype=np.float64),
        period=np.array([f"2026-{one + 1:02}" for one in month]),
        expected=expected,
        residual=residual,
        accepted=accepted,
        kinds=kinds_of(accepted, probability),
        probability=probability,
        table=pd.DataFrame({"region": np.where(is_hard, "b", "a"), "noise": rng.normal(size=n)}),
        prediction=np.ones(n),
    )


def with_outcomes(rows: DecidedRows, known: Any) -> DecidedRows:
    """Take outcomes away where they are not known."""
    residual = np.where(known, rows.residual, np.nan)
    return DecidedRows(**{**vars(rows), "residual": residual})


def baseline(n: int = 3000) -> Baseline:
    """Sum up rows of the same world."""
    rows = stream(n, seed=99)
    return Baseline.of(
        rows.expected, rows.residual, rows.table, threshold=THRESHOLD, kinds=rows.kinds,
        probability=rows.probability, period=rows.period,
    )  # fmt: skip


def plan(**changes: Any) -> Plan:
    """Plan monitors of a certificate of 6 %."""
    return Plan(**{"threshold": THRESHOLD, "limit": 0.06, "baseline": baseline(), **changes})
