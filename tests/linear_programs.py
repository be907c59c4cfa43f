"""The best loss of a plane by a solver of linear programs, for tests to be held against."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from qconf.learners.linear.planes.problem import Problem


def best_bound(problem: Problem) -> float:
    """Solve the dual with HiGHS."""
    highest = problem.quantile * problem.weight
    rows = problem.design.take(slice(None))
    solved = linprog(
        -problem.target,
        A_eq=rows.T,
        b_eq=np.zeros(rows.shape[1]),
        bounds=list(zip(highest - problem.weight, highest, strict=True)),
        method="highs",
    )
    assert solved.fun is not None
    return -float(solved.fun)
