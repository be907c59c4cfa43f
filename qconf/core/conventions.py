"""Check the numbers that every part agrees on: seeds, shares, thresholds, the safest rows.

Imports nothing heavy, so that everyone can.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from numbers import Integral, Real
from typing import Any

from qconf.errors import OptionError

__all__ = ["PREDICTION", "accepted_rows", "check_options", "check_resamples", "check_seed"]

#: By convention, the column of X that holds the prediction itself.
PREDICTION = "prediction"
#: Fewer resamples have no spread.
_MIN_RESAMPLES = 2


# Resamples ask for the same shares, and most often of as many rows.
@lru_cache(maxsize=4096)
def accepted_rows(fraction: float, n_rows: float) -> int:
    """Return how many rows are the safest `fraction`: rounded, halves up, at least one.

    Examples
    --------
    >>> accepted_rows(0.1, 2161), accepted_rows(0.1, 25), accepted_rows(0.1, 3)
    (216, 3, 1)
    """
    # 0.29 * 50 is 14.499999999999998: what is a half on paper is to be a half here.
    return max(1, math.floor(round(fraction * n_rows, 6) + 0.5))


def check_seed(random_state: int) -> None:
    """Check that a seed can seed every generator.

    Raises
    ------
    OptionError
    """
    if not isinstance(random_state, Integral) or not 0 <= random_state < 2**32:
        msg = f"The seed must be an integer from 0 to 2**32 - 1, got {random_state!r}."
        raise OptionError(msg)


def check_resamples(n_resamples: int | None) -> None:
    """Check a number of bootstrap resamples; None leaves the choice to us.

    Raises
    ------
    OptionError
    """
    if n_resamples is None:
        return
    whole = isinstance(n_resamples, Integral) and not _is_bool(n_resamples)
    if not whole or n_resamples < _MIN_RESAMPLES:
        msg = (
            f"The number of resamples must be an integer >= {_MIN_RESAMPLES} (1000, say), or None "
            f"to choose by the rows; got {n_resamples!r}."
        )
        raise OptionError(msg)


def check_options(
    *, threshold: float, fraction: float, confidence_level: float, outlier_rates: Iterable[float]
) -> None:
    """Hold the numbers of an evaluation against their ranges.

    Raises
    ------
    OptionError
    """
    if not (_is_number(threshold) and threshold > 0):
        msg = f"The threshold must be a finite number > 0, got {threshold!r}."
        raise OptionError(msg)
    if not (_is_number(fraction) and 0 < fraction <= 1):
        msg = f"The fraction must lie in (0, 1], such as 0.1 for the best decile, got {fraction!r}."
        raise OptionError(msg)
    if not (_is_number(confidence_level) and 0 < confidence_level < 1):
        msg = (
            "The confidence level must lie strictly between 0 and 1, such as 0.95, "
            f"got {confidence_level!r}."
        )
        raise OptionError(msg)
    if isinstance(outlier_rates, str) or not isinstance(outlier_rates, Iterable):
        msg = f"The outlier rates must be a list of numbers such as [0.05], got {outlier_rates!r}."
        raise OptionError(msg)
    for rate in outlier_rates:
        if not (_is_number(rate) and 0 <= rate <= 1):
            msg = f"An outlier rate must lie in [0, 1], such as 0.05 for 5 %, got {rate!r}."
            raise OptionError(msg)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not _is_bool(value) and math.isfinite(value)


def _is_bool(value: Any) -> bool:
    # NumPy's own is no bool, and neither an Integral nor a Real.
    return isinstance(value, bool)
