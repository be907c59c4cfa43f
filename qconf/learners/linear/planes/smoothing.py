"""Minimise a smoothed check loss by Newton's method, to start close to a quantile."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.learners.linear.planes.problem import Problem

__all__ = ["smoothed_plane"]

_LEAST_DAMPING = 1e-6
_MOST_DAMPING = 1e3
#: The narrowest bandwidth, as a share of the target's spread, which is 1.
_NARROWEST = 1e-9
#: Steps that move rows by less than this share of the bandwidth change little.
_STILL = 0.01


def smoothed_dual(problem: Problem, residual: FloatArray, bandwidth: float) -> FloatArray:
    """Return each row's dual variable, which goes from limit to limit over two bandwidths.

    The derivative of the check loss convolved with the uniform kernel: Fernandes, Guerre & Horta
    (2021), Journal of Business & Economic Statistics 39; He, Pan, Tan & Zhou (2023), Journal of
    Econometrics 232.
    """
    side = np.clip(residual / (2 * bandwidth), -0.5, 0.5)
    side += problem.quantile - 0.5
    side *= problem.weight
    return side


def smoothed_loss(problem: Problem, residual: FloatArray, bandwidth: float) -> float:
    """Sum the loss whose derivative is the smoothed dual variable."""
    size = np.abs(residual)
    near = np.minimum(size, bandwidth)
    both_sides = size + (bandwidth - near) ** 2 / (2 * bandwidth)
    return float(problem.weight @ (both_sides / 2 + (problem.quantile - 0.5) * residual))


def smoothed_plane(
    problem: Problem, plane: FloatArray, bandwidth: float, *, max_iter: int
) -> tuple[FloatArray, FloatArray]:
    """Minimise the smoothed loss by Newton's method.

    Only rows within the bandwidth bend the loss, which makes a step cheap. Where a step goes too
    far, because few rows bend it in some direction, damping makes it shorter (Levenberg 1944).

    Parameters
    ----------
    problem : Problem
    plane : ndarray of shape (k,)
        Where to start.
    bandwidth : float
        In units of the target.
    max_iter : int
        Newton steps at most. The result need not be the minimum: it is only a start.

    Returns
    -------
    plane : ndarray of shape (k,)
    residual : ndarray of shape (n,)
    """
    bandwidth = max(bandwidth, _NARROWEST)
    residual = problem.residual(plane)
    loss = smoothed_loss(problem, residual, bandwidth)
    ridge = np.eye(len(plane)) * problem.weight.sum()
    damping = _LEAST_DAMPING
    for _ in range(max_iter):
        gradient = -problem.design.sums(smoothed_dual(problem, residual, bandwidth))
        hessian = _hessian(problem, residual, bandwidth)
        while True:
            step = -np.linalg.solve(hessian + damping * ridge, gradient) * (2 * bandwidth)
            move = problem.design.values(step)
            moved = residual - move
            after = smoothed_loss(problem, moved, bandwidth)
            if after <= loss or damping >= _MOST_DAMPING:
                break
            damping *= 10
        damping = max(_LEAST_DAMPING, damping / 10)
        if after > loss:
            break
        plane, residual, loss = plane + step, moved, after
        if np.mean(move**2) <= (_STILL * bandwidth) ** 2:
            break
    return plane, residual


def _hessian(problem: Problem, residual: FloatArray, bandwidth: float) -> FloatArray:
    near = problem.rows(np.flatnonzero(np.abs(residual) < bandwidth))
    root = near.design.take(slice(None)) * np.sqrt(near.weight)[:, None]
    return root.T @ root
