"""Solve a quantile regression exactly, on the few rows that matter, and check all of them."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.learners.linear.planes.descent import descend
from qconf.learners.linear.planes.globbing import Band
from qconf.learners.linear.planes.interior_point import interior_point
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.smoothing import smoothed_plane
from qconf.learners.linear.planes.vertex import Solution, on_plane

__all__ = ["is_short", "solve", "solve_short"]

#: Rows a coordinate from which on nothing is to be won by leaving more of them out.
_FEW = 15
#: The same in numbers of the table, with few coordinates: then a descent takes few steps.
_SHORT = 8_000
_NARROW = 24
#: Steps a coordinate, at most, before the descent is given up.
_STEPS = 20
#: How much the loss near the middle of all best planes may be above that of one of them.
_AS_LOW = 1e-7
#: A band of rows holds this many times the rows that change sides from the smoothed plane to the
#: exact one, about the root of (rows within the bandwidth × coordinates).
_SAFETY = 8.0
#: Beyond this share of the rows a band saves nothing.
_MOST = 0.8
#: Rows that were left out wrongly, as a share of the band, before it is made anew and wider.
_MISSED = 0.25
_WIDER = 4
#: How much wider a band is made where rows were missed: others may be as far off as those.
_WIDER_A_BIT = 1.25


def solve(problem: Problem, plane: FloatArray, off: float, *, max_iter: int = 20) -> Solution:
    """Solve a problem exactly.

    Parameters
    ----------
    problem : Problem
    plane : ndarray of shape (k,)
        Where to start.
    off : float
        How far it may be off, in units of the target.
    max_iter : int, default=20
        Newton steps on all rows at most, before most of them are left out.

    Returns
    -------
    Solution
    """
    k = len(plane)
    if is_short(len(problem), k):
        return solve_short(problem.rows(slice(None)), plane, off)
    plane, residual = smoothed_plane(problem, plane, off, max_iter=max_iter)
    within = np.count_nonzero(np.abs(residual) < off)
    n_near = max((_FEW - 1) * k, int(_SAFETY * np.sqrt(within * k)))
    while n_near <= _MOST * len(problem):
        found = _solve_band(problem, Band(problem, residual, n_near), plane)
        if found is not None:
            return found
        n_near *= _WIDER
    return interior_point(problem.rows(slice(None)), plane, off)


def is_short(n: int, k: int) -> bool:
    """Tell whether leaving out rows would take longer than it saves."""
    return n <= _FEW * k or (k <= _NARROW and n * k <= _SHORT)


def solve_short(problem: Problem, plane: FloatArray, off: float) -> Solution:
    """Solve a problem of few rows, written out.

    A descent over the vertices is the shortest way, and proves which plane is best if there is
    only one. Where there are many, the interior point method goes to their middle.
    """
    k = len(plane)
    downhill = descend(problem, plane, _STEPS * k) if k <= _NARROW else None
    if downhill is not None and downhill.unique:
        return downhill
    middle = interior_point(problem, plane, off)
    if downhill is None:
        return middle
    lowest = problem.loss(problem.residual(downhill.plane))
    as_low = problem.loss(problem.residual(middle.plane)) <= lowest * (1 + _AS_LOW)
    return middle if as_low else downhill


def _solve_band(problem: Problem, band: Band, plane: FloatArray) -> Solution | None:
    """Solve a band, and take in what it missed until it missed nothing; None if that is much."""
    while len(band) <= _MOST * len(problem):
        found = solve(band.reduced(), plane, band.width / 3)
        residual = problem.residual(found.plane)
        missed = np.flatnonzero((band.side * residual < 0) & ~on_plane(problem, residual))
        if not len(missed):
            return Solution(found.plane, band.dual(found.dual), unique=found.unique)
        if len(missed) > _MISSED * len(band):
            return None
        band.keep(missed)
        band.widen(_WIDER_A_BIT)
        plane = found.plane
    return None
