"""Drop environment variables that would only make libraries complain."""

from __future__ import annotations

import os

__all__ = ["drop_bad_thread_counts"]

_THREAD_COUNTS = (
    "LOKY_MAX_CPU_COUNT",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)
_MOST = 2**31 - 1


def drop_bad_thread_counts() -> None:
    """Forget numbers of threads that are none, which libraries would refuse, each in its way.

    To be called before a library is loaded: they look when they are.
    """
    for name in _THREAD_COUNTS:
        # OpenMP takes one for each level of nesting.
        given = os.environ.get(name, "1").split(",")
        if not all(_is_count(one.strip()) for one in given):
            del os.environ[name]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= _MOST
