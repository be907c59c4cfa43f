"""Fixed-sequence tests: from the start to riskier cut-offs, until one fails."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray

__all__ = ["last_passed"]


def last_passed(passed: BoolArray, start: int) -> tuple[int | None, int]:
    """Walk along tests in a fixed order.

    The order was fixed before, and each test has the full level: to certify a cut-off that is
    too risky, the first such cut-off on the way must pass its test, which it does with
    probability delta at most (Maurer, Hothorn & Lehmacher 1995). "The riskiest cut-off that
    passes" would be another rule, and wrong about half of the time.

    Parameters
    ----------
    passed : ndarray of shape (n_cut_offs,), dtype bool
    start : int

    Returns
    -------
    last : int or None
        The last that passed before any failed; None if the first failed.
    end : int
        One after the last test that was made.

    Examples
    --------
    >>> last_passed(np.array([False, True, True, False, True]), 1)
    (2, 4)
    >>> last_passed(np.array([False, True]), 0)
    (None, 1)
    """
    failed = np.flatnonzero(~passed[start:])
    first_failed = start + int(failed[0]) if len(failed) else len(passed)
    last = None if first_failed == start else first_failed - 1
    return last, min(first_failed + 1, len(passed))
