"""What every part agrees on: what a seed is, and how many rows are the safest.

Imports nothing heavy, so that everyone can.
"""

from __future__ import annotations

from numbers import Integral

from qconf.errors import OptionError

__all__ = ["accepted_rows", "check_seed"]


def accepted_rows(fraction: float, n_rows: int) -> int:
    """Return how many rows are the safest `fraction`: rounded, at least one.

    Examples
    --------
    >>> accepted_rows(0.1, 2161), accepted_rows(0.1, 3)
    (216, 1)
    """
    return max(1, round(fraction * n_rows))


def check_seed(random_state: int) -> None:
    """Check that a seed can seed every generator.

    Raises
    ------
    OptionError
    """
    if not isinstance(random_state, Integral) or not 0 <= random_state < 2**32:
        msg = f"The seed must be an integer from 0 to 2**32 - 1, got {random_state!r}."
        raise OptionError(msg)
