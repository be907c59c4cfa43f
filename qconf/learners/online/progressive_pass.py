"""Check which labels a progressive pass knows before each row, and where bins are cut anew."""

from __future__ import annotations

import numpy as np

from qconf._types import IntArray
from qconf.errors import OptionError
from qconf.learners.online.count_rates import Known

__all__ = ["checked_known", "stretches"]

#: When bins are cut anew; by so many rows they are as good as by all.
_STARTS = (16, 64, 256, 1024)


def checked_known(known: IntArray, n_rows: int) -> Known:
    """Check how many of the first rows are learned before each is predicted.

    Compiled loops that follow these numbers would read beyond the rows, or learn a row before it
    is predicted.

    Raises
    ------
    OptionError
    """
    ready = np.asarray(known)
    if (
        ready.shape != (n_rows,)
        or ready.dtype.kind not in "iu"
        or not ((ready >= 0) & (ready <= np.arange(n_rows))).all()
        or (np.diff(ready.astype(np.int64)) < 0).any()
    ):
        msg = (
            f"known must say of each of the {n_rows} rows how many before it were learned: whole "
            "numbers that rise, each at most the row's own position. Use progressive_validation."
        )
        raise OptionError(msg)
    return ready.astype(np.int64)


def stretches(n_rows: int) -> list[tuple[int, int]]:
    """Split rows where bins are cut anew.

    Parameters
    ----------
    n_rows : int

    Returns
    -------
    list of (start, stop)

    Examples
    --------
    >>> stretches(100)
    [(0, 16), (16, 64), (64, 100)]
    """
    starts = [0, *(start for start in _STARTS if start < n_rows)]
    return list(zip(starts, [*starts[1:], n_rows], strict=True))
